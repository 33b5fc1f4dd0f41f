/* vmath.h: exponentials, their kin and sums over spans, for the nn room.
 *
 * Every function the layers take from the C library passes through here, so
 * that a vectorised or a reproducible one has one place to go. y may be x.
 */
#ifndef GT_NN_VMATH_H
#define GT_NN_VMATH_H

#include "gentrain/tensor.h"

void gt__vexp(const gt_real *x, gt_real *y, size_t n);
void gt__vexpm1(const gt_real *x, gt_real *y, size_t n);
void gt__vtanh(const gt_real *x, gt_real *y, size_t n);

/* 1 / (1 + exp(-x)). */
void gt__vsigmoid(const gt_real *x, gt_real *y, size_t n);

/* log(1 + exp(-|x|)): what softplus(x) is above max(x, 0). */
void gt__vsoftplus_tail(const gt_real *x, gt_real *y, size_t n);

/* Sum of squares, in gt_real over blocks and in double beyond. */
double gt__vsquares(const gt_real *x, size_t n);

#endif
