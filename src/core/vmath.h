/* vmath.h: exponentials and the like, and sums, over spans. For src/core and
 * src/nn. Local, pure.
 *
 * y may be x. The same bits on every x86-64 machine in the float build; the
 * double build, for gradient checks, takes the C library's functions.
 */
#ifndef GT_CORE_VMATH_H
#define GT_CORE_VMATH_H

#include "core/tensor.h"

void gt__vexp(const gt_real *x, gt_real *y, size_t n);
void gt__vexpm1(const gt_real *x, gt_real *y, size_t n);
void gt__vtanh(const gt_real *x, gt_real *y, size_t n);

/* 1 / (1 + exp(-x)). */
void gt__vsigmoid(const gt_real *x, gt_real *y, size_t n);

/* log(1 + exp(-|x|)): what softplus(x) is above max(x, 0). */
void gt__vsoftplus_tail(const gt_real *x, gt_real *y, size_t n);

/* Sum, and sum of squares, in gt_real over blocks and in double beyond. */
double gt__vsum(const gt_real *x, size_t n);
double gt__vsquares(const gt_real *x, size_t n);

#endif
