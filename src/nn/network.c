/* network.c: planning gives every layer its shapes and every tensor its place
 * in the flat allocations. Tensors start at multiples of GT_TENSOR_UNIT reals,
 * so that loops over one tensor start at a cache line. The padding between them
 * stays zero in parameters, gradients and moments, so sums and updates of the
 * whole network may include it. */
#include "nn/network.h"

#include "core/arena.h"
#include "core/product.h"
#include "nn/parametrization.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SAMPLE_MAX = 1 << 26, /* values in one sample of any layer */
    PATH_SHAPES = 12,     /* shown at most in a message */
    PATH_TEXT = 1024
};

/* "... -> 7x7x128 -> 14x14x64" from an input of the network to the first input
 * of layer `fault`. */
static void path_text(const gt_network *net, int fault, char text[PATH_TEXT])
{
    char shape[GT_SHAPE_TEXT];
    gt_shape path[PATH_SHAPES];
    int n = 0, at = fault;
    size_t used = 0;
    for (; n < PATH_SHAPES && !gt_is_input(at); at = net->layers[at].from[0])
        path[n++] = net->layers[at].in;
    text[0] = '\0';
    if (!gt_is_input(at))
        used = (size_t)snprintf(text, PATH_TEXT, "... -> ");
    while (n > 0 && used < PATH_TEXT) {
        n--;
        used += (size_t)snprintf(text + used, PATH_TEXT - used, "%s%s",
                                 gt_shape_text(path[n], shape),
                                 n > 0 ? " -> " : "");
    }
}

static gt_status fail_in_layer(const gt_network *net, int fault,
                               gt_status status)
{
    const gt_layer *layer = &net->layers[fault];
    char path[PATH_TEXT];
    path_text(net, fault, path);
    return gt_fail(status, "%s: layer %d %s%s%s: %s (shapes: %s -> ?)",
                   net->name, layer->index, layer->type->name,
                   *layer->name ? " " : "", layer->name, gt_message(), path);
}

static size_t place(gt_tensor *tensors, int n, size_t offset)
{
    for (int i = 0; i < n; i++) {
        tensors[i].offset = offset;
        offset += gt_tensor_room(tensors[i].count);
    }
    return offset;
}

/* Of what a layer reads. */
static gt_status check_inputs(const gt_layer *layer)
{
    char text[GT_SHAPE_TEXT];
    for (int k = 0; k < layer->n_inputs; k++)
        if (gt_shape_is_volume(layer->input[k]) && !layer->type->volumes)
            return gt_fail(GT_ERR_CONFIG,
                           "it takes images, but its input is a volume of %s; "
                           "flatten it, or use dense layers",
                           gt_shape_text(layer->input[k], text));
    return GT_OK;
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

static gt_shape shape_of(const gt_network *net, int from)
{
    return gt_is_input(from) ? net->input[gt_input_of(from)].shape
                             : net->layers[from].out;
}

static gt_status plan_layer(gt_network *net, int i, const gt__node *node,
                            const gt_layer_spec *spec)
{
    gt_layer *layer = &net->layers[i];
    bool joins_for = node->type != spec->type; /* is in front of that layer */
    *layer = (gt_layer){.type = node->type,
                        .options = joins_for ? NULL : spec->options,
                        .name = spec->name && !joins_for ? spec->name : "",
                        .index = node->spec,
                        .precision = spec->precision,
                        .n_inputs = node->n_from};
    for (int k = 0; k < node->n_from; k++) {
        layer->from[k] = node->from[k];
        layer->input[k] = shape_of(net, node->from[k]);
    }
    layer->in = layer->input[0];
    gt_status status = check_inputs(layer);
    if (status == GT_OK)
        status = layer->type->plan(layer, net->max_n);
    if (status == GT_OK)
        status = check_output(layer->out);
    if (status != GT_OK)
        return fail_in_layer(net, i, status);
    net->n_params = place(layer->param, layer->n_params, net->n_params);
    net->n_state = place(layer->state, layer->n_states, net->n_state);
    return GT_OK;
}

static gt_status plan_layers(gt_network *net, const gt_layer_spec *specs, int n)
{
    gt__node *nodes = calloc((size_t)2 * n, sizeof *nodes);
    int count = 0;
    if (!nodes)
        return gt_fail(GT_ERR_MEMORY, "%s: cannot allocate %d layers",
                       net->name, n);
    gt_status status =
        gt__graph_sort(net->input, net->n_inputs, specs, n, nodes, &count);
    if (status != GT_OK)
        gt_fail_in(status, "%s", net->name);
    else if (!(net->layers = calloc((size_t)count, sizeof *net->layers)))
        status = gt_fail(GT_ERR_MEMORY, "%s: cannot allocate %d layers",
                         net->name, count);
    for (int i = 0; i < count && status == GT_OK; i++) {
        net->n_layers = i + 1;
        status = plan_layer(net, i, &nodes[i], &specs[nodes[i].spec]);
    }
    if (status == GT_OK)
        net->out = net->layers[count - 1].out;
    free(nodes);
    return status;
}

/* How many layers read layer i, and the last of them. */
static int readers_of(const gt_network *net, int i, int *reader)
{
    int n = 0;
    for (int j = i + 1; j < net->n_layers; j++)
        for (int k = 0; k < net->layers[j].n_inputs; k++)
            if (net->layers[j].from[k] == i) {
                *reader = j;
                n++;
            }
    return n;
}

int gt_network_reader(const gt_network *net, int i)
{
    int reader = -1;
    while (readers_of(net, i, &reader) == 1) {
        if (!net->layers[reader].type->view)
            return reader;
        i = reader;
    }
    return -1;
}

/* An activation is fused into the layer before it, also across views, if
 * nobody else reads that. */
static void fuse_activations(gt_network *net)
{
    for (int i = 0; i < net->n_layers; i++) {
        gt_layer *layer = &net->layers[i];
        int reader = layer->type->has_epilogue ? gt_network_reader(net, i) : -1;
        if (reader >= 0 && net->layers[reader].type->apply) {
            layer->fused = &net->layers[reader];
            net->layers[reader].is_fused = true;
        }
    }
}

static gt_status check_arguments(const char *name,
                                 const gt_network_input *inputs, int n_inputs,
                                 int n, int max_n)
{
    char text[GT_SHAPE_TEXT];
    if (n < 1 || n > GT_NETWORK_MAX_LAYERS)
        return gt_fail(GT_ERR_CONFIG,
                       "%s: has %d layers; a network has 1 to %d", name, n,
                       GT_NETWORK_MAX_LAYERS);
    assert(n_inputs >= 1 && n_inputs <= GT_NETWORK_MAX_INPUTS);
    for (int i = 0; i < n_inputs; i++) {
        gt_shape shape = inputs[i].shape;
        if (shape.h < 1 || shape.w < 1 || shape.c < 1 || shape.d < 0)
            return gt_fail(GT_ERR_CONFIG,
                           "%s: input %s has the shape %s; every dimension "
                           "must be at least 1",
                           name, inputs[i].name, gt_shape_text(shape, text));
    }
    if (max_n < 1)
        return gt_fail(GT_ERR_CONFIG,
                       "%s: passes of %d samples; a pass has at least 1", name,
                       max_n);
    return GT_OK;
}

static bool is_parametrized(const gt_network *net)
{
    for (int i = 0; i < net->n_layers; i++)
        if (net->layers[i].parametrization)
            return true;
    return false;
}

static gt_status allocate(gt_network *net)
{
    net->params = gt_real_alloc(net->n_params);
    net->state = gt_real_alloc(net->n_state);
    net->weights =
        is_parametrized(net) ? gt_real_alloc(net->n_params) : net->params;
    if (net->params && net->state && net->weights)
        return GT_OK;
    return gt_fail(GT_ERR_MEMORY,
                   "%s: cannot allocate %.1f MB of parameters; use a smaller "
                   "model",
                   net->name, (double)net->n_params * sizeof(gt_real) / 1e6);
}

static gt_status allocate_kept(gt_network *net)
{
    size_t n = (size_t)net->n_layers * GT_DIRECTIONS;
    net->kept = calloc(n, sizeof *net->kept);
    if (!net->kept)
        return gt_fail(GT_ERR_MEMORY, "%s: cannot allocate %d layers",
                       net->name, net->n_layers);
    for (int i = 0; i < net->n_layers; i++) {
        gt_layer *layer = &net->layers[i];
        layer->kept = i * GT_DIRECTIONS;
        for (int d = 0; d < GT_DIRECTIONS; d++)
            gt_arena_reserve(&net->keeping, layer->keeps[d]);
    }
    gt_status status = gt_arena_commit(&net->keeping, "transformed weights");
    gt_arena again = {0}; /* the same spans */
    for (size_t i = 0; status == GT_OK && i < n; i++) {
        size_t keeps = net->layers[i / GT_DIRECTIONS].keeps[i % GT_DIRECTIONS];
        net->kept[i].values =
            gt_arena_at(&net->keeping, gt_arena_reserve(&again, keeps));
    }
    return status;
}

gt_status gt_network_new(gt_network **out, const char *name,
                         const gt_network_input *inputs, int n_inputs,
                         const gt_layer_spec *specs, int n, int max_n)
{
    *out = NULL;
    gt_status status = check_arguments(name, inputs, n_inputs, n, max_n);
    if (status != GT_OK)
        return status;

    gt_network *net = calloc(1, sizeof *net);
    if (!net)
        return gt_fail(GT_ERR_MEMORY, "%s: cannot allocate the network", name);
    snprintf(net->name, sizeof net->name, "%s", name);
    for (int i = 0; i < n_inputs; i++)
        net->input[i] = inputs[i];
    net->n_inputs = n_inputs;
    net->in = inputs[0].shape;
    net->max_n = max_n;
    status = plan_layers(net, specs, n);
    if (status == GT_OK) {
        fuse_activations(net);
        bool stable = gt_network_shard_samples(net) > 0;
        for (int i = 0; i < net->n_layers; i++)
            net->layers[i].stable = stable;
        status = gt__placement_new(&net->placement, net->layers, net->n_layers,
                                   max_n);
    }
    if (status == GT_OK)
        status = allocate(net);
    if (status == GT_OK)
        status = allocate_kept(net);
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
    for (int i = 0; i < net->n_layers; i++)
        gt_layer_free(&net->layers[i]);
    free(net->layers);
    gt__placement_free(&net->placement);
    if (net->weights != net->params)
        free(net->weights);
    free(net->params);
    free(net->state);
    free(net->kept);
    gt_arena_free(&net->keeping);
    free(net);
}

void gt_network_parametrize(gt_network *net)
{
    for (int i = 0; i < net->n_layers * GT_DIRECTIONS; i++)
        net->kept[i].maker = NULL;
    if (net->weights == net->params)
        return;
    memcpy(net->weights, net->params, net->n_params * sizeof *net->params);
    for (int i = 0; i < net->n_layers; i++) {
        const gt_layer *layer = &net->layers[i];
        if (layer->parametrization)
            layer->parametrization->apply(layer, net->params, net->weights);
    }
}

void gt_network_pull_back(const gt_network *net, gt_real *grad, size_t from,
                          size_t to)
{
    for (int i = 0; net->weights != net->params && i < net->n_layers; i++) {
        const gt_layer *layer = &net->layers[i];
        if (layer->parametrization && layer->param[0].offset >= from &&
            layer->param[0].offset < to)
            layer->parametrization->pull_back(layer, net->params, net->weights,
                                              grad);
    }
}

/* Of a layer, 0 as for gt_network_shard_samples; without parameters it takes
 * any number. */
static int shard_samples(const gt_layer *layer)
{
    if (layer->n_states || layer->stat_count || layer->parametrization ||
        (layer->n_params && !layer->type->takes_shards))
        return 0;
    return layer->n_params
               ? GT_PRODUCT_ROWS / (int)gt_shape_positions(layer->in)
               : GT_PRODUCT_ROWS;
}

int gt_network_shard_samples(const gt_network *net)
{
    int least = GT_PRODUCT_ROWS;
    for (int i = 0; i < net->n_layers; i++) {
        int n = shard_samples(&net->layers[i]);
        least = n < least ? n : least;
    }
    return least;
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
        n += gt_layer_parameters(&net->layers[i]);
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
