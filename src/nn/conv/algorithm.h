/* algorithm.h: what an algorithm for convolutions offers, and what all of them
 * share. For src/nn/conv. Local.
 *
 * To add an algorithm, write one file with a gt__conv_algorithm, declare that
 * in algorithms.h and add one line to the table in conv.c. All else in the file
 * is private to it. tests/grad_conv.c compares every algorithm of the table
 * with im2col.
 */
#ifndef GT_NN_CONV_ALGORITHM_H
#define GT_NN_CONV_ALGORITHM_H

#include "core/product.h"
#include "nn/conv/blocks.h"
#include "nn/conv/geometry.h"
#include "nn/layer.h"

/* The layer and the pass whose output a product is: the layer's bias and
 * activation are applied to each image when it is complete
 * (gt__epilogue_forward). NULL in place of one: nothing is applied. */
typedef struct gt__conv_epilogue {
    const gt_layer *layer;
    const gt_pass *pass;
} gt__conv_epilogue;

/* The three products of conv.h. */
typedef enum gt__conv_product {
    GT__CONV_FORWARD,
    GT__CONV_BACKWARD_DATA,
    GT__CONV_BACKWARD_WEIGHTS,
    GT__CONV_PRODUCTS
} gt__conv_product;

/* The weights of a product, as a matrix W with a row for each of the K values
 * of a patch and a column for each of the m channels of small; `op` says how
 * the caller stores what the product needs (conv.h). */
typedef struct gt__conv_kernel {
    const gt_real *weight;
    gt_transpose op;
    gt_kept *kept; /* for what is made of them; NULL: not to be kept */
} gt__conv_kernel;

/* What a layer computes backward: a gradient by the weights, of both sides, and
 * the data's, which is one of the other products, over one side and the
 * weights. `gradient_op` as for gt__conv_backward_weights (conv.h). */
typedef struct gt__conv_backward {
    const gt_real *big, *small;
    gt__conv_kernel kernel;
    gt_real *data;     /* NULL: not wanted */
    gt_real *gradient; /* NULL: not wanted */
    gt_transpose gradient_op;
    bool accumulate; /* to the gradient */
} gt__conv_backward;

/* A plan is the algorithm's own: what it wants to know again at each product
 * of one geometry, for passes of up to max_n samples. */
typedef struct gt__conv_algorithm {
    const char *name;

    /* GT_OK with *plan NULL: the algorithm takes no n of this geometry. Else
     * GT_OK or GT_ERR_MEMORY. */
    gt_status (*plan_new)(void **plan, const gt__conv_geometry *g, int max_n);
    void (*plan_free)(void *plan);

    /* Whether it takes a product of n samples, because it can compute it and
     * does not expect an algorithm behind it in the table to be faster. The
     * answer must follow from the sizes, and from who makes products
     * (core/product.h), so that a shard is computed in the same way wherever it
     * is. */
    bool (*takes)(const void *plan, int n, gt__conv_product product);

    /* Reals of scratch that suffice for any n <= max_n that it takes. */
    size_t (*scratch)(const void *plan);

    /* Reals that it would keep of the weights for one of the first two
     * products, for any n <= max_n; NULL: none. */
    size_t (*keeps)(const void *plan);

    /* The products, for an n that it takes. */
    void (*forward)(const void *plan, int n, const gt_real *big,
                    const gt__conv_kernel *kernel, gt_real *small,
                    const gt__conv_epilogue *epilogue, gt_real *scratch);
    void (*backward_data)(const void *plan, int n, const gt_real *small,
                          const gt__conv_kernel *kernel, gt_real *big,
                          const gt__conv_epilogue *epilogue, gt_real *scratch);
    void (*backward_weights)(const void *plan, int n, const gt_real *big,
                             const gt_real *small, gt_transpose op,
                             gt_real *weight, bool accumulate,
                             gt_real *scratch);

    /* Both that are wanted backward, to the same bits, and whether that is the
     * faster way for n samples; NULL: one after the other is as good. `data` is
     * the product that the data's gradient is. */
    bool (*together)(const void *plan, int n);
    void (*backward)(const void *plan, int n, gt__conv_product data,
                     const gt__conv_backward *what, gt_real *scratch);
} gt__conv_algorithm;

/* An algorithm calls this after each block of its grid: applies the epilogue,
 * if there is one, to the images that the block completes, of `positions` rows
 * each. */
void gt__conv_epilogue_run(const gt__conv_epilogue *epilogue,
                           const gt__grid *grid, const gt__block *block,
                           gt_real *images, size_t positions);

#endif
