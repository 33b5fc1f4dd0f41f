/* layer.c: what plan functions share. */
#include "nn/layer.h"

#include <stdlib.h>

/* Make room for one more. */
static gt_tensor *grow(gt_tensor **list, int n)
{
    gt_tensor *grown = realloc(*list, ((size_t)n + 1) * sizeof *grown);
    if (!grown)
        return NULL;
    *list = grown;
    return &grown[n];
}

static gt_status add(gt_tensor **list, int *n, gt_tensor tensor,
                     const int dim[])
{
    gt_tensor *t = grow(list, *n);
    if (!t)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate its tensors");
    *t = tensor;
    t->count = 1;
    for (int i = 0; i < t->rank; i++) {
        t->dim[i] = dim[i];
        t->count *= (size_t)dim[i];
    }
    ++*n;
    return GT_OK;
}

gt_status gt_layer_add_param(gt_layer *layer, const char *name, gt_role role,
                             int rank, const int dim[], double fan_in,
                             double fan_out)
{
    return add(&layer->param, &layer->n_params,
               (gt_tensor){.name = name,
                           .role = role,
                           .rank = rank,
                           .fan_in = fan_in,
                           .fan_out = fan_out},
               dim);
}

gt_status gt_layer_add_state(gt_layer *layer, const char *name, gt_role role,
                             int size)
{
    return add(&layer->state, &layer->n_states,
               (gt_tensor){.name = name, .role = role, .rank = 1}, &size);
}

size_t gt_layer_parameters(const gt_layer *layer)
{
    size_t n = 0;
    for (int k = 0; k < layer->n_params; k++)
        n += layer->param[k].count;
    return n;
}

void gt_layer_free(gt_layer *layer)
{
    if (layer->type && layer->type->release)
        layer->type->release(layer);
    layer->plan = NULL;
    free(layer->param);
    free(layer->state);
    layer->param = layer->state = NULL;
    layer->n_params = layer->n_states = 0;
}
