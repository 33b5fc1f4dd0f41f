/* vmath.c: spans of the C library's functions, and the sum that optimizers and
 * losses share. exp(-x) may overflow to infinity in the sigmoid, which then is
 * 0 as it should be. NaN stays NaN in all. */
#include "nn/vmath.h"

#include <tgmath.h>

void gt__vexp(const gt_real *x, gt_real *y, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] = exp(x[i]);
}

void gt__vexpm1(const gt_real *x, gt_real *y, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] = expm1(x[i]);
}

void gt__vtanh(const gt_real *x, gt_real *y, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] = tanh(x[i]);
}

void gt__vsigmoid(const gt_real *x, gt_real *y, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] = 1 / (1 + exp(-x[i]));
}

void gt__vsoftplus_tail(const gt_real *x, gt_real *y, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] = log1p(exp(-fabs(x[i])));
}

/* Sixteen sums side by side: one sum would be a chain that the compiler must
 * not break up. */
static double block_squares(const gt_real *restrict x, size_t n)
{
    enum { LANES = 16 };
    gt_real part[LANES] = {0};
    double total = 0;
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (size_t j = 0; j < LANES; j++)
            part[j] += x[i + j] * x[i + j];
    for (; i < n; i++)
        total += (double)(x[i] * x[i]);
    for (size_t j = 0; j < LANES; j++)
        total += (double)part[j];
    return total;
}

double gt__vsquares(const gt_real *x, size_t n)
{
    enum { BLOCK = 1024 };
    double total = 0;
    for (size_t i = 0; i < n; i += BLOCK)
        total += block_squares(x + i, n - i < BLOCK ? n - i : BLOCK);
    return total;
}
