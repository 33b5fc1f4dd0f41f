/* tape.c: forward and backward through a network. Where numbers lie was planned
 * with the network (placement.c); here the places become addresses. */
#include "nn/tape.h"

#include "base/heartbeat.h"
#include "base/trace.h"
#include "core/simd.h"

#include <assert.h>
#include <string.h>

static void at_least(size_t *size, size_t needed)
{
    *size = needed > *size ? needed : *size;
}

gt_status gt_workspace_plan(gt_workspace *ws, const gt_network *const nets[],
                            int n)
{
    assert(n <= GT_WORKSPACE_MAX_NETWORKS);
    *ws = (gt_workspace){.n = n};
    size_t scratch = 0, gradients = 0, loss[GT_WORKSPACE_MAX_NETWORKS];
    for (int i = 0; i < n; i++) {
        at_least(&gradients, nets[i]->placement.gradients);
        for (int j = 0; j < nets[i]->n_layers; j++)
            at_least(&scratch, nets[i]->layers[j].scratch);
    }
    size_t at_scratch = gt_arena_reserve(&ws->arena, scratch);
    size_t at_gradients = gt_arena_reserve(&ws->arena, gradients);
    for (int i = 0; i < n; i++)
        loss[i] = gt_arena_reserve(&ws->arena, (size_t)nets[i]->max_n *
                                                   gt_shape_size(nets[i]->out));
    gt_status status = gt_arena_commit(&ws->arena, "gradients and scratch");
    if (status != GT_OK)
        return status;
    ws->scratch = gt_arena_at(&ws->arena, at_scratch);
    ws->gradients = gt_arena_at(&ws->arena, at_gradients);
    for (int i = 0; i < n; i++) {
        ws->net[i] = nets[i];
        ws->loss[i] = gt_arena_at(&ws->arena, loss[i]);
    }
    return GT_OK;
}

void gt_workspace_free(gt_workspace *ws)
{
    if (ws)
        gt_arena_free(&ws->arena);
}

gt_status gt_tape_plan(gt_tape *tape, const gt_network *net, gt_workspace *ws)
{
    int i = 0;
    while (i < ws->n && ws->net[i] != net)
        i++;
    assert(i < ws->n); /* the workspace was planned for it */
    *tape = (gt_tape){.net = net, .ws = ws, .loss = ws->loss[i]};
    gt_arena_reserve(&tape->arena, net->placement.activations);
    gt_status status = gt_arena_commit(&tape->arena, "activations");
    if (status != GT_OK)
        gt_fail_in(status, "%s", net->name);
    return status;
}

void gt_tape_free(gt_tape *tape)
{
    if (!tape)
        return;
    gt_arena_free(&tape->arena);
    gt_arena_free(&tape->directions);
    *tape = (gt_tape){0};
}

/* --- Addresses. */

/* Of activations; NULL for the inputs, which only the caller may write. */
static gt_real *value(const gt_tape *tape, gt__location at)
{
    return at.where == GT__IN_TAPE ? gt_arena_at(&tape->arena, at.offset)
                                   : NULL;
}

static const gt_real *read_value(const gt_tape *tape, gt__location at)
{
    return at.where == GT__AT_INPUT ? tape->x[at.offset] : value(tape, at);
}

static gt_real *gradient(const gt_tape *tape, gt__location at,
                         gt_real *const dx[])
{
    switch (at.where) {
    case GT__IN_WORKSPACE:
        return tape->ws->gradients + at.offset;
    case GT__AT_LOSS:
        return tape->loss;
    case GT__AT_INPUT:
        return dx ? dx[at.offset] : NULL;
    default:
        return NULL;
    }
}

gt_layer_io gt__tape_io(const gt_tape *tape, int i)
{
    const gt__node_placement *node = &tape->net->placement.node[i];
    gt_layer_io io = {.y = value(tape, node->y),
                      .dy = gradient(tape, node->dy, NULL),
                      .saved = value(tape, node->saved),
                      .scratch = tape->ws->scratch};
    for (int k = 0; k < tape->net->layers[i].n_inputs; k++)
        io.x[k] = read_value(tape, node->x[k]);
    return io;
}

const gt_real *gt_tape_output(const gt_tape *tape)
{
    const gt_network *net = tape->net;
    return read_value(tape, net->placement.node[net->n_layers - 1].y);
}

const gt_real *gt_tape_last_input(const gt_tape *tape, size_t *size)
{
    const gt_network *net = tape->net;
    int last = net->n_layers - 1;
    *size = gt_shape_size(net->layers[last].in);
    return read_value(tape, net->placement.node[last].x[0]);
}

gt_real *gt_tape_loss_gradient(const gt_tape *tape)
{
    return tape->loss;
}

/* --- Forward. */

void gt__tape_forward(gt_tape *tape, const gt_pass *pass, int from, int to,
                      const double *batch_stats)
{
    const gt_network *net = tape->net;
    gt_pass first = *pass;
    first.batch_stats = batch_stats;
    assert(pass->n >= 1 && pass->n <= net->max_n);
    for (int i = from; i < to; i++) {
        const gt_layer *layer = &net->layers[i];
        if (gt_layer_is_idle(layer))
            continue;
        int64_t begin = gt_trace_begin();
        gt_layer_io io = gt__tape_io(tape, i);
        layer->type->forward(layer, i == from ? &first : pass, &io);
        gt_trace_end_layer(begin, net->name, layer->index, layer->type->name,
                           "forward");
        gt_heartbeat();
    }
}

const gt_real *gt_tape_forward(gt_tape *tape, const gt_pass *pass,
                               const gt_real *const x[])
{
    for (int k = 0; k < tape->net->n_inputs; k++)
        tape->x[k] = x[k];
    gt__tape_forward(tape, pass, 0, tape->net->n_layers, NULL);
    return gt_tape_output(tape);
}

/* --- Backward. */

bool gt__tape_needs(const gt_network *net, int i, gt_wanted wanted)
{
    const gt__node_placement *node = &net->placement.node[i];
    return (wanted.params && node->has_params) ||
           (wanted.inputs & node->from_input);
}

bool gt__tape_needs_dx(const gt_network *net, int i, int k, gt_wanted wanted)
{
    int to = net->placement.node[i].edge[k].to;
    if (gt_is_input(to))
        return wanted.inputs & 1u << gt_input_of(to);
    return gt__tape_needs(net, to, wanted);
}

/* Backward is done with layers `i` and above. Gradients lie in the order of
 * layers. */
static void report_ready(const gt_network *net, const gt_pass *pass, int i)
{
    if (!pass->grads_ready)
        return;
    while (i < net->n_layers && !net->layers[i].n_params)
        i++;
    pass->grads_ready(pass->grads_ready_context,
                      i < net->n_layers ? net->layers[i].param[0].offset
                                        : net->n_params);
}

GT_SIMD static void add(gt_real *restrict to, const gt_real *restrict from,
                        size_t n)
{
    for (size_t i = 0; i < n; i++)
        to[i] += from[i];
}

/* Add what layer i has found to the gradients that others have a share in. */
static void add_shares(const gt_tape *tape, int n, int i, gt_real *const dx[],
                       const gt_layer_io *io)
{
    const gt_layer *layer = &tape->net->layers[i];
    const gt__node_placement *node = &tape->net->placement.node[i];
    for (int k = 0; k < layer->n_inputs; k++)
        if (io->dx[k] && node->edge[k].sum.where != GT__NOWHERE)
            add(gradient(tape, node->edge[k].sum, dx), io->dx[k],
                (size_t)n * gt_shape_size(layer->input[k]));
}

/* Directions in the place of the numbers that move along them. */
static void turn_to_directions(const gt_tape *tape, int i, gt_layer_io *io)
{
    const gt__node_placement *node = &tape->net->placement.node[i];
    for (int k = 0; k < tape->net->layers[i].n_inputs; k++) {
        gt__location at = node->x[k];
        io->x[k] = at.where == GT__AT_INPUT
                       ? tape->u[at.offset]
                       : gt_arena_at(&tape->directions, at.offset);
    }
}

static void backward_layer(gt_tape *tape, const gt_pass *pass, int i,
                           gt_real *const dx[], gt_wanted wanted)
{
    const gt_layer *layer = &tape->net->layers[i];
    const gt__node_placement *node = &tape->net->placement.node[i];
    int64_t begin = gt_trace_begin();
    gt_layer_io io = gt__tape_io(tape, i);
    for (int k = 0; k < layer->n_inputs; k++)
        if (gt__tape_needs_dx(tape->net, i, k, wanted))
            io.dx[k] = gradient(tape, node->edge[k].dx, dx);
    if (pass->tangent)
        turn_to_directions(tape, i, &io);
    layer->type->backward(layer, pass, &io);
    add_shares(tape, pass->n, i, dx, &io);
    gt_trace_end_layer(begin, tape->net->name, layer->index, layer->type->name,
                       "backward");
    gt_heartbeat();
}

/* Where the output is an input under another shape. */
static void pass_through(const gt_tape *tape, int n, gt_real *const dx[])
{
    const gt_network *net = tape->net;
    gt__location y = net->placement.node[net->n_layers - 1].y;
    if (y.where == GT__AT_INPUT && dx && dx[y.offset])
        memcpy(dx[y.offset], tape->loss,
               (size_t)n * gt_shape_size(net->out) * sizeof *tape->loss);
}

void gt__tape_backward(gt_tape *tape, const gt_pass *pass, gt_real *const dx[],
                       int top, int bottom, gt_wanted wanted,
                       const double *batch_stats)
{
    const gt_network *net = tape->net;
    gt_pass first = *pass;
    first.batch_stats = batch_stats;
    if (top == net->n_layers - 1)
        pass_through(tape, pass->n, dx);
    for (int i = top; i >= bottom; i--) {
        if (gt_layer_is_idle(&net->layers[i]) ||
            !gt__tape_needs(net, i, wanted))
            continue;
        backward_layer(tape, i == top ? &first : pass, i, dx, wanted);
        report_ready(net, pass, i);
    }
}

void gt_tape_backward(gt_tape *tape, const gt_pass *pass, gt_real *const dx[])
{
    const gt_network *net = tape->net;
    gt_wanted wanted = {.params = pass->grad != NULL};
    for (int k = 0; dx && k < net->n_inputs; k++)
        wanted.inputs |= dx[k] ? 1u << k : 0;
    gt__tape_backward(tape, pass, dx, net->n_layers - 1, 0, wanted, NULL);
}

/* --- Tangents. */

gt_status gt_tape_plan_tangent(gt_tape *tape)
{
    const gt_network *net = tape->net;
    for (int i = 0; i < net->n_layers; i++)
        if (!net->layers[i].type->piecewise_linear)
            return gt_fail(GT_ERR_CONFIG,
                           "%s: layer %d %s is curved, and a penalty on "
                           "gradients needs its second derivative, which it "
                           "does not have; use relu or leaky_relu, and no "
                           "batch_norm",
                           net->name, net->layers[i].index,
                           net->layers[i].type->name);
    gt_arena_reserve(&tape->directions, net->placement.activations);
    gt_status status = gt_arena_commit(&tape->directions, "directions");
    if (status != GT_OK)
        gt_fail_in(status, "%s", net->name);
    return status;
}

/* An activation multiplies by its slope. What it may overwrite here, it may in
 * forward. */
static void tangent_layer(const gt_tape *tape, const gt_pass *pass, int i)
{
    const gt_layer *layer = &tape->net->layers[i];
    gt_layer_io io = gt__tape_io(tape, i);
    const gt_real *y = io.y;
    size_t count = (size_t)pass->n * gt_shape_size(layer->out);
    turn_to_directions(tape, i, &io);
    io.y =
        gt_arena_at(&tape->directions, tape->net->placement.node[i].y.offset);
    if (!layer->type->apply_grad) {
        layer->type->forward(layer, pass, &io);
        layer = layer->fused;
    } else if (io.y != io.x[0]) {
        memcpy(io.y, io.x[0], count * sizeof *io.y);
    }
    if (layer)
        layer->type->apply_grad(layer, y, io.y, count);
}

const gt_real *gt_tape_tangent(gt_tape *tape, const gt_pass *pass,
                               const gt_real *const u[])
{
    const gt_network *net = tape->net;
    gt_pass directions = *pass;
    directions.tangent = true;
    for (int k = 0; k < net->n_inputs; k++)
        tape->u[k] = u[k];
    for (int i = 0; i < net->n_layers; i++) {
        if (gt_layer_is_idle(&net->layers[i]))
            continue;
        int64_t begin = gt_trace_begin();
        tangent_layer(tape, &directions, i);
        gt_trace_end_layer(begin, net->name, net->layers[i].index,
                           net->layers[i].type->name, "tangent");
        gt_heartbeat();
    }
    gt__location at = net->placement.node[net->n_layers - 1].y;
    return at.where == GT__AT_INPUT ? tape->u[at.offset]
                                    : gt_arena_at(&tape->directions, at.offset);
}

void gt_tape_backward_tangent(gt_tape *tape, const gt_pass *pass)
{
    gt_pass directions = *pass;
    directions.tangent = true;
    gt_tape_backward(tape, &directions, NULL);
}
