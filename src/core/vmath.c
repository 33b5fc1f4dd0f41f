/* vmath.c: loops over float_math.h, and sums in a fixed order. In the sigmoid
 * exp(-x) may overflow to infinity; the result is then 0, as it should be. */
#include "core/vmath.h"

#include "core/simd.h"

#ifdef GT_DOUBLE

#include <math.h>
#define EXP exp
#define EXPM1 expm1
#define TANH tanh
#define LOG1P_UNIT log1p
#define ABS fabs

#else

#include "core/float_math.h"
#include <math.h>
#define EXP gt__exp
#define EXPM1 gt__expm1
#define LOG1P_UNIT gt__log1p_unit
#define ABS fabsf

/* With e = exp(2x) - 1: e / (e + 2). All digits near 0. */
static inline float gt__tanh(float x)
{
    x = x > 10.0f ? 10.0f : x;
    float e = gt__expm1(2.0f * x);
    return e / (e + 2.0f);
}
#define TANH gt__tanh

#endif

GT_SIMD void gt__vexp(const gt_real *x, gt_real *y, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] = EXP(x[i]);
}

GT_SIMD void gt__vexpm1(const gt_real *x, gt_real *y, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] = EXPM1(x[i]);
}

GT_SIMD void gt__vtanh(const gt_real *x, gt_real *y, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] = TANH(x[i]);
}

GT_SIMD void gt__vsigmoid(const gt_real *x, gt_real *y, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] = 1 / (1 + EXP(-x[i]));
}

GT_SIMD void gt__vsoftplus_tail(const gt_real *x, gt_real *y, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] = LOG1P_UNIT(EXP(-ABS(x[i])));
}

/* Sixteen sums side by side vectorise; one sum would be a chain of additions
 * whose order the compiler must keep. */
enum { LANES = 16, BLOCK = 1024 };

static double total_of(const gt_real part[LANES])
{
    double total = 0;
    for (int j = 0; j < LANES; j++)
        total += (double)part[j];
    return total;
}

GT_SIMD static double block_sum(const gt_real *restrict x, size_t n)
{
    gt_real part[LANES] = {0};
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (size_t j = 0; j < LANES; j++)
            part[j] += x[i + j];
    for (size_t j = 0; i + j < n; j++)
        part[j] += x[i + j];
    return total_of(part);
}

GT_SIMD static double block_squares(const gt_real *restrict x, size_t n)
{
    gt_real part[LANES] = {0};
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (size_t j = 0; j < LANES; j++)
            part[j] += x[i + j] * x[i + j];
    for (size_t j = 0; i + j < n; j++)
        part[j] += x[i + j] * x[i + j];
    return total_of(part);
}

double gt__vsum(const gt_real *x, size_t n)
{
    double total = 0;
    for (size_t i = 0; i < n; i += BLOCK)
        total += block_sum(x + i, n - i < BLOCK ? n - i : BLOCK);
    return total;
}

double gt__vsquares(const gt_real *x, size_t n)
{
    double total = 0;
    for (size_t i = 0; i < n; i += BLOCK)
        total += block_squares(x + i, n - i < BLOCK ? n - i : BLOCK);
    return total;
}
