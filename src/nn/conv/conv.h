/* conv.h: how a kernel's grid of positions looks at an image, and the three
 * matrix products that all convolutions are made of. For src/nn. */
#ifndef GT_NN_CONV_CONV_H
#define GT_NN_CONV_CONV_H

#include "core/gemm.h"
#include "nn/conv/blocks.h"
#include "nn/layer.h"

/* A kernel of kh x kw stands at oh x ow positions over an image of h x w x c,
 * `top` and `left` beyond its edge at first. The image is `big`, one value
 * vector per position is `small`; a convolution goes from big to small, a
 * transposed one from small to big. A patch is [kh x kw x c], what the kernel
 * sees from one position, with zeros beyond the edges. */
typedef struct gt__conv {
    int h, w, c;
    int oh, ow;
    int kh, kw, sh, sw;
    int top, left;
} gt__conv;

/* Reals of a patch: the K of the matrix products. */
static inline int gt__conv_patch_size(const gt__conv *p)
{
    return p->kh * p->kw * p->c;
}

/* The layer and the pass whose output a product makes: each image is handed to
 * gt__epilogue_forward when it is complete. NULL: just the product. */
typedef struct gt__conv_epilogue {
    const gt_layer *layer;
    const gt_pass *pass;
} gt__conv_epilogue;

/* GT_ERR_CONFIG if products for max_n samples and m channels beside would have
 * more rows, columns or weights than an int can count. First of all. */
gt_status gt__conv_check(const gt__conv *p, int max_n, int m);

/* Scratch that each of the three products needs for any n <= max_n. */
size_t gt__conv_scratch(const gt__conv *p, int max_n, int m);

/* small[n x oh x ow x m] = patches of big . op(weight), with op(weight)
 * [K x m]; GT_TRANSPOSED: stored as [m x K]. */
void gt__conv_forward(const gt__conv *p, int n, const gt_real *big,
                      gt_transpose op, const gt_real *weight, int m,
                      gt_real *small, const gt__conv_epilogue *done,
                      gt_real *scratch);

/* The adjoint: big[n x h x w x c] = small . op(weight), each patch added where
 * it came from, with op(weight) [m x K]; GT_TRANSPOSED: stored as [K x m]. */
void gt__conv_backward_data(const gt__conv *p, int n, const gt_real *small,
                            gt_transpose op, const gt_real *weight, int m,
                            gt_real *big, const gt__conv_epilogue *done,
                            gt_real *scratch);

/* weight[K x m] = (patches of big)' . small, or its transpose [m x K] if
 * GT_TRANSPOSED; added to what is there if `accumulate`. */
void gt__conv_backward_weights(const gt__conv *p, int n, const gt_real *big,
                               const gt_real *small, int m, gt_transpose op,
                               gt_real *weight, bool accumulate,
                               gt_real *scratch);

/* For those who compute them: `block` is done, and with it, if it was their
 * last one, its images, of `rows` rows each. `done` may be NULL. */
void gt__conv_epilogue_run(const gt__conv_epilogue *done, const gt__grid *grid,
                           const gt__block *block, gt_real *images,
                           size_t rows);

#endif
