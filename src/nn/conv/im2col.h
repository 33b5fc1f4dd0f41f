/* im2col.h: convolution by explicit patches: the plain way. For src/nn. */
#ifndef GT_NN_CONV_IM2COL_H
#define GT_NN_CONV_IM2COL_H

#include "nn/conv/conv.h"

/* As those of patches.h, which see. */
size_t gt__im2col_scratch(const gt__conv *p, int max_n);
void gt__im2col_forward(const gt__conv *p, int n, const gt_real *big,
                        gt_transpose op, const gt_real *weight, int m,
                        gt_real *small, const gt__conv_epilogue *done,
                        gt_real *scratch);
void gt__im2col_backward_data(const gt__conv *p, int n, const gt_real *small,
                              gt_transpose op, const gt_real *weight, int m,
                              gt_real *big, const gt__conv_epilogue *done,
                              gt_real *scratch);
void gt__im2col_backward_weights(const gt__conv *p, int n, const gt_real *big,
                                 const gt_real *small, int m, gt_transpose op,
                                 gt_real *weight, bool accumulate,
                                 gt_real *scratch);

#endif
