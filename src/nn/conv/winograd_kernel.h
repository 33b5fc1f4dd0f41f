/* winograd_kernel.h: kernels under transformation, and the adjoint for their
 * gradients. For src/nn/conv. Local. */
#ifndef GT_NN_CONV_WINOGRAD_KERNEL_H
#define GT_NN_CONV_WINOGRAD_KERNEL_H

#include "nn/conv/winograd_plan.h"

/* A transformed kernel has a matrix for each pair of points of big, [depth x m]
 * or, if the kernel is stored as [m x K], [m x depth]. This makes those of all
 * pairs, one after the other, or of `only` one. `stored` is GT_PLAIN for a
 * weight [K x m]. */
void gt__kernel_transform(const gt__winograd *w, const gt__point_pair *only,
                          gt_transpose stored, const gt_real *weight,
                          gt_real *matrices);

/* The adjoint, added to the gradient. */
void gt__kernel_transform_back(const gt__winograd *w,
                               const gt__point_pair *only, gt_transpose stored,
                               const gt_real *matrices, gt_real *gradient);

#endif
