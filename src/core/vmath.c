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
GT_INLINE float gt__tanh(float x)
{
    x = x > 10.0f ? 10.0f : x;
    float e = gt__expm1(2.0f * x);
    return e / (e + 2.0f);
}
#define TANH gt__tanh

#endif

/* gt__NAME(x, y, n): y[i] is the expression in x[i]. */
#define SPAN_FUNCTION(name, expression)                                        \
    GT_SIMD static void name(const gt_real *x, gt_real *y, size_t n)           \
    {                                                                          \
        for (size_t i = 0; i < n; i++)                                         \
            y[i] = expression;                                                 \
    }                                                                          \
    void gt__##name(const gt_real *x, gt_real *y, size_t n)                    \
    {                                                                          \
        name(x, y, n);                                                         \
    }

SPAN_FUNCTION(vexp, EXP(x[i]))
SPAN_FUNCTION(vexpm1, EXPM1(x[i]))
SPAN_FUNCTION(vtanh, TANH(x[i]))
SPAN_FUNCTION(vsigmoid, 1 / (1 + EXP(-x[i])))
SPAN_FUNCTION(vsoftplus_tail, LOG1P_UNIT(EXP(-ABS(x[i]))))

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
