/* network.c: planning gives every layer its shapes and every tensor its place
 * in the flat allocations. Tensors start at multiples of TENSOR_UNIT reals, so
 * that loops over one tensor start at a cache line. The padding between them
 * stays zero in parameters, gradients and moments, so sums and updates of the
 * whole network may include it. */
#include "nn/network.h"

#include "core/arena.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SAMPLE_MAX = 1 << 26, /* values in one sample of any layer */
    TENSOR_UNIT = 16,     /* reals */
    MAX_LAYERS = 256,     /* dropout subdivides its stream by layer */
    CHAIN_SHAPES = 12,    /* shown at most in a message */
    CHAIN_TEXT = 1024
};

/* "... -> 7x7x128 -> 14x14x64" up to the input of layer `fault`. */
static void chain_text(const gt_network *net, int fault, char text[CHAIN_TEXT])
{
    char shape[GT_SHAPE_TEXT];
    int first = fault >= CHAIN_SHAPES ? fault - CHAIN_SHAPES + 1 : 0;
    size_t used = 0;
    text[0] = '\0';
    for (int i = first; i <= fault && used < CHAIN_TEXT; i++) {
        const char *before = i > 0 ? " -> " : "";
        if (i > 0 && i == first)
            before = "... -> ";
        used += (size_t)snprintf(text + used, CHAIN_TEXT - used, "%s%s", before,
                                 gt_shape_text(net->layers[i].in, shape));
    }
}

static gt_status fail_in_layer(const gt_network *net, int fault,
                               gt_status status)
{
    char chain[CHAIN_TEXT];
    chain_text(net, fault, chain);
    return gt_fail(status, "%s: layer %d %s: %s (shapes: %s -> ?)", net->name,
                   fault, net->layers[fault].type->name, gt_message(), chain);
}

static size_t place(gt_tensor *tensors, int n, size_t offset)
{
    for (int i = 0; i < n; i++) {
        tensors[i].offset = offset;
        offset +=
            (tensors[i].count + TENSOR_UNIT - 1) / TENSOR_UNIT * TENSOR_UNIT;
    }
    return offset;
}

/* Then every product of dimensions fits an int and a size_t. */
static gt_status check_output(gt_shape out)
{
    char text[GT_SHAPE_TEXT];
    if (gt_shape_size(out) <= SAMPLE_MAX)
        return GT_OK;
    return gt_fail(GT_ERR_CONFIG,
                   "output %s has %zu values a sample; the most is %d",
                   gt_shape_text(out, text), gt_shape_size(out), SAMPLE_MAX);
}

static gt_status plan_layers(gt_network *net, const gt_layer_spec *specs)
{
    gt_shape shape = net->in;
    for (int i = 0; i < net->n_layers; i++) {
        gt_layer *layer = &net->layers[i];
        *layer = (gt_layer){.type = specs[i].type,
                            .options = specs[i].options,
                            .index = i,
                            .in = shape};
        gt_status status = layer->type->plan(layer, net->max_n);
        if (status == GT_OK)
            status = check_output(layer->out);
        if (status != GT_OK)
            return fail_in_layer(net, i, status);
        net->n_params = place(layer->param, layer->n_params, net->n_params);
        net->n_state = place(layer->state, layer->n_states, net->n_state);
        shape = layer->out;
    }
    net->out = shape;
    return GT_OK;
}

/* An activation is fused into the layer before it, also across views. */
static void fuse_activations(gt_network *net)
{
    gt_layer *last = NULL; /* that is no view */
    for (int i = 0; i < net->n_layers; i++) {
        gt_layer *layer = &net->layers[i];
        if (layer->type->view)
            continue;
        layer->is_fused =
            last && last->type->has_epilogue && layer->type->apply;
        if (layer->is_fused)
            last->fused = layer;
        last = layer;
    }
}

static gt_status check_arguments(const char *name, gt_shape in, int n,
                                 int max_n)
{
    char shape[GT_SHAPE_TEXT];
    if (n < 1 || n > MAX_LAYERS)
        return gt_fail(GT_ERR_CONFIG,
                       "%s: has %d layers; a network has 1 to %d", name, n,
                       MAX_LAYERS);
    if (in.h < 1 || in.w < 1 || in.c < 1)
        return gt_fail(GT_ERR_CONFIG,
                       "%s: input shape %s; every dimension must be at least 1",
                       name, gt_shape_text(in, shape));
    if (max_n < 1)
        return gt_fail(GT_ERR_CONFIG,
                       "%s: passes of %d samples; a pass has at least 1", name,
                       max_n);
    return GT_OK;
}

gt_status gt_network_new(gt_network **out, const char *name, gt_shape in,
                         const gt_layer_spec *specs, int n, int max_n)
{
    *out = NULL;
    gt_status status = check_arguments(name, in, n, max_n);
    if (status != GT_OK)
        return status;

    gt_network *net = calloc(1, sizeof *net);
    if (!net)
        return gt_fail(GT_ERR_MEMORY, "%s: cannot allocate the network", name);
    snprintf(net->name, sizeof net->name, "%s", name);
    net->in = in;
    net->n_layers = n;
    net->max_n = max_n;
    net->layers = calloc((size_t)n, sizeof *net->layers);
    if (!net->layers) {
        status =
            gt_fail(GT_ERR_MEMORY, "%s: cannot allocate %d layers", name, n);
        goto out;
    }
    status = plan_layers(net, specs);
    if (status != GT_OK)
        goto out;
    fuse_activations(net);
    net->params = gt_real_alloc(net->n_params);
    net->state = gt_real_alloc(net->n_state);
    if (!net->params || !net->state)
        status = gt_fail(GT_ERR_MEMORY,
                         "%s: cannot allocate %.1f MB of parameters; use a "
                         "smaller model",
                         name, (double)net->n_params * sizeof(gt_real) / 1e6);
out:
    if (status != GT_OK)
        gt_network_free(net);
    else
        *out = net;
    return status;
}

void gt_network_free(gt_network *net)
{
    if (!net)
        return;
    for (int i = 0; net->layers && i < net->n_layers; i++)
        gt_layer_free(&net->layers[i]);
    free(net->layers);
    free(net->params);
    free(net->state);
    free(net);
}

void gt_network_update_stats(gt_network *net, const gt_real *batch)
{
    for (int i = 0; i < net->n_layers; i++) {
        const gt_layer *layer = &net->layers[i];
        for (int k = 0; k < layer->n_states; k++) {
            const gt_tensor *t = &layer->state[k];
            gt_real *restrict s = net->state + t->offset;
            const gt_real *restrict b = batch + t->offset;
            for (size_t j = 0; j < t->count; j++)
                s[j] += layer->state_rate * (b[j] - s[j]);
        }
    }
}

size_t gt_network_parameters(const gt_network *net)
{
    size_t n = 0;
    for (int i = 0; i < net->n_layers; i++)
        for (int k = 0; k < net->layers[i].n_params; k++)
            n += net->layers[i].param[k].count;
    return n;
}

size_t gt_network_stat_count(const gt_network *net)
{
    size_t most = 0;
    for (int i = 0; i < net->n_layers; i++)
        if (net->layers[i].stat_count > most)
            most = net->layers[i].stat_count;
    return most;
}

char *gt_layer_label(const gt_layer *layer, char text[GT_LAYER_LABEL])
{
    snprintf(text, GT_LAYER_LABEL, "%02d_%s", layer->index, layer->type->name);
    return text;
}

bool gt_network_find_nonfinite(const gt_network *net, const gt_real *values,
                               char text[GT_LAYER_LABEL + 32])
{
    char label[GT_LAYER_LABEL];
    for (int i = 0; i < net->n_layers; i++) {
        const gt_layer *layer = &net->layers[i];
        for (int k = 0; k < layer->n_params; k++) {
            const gt_tensor *t = &layer->param[k];
            for (size_t j = 0; j < t->count; j++) {
                if (isfinite(values[t->offset + j]))
                    continue;
                snprintf(text, GT_LAYER_LABEL + 32, "%s/%.30s",
                         gt_layer_label(layer, label), t->name);
                return true;
            }
        }
    }
    return false;
}
