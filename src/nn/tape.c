/* tape.c: forward and backward through a network, and the memory for it.
 *
 * Activations take most of a training job's memory, and moving them takes most
 * of its time outside BLAS. So a layer gets a buffer of its own only if it
 * needs one: the output of a view is its input, and an elementwise layer
 * overwrites its input unless the caller or another layer's backward still
 * reads that. Gradients are simpler: each is read once, so they alternate
 * between two buffers, or stay where they are. */
#include "nn/tape.h"

#include "base/heartbeat.h"
#include "base/trace.h"

#include <assert.h>
#include <stdlib.h>

static size_t batch_size(const gt_network *net, gt_shape shape)
{
    return (size_t)net->max_n * gt_shape_size(shape);
}

static void at_least(size_t *size, size_t needed)
{
    *size = needed > *size ? needed : *size;
}

gt_status gt_workspace_plan(gt_workspace *ws, const gt_network *const nets[],
                            int n)
{
    *ws = (gt_workspace){0};
    size_t scratch = 0, widest = 0;
    for (int i = 0; i < n; i++) {
        at_least(&widest, batch_size(nets[i], nets[i]->in));
        for (int j = 0; j < nets[i]->n_layers; j++) {
            at_least(&scratch, nets[i]->layers[j].scratch);
            at_least(&widest, batch_size(nets[i], nets[i]->layers[j].out));
        }
    }
    size_t at_scratch = gt_arena_reserve(&ws->arena, scratch);
    size_t at_first = gt_arena_reserve(&ws->arena, widest);
    size_t at_second = gt_arena_reserve(&ws->arena, widest);
    gt_status status = gt_arena_commit(&ws->arena, "gradients and scratch");
    if (status != GT_OK)
        return status;
    ws->scratch = gt_arena_at(&ws->arena, at_scratch);
    ws->gradient[0] = gt_arena_at(&ws->arena, at_first);
    ws->gradient[1] = gt_arena_at(&ws->arena, at_second);
    return GT_OK;
}

void gt_workspace_free(gt_workspace *ws)
{
    if (ws)
        gt_arena_free(&ws->arena);
}

/* Reserve each layer's output and saved span. Layers that share a buffer have
 * the same offset; OF_CALLER stands for the tape's input, which is the
 * caller's. */
static const size_t OF_CALLER = (size_t)-1;

static void reserve(gt_arena *arena, const gt_network *net, size_t *output,
                    size_t *saved)
{
    size_t current = OF_CALLER;
    bool needed = true; /* `current` must not be overwritten */
    for (int i = 0; i < net->n_layers; i++) {
        const gt_layer *layer = &net->layers[i];
        const gt_layer_type *type = layer->type;
        bool overwrite = type->in_place && !type->reads_input && !needed;
        if (!type->view && !overwrite) {
            current = gt_arena_reserve(arena, batch_size(net, layer->out));
            needed = false;
        }
        needed = needed || type->reads_output;
        output[i] = current;
        saved[i] = gt_arena_reserve(arena, layer->saved);
    }
}

gt_status gt_tape_plan(gt_tape *tape, const gt_network *net, gt_workspace *ws)
{
    *tape = (gt_tape){.net = net, .ws = ws};
    size_t n = (size_t)net->n_layers;
    gt_status status = GT_OK;
    size_t *offsets = calloc(2 * n, sizeof *offsets);
    tape->y = calloc(n, sizeof *tape->y);
    tape->saved = calloc(n, sizeof *tape->saved);
    if (!offsets || !tape->y || !tape->saved) {
        status =
            gt_fail(GT_ERR_MEMORY, "%s: cannot allocate a tape", net->name);
        goto out;
    }
    reserve(&tape->arena, net, offsets, offsets + n);
    status = gt_arena_commit(&tape->arena, "activations");
    if (status != GT_OK) {
        gt_fail_in(status, "%s", net->name);
        goto out;
    }
    for (size_t i = 0; i < n; i++) {
        if (offsets[i] != OF_CALLER)
            tape->y[i] = gt_arena_at(&tape->arena, offsets[i]);
        tape->saved[i] = gt_arena_at(&tape->arena, offsets[n + i]);
    }
out:
    free(offsets);
    if (status != GT_OK)
        gt_tape_free(tape);
    return status;
}

void gt_tape_free(gt_tape *tape)
{
    if (!tape)
        return;
    free(tape->y);
    free(tape->saved);
    gt_arena_free(&tape->arena);
    *tape = (gt_tape){0};
}

/* What layer i reads; for i == n_layers, what the network returns. */
static const gt_real *input(const gt_tape *tape, int i)
{
    return i > 0 && tape->y[i - 1] ? tape->y[i - 1] : tape->x;
}

gt_layer_io gt__tape_io(const gt_tape *tape, int i, gt_real *dy)
{
    return (gt_layer_io){.x = {input(tape, i)},
                         .y = tape->y[i],
                         .dy = dy,
                         .saved = tape->saved[i],
                         .scratch = tape->ws->scratch};
}

const gt_real *gt_tape_output(const gt_tape *tape)
{
    return input(tape, tape->net->n_layers);
}

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
        gt_layer_io io = gt__tape_io(tape, i, NULL);
        layer->type->forward(layer, i == from ? &first : pass, &io);
        gt_trace_end_layer(begin, net->name, i, layer->type->name, "forward");
        gt_heartbeat();
    }
}

const gt_real *gt_tape_forward(gt_tape *tape, const gt_pass *pass,
                               const gt_real *x)
{
    tape->x = x;
    gt__tape_forward(tape, pass, 0, tape->net->n_layers, NULL);
    return gt_tape_output(tape);
}

gt_real *gt_tape_loss_gradient(gt_tape *tape, const gt_real *busy)
{
    return tape->ws->gradient[busy == tape->ws->gradient[0]];
}

int gt__tape_lowest(const gt_network *net, bool want_grad, bool want_dx)
{
    if (want_dx)
        return 0;
    int i = 0;
    while (i < net->n_layers && (!want_grad || !net->layers[i].n_params))
        i++;
    return i;
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

gt_real *gt__tape_backward(gt_tape *tape, const gt_pass *pass, gt_real *dy,
                           int top, int bottom, bool want_dx,
                           const double *batch_stats)
{
    const gt_network *net = tape->net;
    gt_workspace *ws = tape->ws;
    gt_pass first = *pass;
    first.batch_stats = batch_stats;
    for (int i = top; i >= bottom; i--) {
        const gt_layer *layer = &net->layers[i];
        if (gt_layer_is_idle(layer))
            continue;
        gt_real *dx = ws->gradient[dy == ws->gradient[0]];
        if (layer->type->in_place)
            dx = dy;
        if (i == bottom && !want_dx)
            dx = NULL;
        int64_t begin = gt_trace_begin();
        gt_layer_io io = gt__tape_io(tape, i, dy);
        io.dx[0] = dx;
        layer->type->backward(layer, i == top ? &first : pass, &io);
        gt_trace_end_layer(begin, net->name, i, layer->type->name, "backward");
        gt_heartbeat();
        report_ready(net, pass, i);
        dy = dx;
    }
    return want_dx ? dy : NULL;
}

gt_real *gt_tape_backward(gt_tape *tape, const gt_pass *pass, gt_real *dy,
                          bool want_dx)
{
    const gt_network *net = tape->net;
    int lowest = gt__tape_lowest(net, pass->grad != NULL, want_dx);
    return gt__tape_backward(tape, pass, dy, net->n_layers - 1, lowest, want_dx,
                             NULL);
}
