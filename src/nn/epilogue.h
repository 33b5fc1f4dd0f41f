/* epilogue.h: what a layer does in passing: its bias, and the activation that
 * follows it (layer->fused). For src/nn.
 *
 * Both are one operation for each value that is read and written, and so cost
 * what the memory costs, unless the values are still in the cache from the
 * product that made them, or are about to be read for the next one. Local. */
#ifndef GT_NN_EPILOGUE_H
#define GT_NN_EPILOGUE_H

#include "nn/layer.h"

/* y[rows x out.c] was just written: add the bias, which is param[1] if there is
 * one, and apply the activation. */
void gt__epilogue_forward(const gt_layer *layer, const gt_pass *pass,
                          gt_real *y, size_t rows);

/* Undo the activation over dy[rows x out.c] and put the bias's gradient, the
 * sums of the columns, into pass->grad if that is set; `add` it there if these
 * are not the first rows. */
void gt__epilogue_backward(const gt_layer *layer, const gt_pass *pass,
                           const gt_real *y, gt_real *dy, size_t rows,
                           bool add);

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
