/* epilogue.h: what follows the matrix product of a layer: its bias, and the
 * activation that is fused into it (layer->fused). For src/nn. Local.
 *
 * Both are one operation for each value that is read and written, so they take
 * as long as the memory does, unless the values are still in the cache from the
 * product that made them, or will be read by the next one. */
#ifndef GT_NN_EPILOGUE_H
#define GT_NN_EPILOGUE_H

#include "nn/layer.h"

/* y[rows x out.c] was just written: add the bias, which is param[1] if there is
 * one, and apply the activation. In a tangent pass neither is done: the tape
 * applies the activation's slope. */
void gt__epilogue_forward(const gt_layer *layer, const gt_pass *pass,
                          gt_real *y, size_t rows);

/* dy[rows x out.c] *= the derivative of the activation; then the gradient of
 * the bias, the sums of the columns, goes to pass->grad if that is set, and is
 * added to what is there if `add`. */
void gt__epilogue_backward(const gt_layer *layer, const gt_pass *pass,
                           const gt_real *y, gt_real *dy, size_t rows,
                           bool add);

/* The same for the rows cut[s] .. cut[s + 1] - 1 of each of pass->shards
 * shards, whose sums are added in the tree of comm/reducer.h. `scratch` has
 * gt__epilogue_scratch() reals. */
void gt__epilogue_backward_shards(const gt_layer *layer, const gt_pass *pass,
                                  const gt_real *y, gt_real *dy, const int *cut,
                                  gt_real *scratch);
size_t gt__epilogue_scratch(const gt_layer *layer);

/* The activation alone, on some values. */
static inline void gt__fused_apply(const gt_layer *layer, gt_real *y,
                                   size_t count)
{
    if (layer->fused)
        layer->fused->type->apply(layer->fused, y, y, count);
}

static inline void gt__fused_apply_grad(const gt_layer *layer, const gt_real *y,
                                        gt_real *dy, size_t count)
{
    if (layer->fused)
        layer->fused->type->apply_grad(layer->fused, y, dy, count);
}

#endif
