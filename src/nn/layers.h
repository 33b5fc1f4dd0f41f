/* layers.h: the table of all layers. Local. */
#ifndef GT_NN_LAYERS_H
#define GT_NN_LAYERS_H

#include "nn/layer.h"

extern const gt_layer_type *const gt_layer_types[]; /* ends with NULL */
extern const int gt_layer_type_count;

/* The type called `name`, or NULL. */
const gt_layer_type *gt_layer_type_find(const char *name);

/* --- For src/nn. */

extern const gt_layer_type gt__dense, gt__conv2d, gt__conv2d_transpose;
extern const gt_layer_type gt__batch_norm;
extern const gt_layer_type gt__relu, gt__leaky_relu, gt__tanh, gt__sigmoid,
    gt__elu, gt__silu;
extern const gt_layer_type gt__dropout, gt__reshape, gt__flatten, gt__upsample,
    gt__avg_pool;
extern const gt_layer_type gt__addition, gt__concat;

/* The options of a layer that has none. */
extern const gt_option gt__no_options[];

#endif
