/* layer.c: what plan functions share. */
#include "nn/layer.h"

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
