/* reshape.c: the same numbers under another shape. Views: nothing is computed
 * and nothing copied, so there is no forward and no backward. */
#include "nn/layers.h"

#include "base/plural.h"

typedef struct options {
    gt_shape shape;
} options;

static const gt_option option_table[] = {
    {.key = "shape",
     .kind = GT_OPTION_SHAPE,
     .offset = offsetof(options, shape),
     .otherwise = NULL,
     .min = 1,
     .max = 1 << 20,
     .help =
         "shape of a sample: [height, width, channels], of a volume [depth, "
         "height, width, channels], or features"},
    {0},
};

static gt_status reshape_plan(gt_layer *layer, int max_n)
{
    (void)max_n;
    const options *o = layer->options;
    char in[GT_SHAPE_TEXT], out[GT_SHAPE_TEXT];
    layer->out = o->shape;
    if (gt_shape_size(layer->in) == gt_shape_size(layer->out))
        return GT_OK;
    return gt_fail(GT_ERR_CONFIG,
                   "shape %s holds %zu value%s, but the input %s has %zu",
                   gt_shape_text(layer->out, out), gt_shape_size(layer->out),
                   gt_plural(gt_shape_size(layer->out)),
                   gt_shape_text(layer->in, in), gt_shape_size(layer->in));
}

static gt_status flatten_plan(gt_layer *layer, int max_n)
{
    (void)max_n;
    layer->out = (gt_shape){1, 1, (int)gt_shape_size(layer->in)};
    return GT_OK;
}

const gt_layer_type gt__reshape = {
    .name = "reshape",
    .help = "the same values under another shape",
    .options = option_table,
    .options_size = sizeof(options),
    .view = true,
    .volumes = true,
    .piecewise_linear = true,
    .plan = reshape_plan,
};

const gt_layer_type gt__flatten = {
    .name = "flatten",
    .help = "the same values as one vector",
    .options = gt__no_options,
    .view = true,
    .volumes = true,
    .piecewise_linear = true,
    .plan = flatten_plan,
};
