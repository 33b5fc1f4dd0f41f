/* conv.h: the three matrix products that all convolutions are made of, each by
 * the algorithm that suits its sizes. For src/nn. Local.
 *
 * A convolution is planned once, for passes of up to so many samples; a product
 * then gets the number of samples n, the numbers it reads and writes, and
 * scratch.
 */
#ifndef GT_NN_CONV_CONV_H
#define GT_NN_CONV_CONV_H

#include "nn/conv/algorithm.h"

/* The algorithms, the preferred ones first; the last one takes everything. Ends
 * with NULL. */
extern const gt__conv_algorithm *const gt__conv_algorithms[];

typedef struct gt__conv gt__conv;

/* Plan passes of up to max_n samples, in g->precision and in GT_FP32.
 * GT_ERR_MEMORY. */
gt_status gt__conv_new(gt__conv **out, const gt__conv_geometry *g, int max_n);
void gt__conv_free(gt__conv *conv);

/* Reals of scratch that each of the three products needs for any n <= max_n. */
size_t gt__conv_scratch(const gt__conv *conv);

/* Reals that forward and backward_data each would keep (kept.h). */
size_t gt__conv_keeps(const gt__conv *conv);

/* small[n x oh x ow x m] = patches of big . op(weight), with op(weight)
 * [K x m]; GT_TRANSPOSED: stored as [m x K]. */
void gt__conv_forward(const gt__conv *conv, int n, gt_precision precision,
                      const gt_real *big, const gt__conv_kernel *kernel,
                      gt_real *small, const gt__conv_epilogue *epilogue,
                      gt_real *scratch);

/* The adjoint: big[n x h x w x c] = small . op(weight), each patch added where
 * it came from, with op(weight) [m x K]; GT_TRANSPOSED: stored as [K x m]. */
void gt__conv_backward_data(const gt__conv *conv, int n, gt_precision precision,
                            const gt_real *small, const gt__conv_kernel *kernel,
                            gt_real *big, const gt__conv_epilogue *epilogue,
                            gt_real *scratch);

/* weight[K x m] = (patches of big)' . small, or its transpose [m x K] if
 * GT_TRANSPOSED; added to what is there if `accumulate`. */
void gt__conv_backward_weights(const gt__conv *conv, int n,
                               gt_precision precision, const gt_real *big,
                               const gt_real *small, gt_transpose op,
                               gt_real *weight, bool accumulate,
                               gt_real *scratch);

/* Both gradients of a layer. `data` is the product by which it gets that of its
 * input: GT__CONV_BACKWARD_DATA after a convolution, GT__CONV_FORWARD after a
 * transposed one. */
void gt__conv_backward_both(const gt__conv *conv, int n, gt_precision precision,
                            gt__conv_product data,
                            const gt__conv_backward *what, gt_real *scratch);

#endif
