/* layer.c: the table of layers, and what plan functions share. */
#include "nn/layers.h"

#include <string.h>

const gt_layer_type *const gt_layer_types[] = {
    &gt__dense,
    &gt__conv2d,
    &gt__conv2d_transpose,
    &gt__batch_norm,
    &gt__relu,
    &gt__leaky_relu,
    &gt__elu,
    &gt__silu,
    &gt__tanh,
    &gt__sigmoid,
    &gt__dropout,
    &gt__reshape,
    &gt__flatten,
    &gt__upsample,
    &gt__avg_pool,
    NULL,
};
const int gt_layer_type_count =
    sizeof gt_layer_types / sizeof *gt_layer_types - 1;

const gt_option gt__no_options[] = {{0}};

const gt_layer_type *gt_layer_type_find(const char *name)
{
    for (int i = 0; i < gt_layer_type_count; i++)
        if (!strcmp(gt_layer_types[i]->name, name))
            return gt_layer_types[i];
    return NULL;
}

void gt_layer_add_param(gt_layer *layer, const char *name, gt_role role,
                        int rank, const int dim[], double fan_in,
                        double fan_out)
{
    gt_tensor *t = &layer->param[layer->n_params++];
    *t = (gt_tensor){.name = name,
                     .role = role,
                     .rank = rank,
                     .count = 1,
                     .fan_in = fan_in,
                     .fan_out = fan_out};
    for (int i = 0; i < rank; i++) {
        t->dim[i] = dim[i];
        t->count *= (size_t)dim[i];
    }
}

void gt_layer_add_state(gt_layer *layer, const char *name, gt_role role,
                        int size)
{
    layer->state[layer->n_states++] = (gt_tensor){.name = name,
                                                  .role = role,
                                                  .rank = 1,
                                                  .dim = {size},
                                                  .count = (size_t)size};
}
