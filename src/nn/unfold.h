/* unfold.h: convolution by explicit patches: the plain way. For src/nn. */
#ifndef GT_NN_UNFOLD_H
#define GT_NN_UNFOLD_H

#include "nn/patches.h"

/* As those of patches.h, which see. */
size_t gt__unfold_scratch(const gt__patches *p, int max_n);
void gt__unfold_collect(const gt__patches *p, int n, const gt_real *big,
                        gt_transpose op, const gt_real *weight, int m,
                        gt_real *small, const gt__done *done, gt_real *scratch);
void gt__unfold_spread(const gt__patches *p, int n, const gt_real *small,
                       gt_transpose op, const gt_real *weight, int m,
                       gt_real *big, const gt__done *done, gt_real *scratch);
void gt__unfold_outer(const gt__patches *p, int n, const gt_real *big,
                      const gt_real *small, int m, gt_transpose op,
                      gt_real *weight, bool accumulate, gt_real *scratch);

#endif
