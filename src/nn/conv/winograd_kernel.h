/* winograd_kernel.h: kernels under transformation, and the adjoint for their
 * gradients. For src/nn/conv. Local. */
#ifndef GT_NN_CONV_WINOGRAD_KERNEL_H
#define GT_NN_CONV_WINOGRAD_KERNEL_H

#include "nn/conv/winograd_plan.h"

/* A pair of points, vertical and horizontal. The transformed kernel has a
 * matrix for it, [depth x m] or, if the kernel is stored as [m x K],
 * [m x depth]. */
typedef struct gt__point_pair {
    int a, b;
    int depth;
} gt__point_pair;

/* The pair after *at; the first one if it is all zeros. False: *at was the
 * last. */
bool gt__point_pair_next(const gt__winograd *w, gt__point_pair *at);

/* The matrices of all pairs, one after the other, or of `only` one. `stored` is
 * GT_PLAIN for a weight [K x m]. */
void gt__kernel_transform(const gt__winograd *w, const gt__point_pair *only,
                          gt_transpose stored, const gt_real *weight,
                          gt_real *matrices);

/* The adjoint, added to the gradient. */
void gt__kernel_transform_back(const gt__winograd *w,
                               const gt__point_pair *only, gt_transpose stored,
                               const gt_real *matrices, gt_real *gradient);

#endif
