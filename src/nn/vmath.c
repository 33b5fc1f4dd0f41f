/* vmath.c: spans of the C library's functions. exp(-x) may overflow to infinity
 * in the sigmoid, which then is 0 as it should be. NaN stays NaN in all. */
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

void gt__vsoftplus(const gt_real *x, gt_real *y, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        gt_real above = x[i] < 0 ? 0 : x[i];
        y[i] = above + log1p(exp(-fabs(x[i])));
    }
}
