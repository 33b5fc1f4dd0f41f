/* bias.h: one number per channel, added, and its gradient. For src/nn. */
#ifndef GT_NN_BIAS_H
#define GT_NN_BIAS_H

#include "gentrain/tensor.h"

/* y[rows x m] += bias[m]. */
void gt__bias_add(gt_real *y, size_t rows, int m, const gt_real *bias);

/* grad[m] = column sums of dy[rows x m], or += if `accumulate`. */
void gt__bias_gradient(const gt_real *dy, size_t rows, int m, gt_real *grad,
                       bool accumulate);

#endif
