/* placement.c: activations take most of a training job's memory, and moving
 * them takes most of its time outside BLAS. So a layer gets memory of its own
 * only if it needs it: a view and a fused activation have that of what they
 * follow, an elementwise layer overwrites its input unless somebody still reads
 * that, and what is not read any more makes room.
 *
 * The gradient towards numbers that several layers read is a sum. Backward
 * comes to the last of these first: it puts its share there, the others add
 * theirs. A layer that works in place hands on the gradient that it got. */
#include "nn/placement.h"

#include "nn/graph.h"
#include "nn/lifetime.h"

#include <stdlib.h>
#include <string.h>

/* A span of memory that is shared by what has the same numbers, one after the
 * other. */
typedef struct span {
    gt__lifetime life;
    bool kept;     /* backward reads what is in it now */
    int last_read; /* node; by forward. n: the caller reads it */
} span;

typedef struct planner {
    const gt_layer *layers;
    int n, max_n;
    gt__node_placement *node;
    int *root;      /* by node: the node or input whose numbers it has */
    int *last_read; /* by node: as in span */
    span *spans;    /* [2 n]: activations and saved spans */
    int n_spans;
    int *of; /* by node: its span of activations; -1: the caller's */
    gt__lifetime *gradients; /* [n x (1 + GT_LAYER_MAX_INPUTS)] */
    int n_gradients;
} planner;

static size_t size_of(const planner *p, gt_shape shape)
{
    return (size_t)p->max_n * gt_shape_size(shape);
}

static int root_of(const planner *p, int from)
{
    return gt_is_input(from) ? from : p->root[from];
}

/* Moments of time. */
static int backward_of(const planner *p, int node)
{
    return 2 * p->n - 1 - node;
}

static void touch(gt__lifetime *life, int when)
{
    life->first = when < life->first ? when : life->first;
    life->last = when > life->last ? when : life->last;
}

/* --- What follows from what. */

static void find_roots(planner *p)
{
    for (int i = 0; i < p->n; i++) {
        const gt_layer *l = &p->layers[i];
        gt__node_placement *node = &p->node[i];
        node->has_params = l->n_params > 0;
        p->root[i] = gt_layer_is_idle(l) ? root_of(p, l->from[0]) : i;
        p->last_read[i] = i;
        for (int k = 0; k < l->n_inputs; k++) {
            int from = l->from[k], root = root_of(p, from);
            if (gt_is_input(from)) {
                node->from_input |= 1u << gt_input_of(from);
            } else {
                node->has_params |= p->node[from].has_params;
                node->from_input |= p->node[from].from_input;
            }
            if (!gt_is_input(root) && !gt_layer_is_idle(l))
                p->last_read[root] = i;
        }
    }
    if (!gt_is_input(p->root[p->n - 1]))
        p->last_read[p->root[p->n - 1]] = p->n;
}

/* --- Activations. */

/* Whether anybody's backward reads the numbers of node i, which is no view. */
static bool is_kept(const planner *p, int i)
{
    if (p->layers[i].type->reads_output || p->layers[i].fused)
        return true;
    for (int j = i + 1; j < p->n; j++)
        for (int k = 0; k < p->layers[j].n_inputs; k++)
            if (!gt_layer_is_idle(&p->layers[j]) &&
                p->layers[j].type->reads_input &&
                root_of(p, p->layers[j].from[k]) == i)
                return true;
    return false;
}

/* By how many inputs of node i. */
static int times_read(const planner *p, int i, int root)
{
    int times = 0;
    for (int k = 0; k < p->layers[i].n_inputs; k++)
        times += root_of(p, p->layers[i].from[k]) == root;
    return times;
}

/* The span of the input that node i may overwrite, or -1. */
static int overwritten(const planner *p, int i)
{
    const gt_layer *l = &p->layers[i];
    if (!l->type->in_place || l->type->reads_input)
        return -1;
    for (int k = 0; k < l->n_inputs; k++) {
        int root = root_of(p, l->from[k]);
        if (gt_is_input(root) || times_read(p, i, root) > 1)
            continue;
        const span *s = &p->spans[p->of[root]];
        if (!s->kept && s->last_read <= i &&
            gt_shape_size(l->input[k]) == gt_shape_size(l->out))
            return p->of[root];
    }
    return -1;
}

static int new_span(planner *p, size_t size, int when)
{
    p->spans[p->n_spans] =
        (span){.life = {.size = size, .first = when, .last = when}};
    return p->n_spans++;
}

/* Forward and backward of node i touch what they read and write. */
static void touch_activations(planner *p, int i)
{
    const gt_layer *l = &p->layers[i];
    int back = backward_of(p, i);
    gt__lifetime *y = &p->spans[p->of[i]].life;
    touch(y, i);
    if (l->type->reads_output || l->fused)
        touch(y, back);
    for (int k = 0; k < l->n_inputs; k++) {
        int root = root_of(p, l->from[k]);
        if (gt_is_input(root))
            continue;
        gt__lifetime *x = &p->spans[p->of[root]].life;
        touch(x, i);
        if (l->type->reads_input)
            touch(x, back);
    }
}

/* Spans for the outputs; returns the number of the first span of what layers
 * save. */
static int plan_activations(planner *p)
{
    for (int i = 0; i < p->n; i++) {
        p->of[i] = -1;
        if (gt_layer_is_idle(&p->layers[i])) {
            if (!gt_is_input(p->root[i]))
                p->of[i] = p->of[p->root[i]];
            continue;
        }
        p->of[i] = overwritten(p, i);
        if (p->of[i] < 0)
            p->of[i] = new_span(p, size_of(p, p->layers[i].out), i);
        span *s = &p->spans[p->of[i]];
        s->kept = s->kept || is_kept(p, i);
        s->last_read = p->last_read[i];
        touch_activations(p, i);
    }
    if (p->of[p->n - 1] >= 0) /* the output stays until the next pass */
        touch(&p->spans[p->of[p->n - 1]].life, 2 * p->n);
    int first_saved = p->n_spans;
    for (int i = 0; i < p->n; i++)
        touch(&p->spans[new_span(p, p->layers[i].saved, i)].life,
              backward_of(p, i));
    return first_saved;
}

static gt__location value_at(const planner *p, int from)
{
    int root = root_of(p, from);
    if (gt_is_input(root))
        return (gt__location){GT__AT_INPUT, (size_t)gt_input_of(root)};
    return (gt__location){GT__IN_TAPE, p->spans[p->of[root]].life.offset};
}

static gt_status place_activations(planner *p, size_t *total)
{
    int first_saved = plan_activations(p);
    gt__lifetime *lives = calloc((size_t)p->n_spans, sizeof *lives);
    if (!lives)
        return gt_fail(GT_ERR_MEMORY, "cannot plan the memory of a network");
    for (int i = 0; i < p->n_spans; i++)
        lives[i] = p->spans[i].life;
    gt_status status = gt__place_all(lives, p->n_spans, total);
    for (int i = 0; i < p->n_spans; i++)
        p->spans[i].life.offset = lives[i].offset;
    free(lives);
    for (int i = 0; i < p->n && status == GT_OK; i++) {
        const gt_layer *l = &p->layers[i];
        p->node[i].y = value_at(p, i);
        p->node[i].saved =
            (gt__location){GT__IN_TAPE, p->spans[first_saved + i].life.offset};
        for (int k = 0; k < l->n_inputs; k++)
            p->node[i].x[k] = value_at(p, l->from[k]);
    }
    return status;
}

/* --- Gradients. Until they are placed, the offset of one in the workspace is
 * its number. */

static gt__location new_gradient(planner *p, size_t size, int when)
{
    p->gradients[p->n_gradients] =
        (gt__lifetime){.size = size, .first = when, .last = when};
    return (gt__location){GT__IN_WORKSPACE, (size_t)p->n_gradients++};
}

static void touch_gradient(planner *p, gt__location at, int when)
{
    if (at.where == GT__IN_WORKSPACE)
        touch(&p->gradients[at.offset], when);
}

/* The edge from node i back to its input k. `sums` is by root: where its
 * gradient is; GT__NOWHERE: not begun. `taken` tells whether dy was handed on.
 */
static void plan_edge(planner *p, int i, int k, gt__location *sum, bool *taken)
{
    const gt_layer *l = &p->layers[i];
    gt__edge_placement *edge = &p->node[i].edge[k];
    int when = backward_of(p, i);
    bool in_place = l->type->in_place && !*taken;
    edge->to = root_of(p, l->from[k]);
    if (sum->where != GT__NOWHERE) { /* add to it */
        edge->sum = *sum;
        edge->dx = in_place ? p->node[i].dy
                            : new_gradient(p, size_of(p, l->input[k]), when);
    } else {
        if (gt_is_input(edge->to))
            *sum = (gt__location){GT__AT_INPUT, (size_t)gt_input_of(edge->to)};
        else if (in_place)
            *sum = p->node[i].dy;
        else
            *sum = new_gradient(p, size_of(p, l->input[k]), when);
        edge->dx = *sum;
    }
    if (in_place && !(gt_is_input(edge->to) && edge->sum.where == GT__NOWHERE))
        *taken = true;
    touch_gradient(p, edge->dx, when);
    touch_gradient(p, *sum, when);
}

static gt_status place_gradients(planner *p, size_t *total)
{
    gt__location of_input[GT_NETWORK_MAX_INPUTS] = {{0}};
    if (!gt_is_input(p->root[p->n - 1]))
        p->node[p->root[p->n - 1]].dy = (gt__location){GT__AT_LOSS, 0};
    for (int i = p->n - 1; i >= 0; i--) {
        const gt_layer *l = &p->layers[i];
        bool taken = false;
        if (gt_layer_is_idle(&p->layers[i]))
            continue;
        touch_gradient(p, p->node[i].dy, backward_of(p, i));
        for (int k = 0; k < l->n_inputs; k++) {
            int to = root_of(p, l->from[k]);
            plan_edge(p, i, k,
                      gt_is_input(to) ? &of_input[gt_input_of(to)]
                                      : &p->node[to].dy,
                      &taken);
        }
    }
    gt_status status = gt__place_all(p->gradients, p->n_gradients, total);
    for (int i = 0; i < p->n; i++) {
        gt__node_placement *node = &p->node[i];
        gt__location *all[1 + 2 * GT_LAYER_MAX_INPUTS] = {&node->dy};
        for (int k = 0; k < GT_LAYER_MAX_INPUTS; k++) {
            all[1 + 2 * k] = &node->edge[k].dx;
            all[2 + 2 * k] = &node->edge[k].sum;
        }
        for (int k = 0; k < 1 + 2 * GT_LAYER_MAX_INPUTS; k++)
            if (all[k]->where == GT__IN_WORKSPACE)
                all[k]->offset = p->gradients[all[k]->offset].offset;
    }
    return status;
}

gt_status gt__placement_new(gt__placement *placement, const gt_layer *layers,
                            int n, int max_n)
{
    size_t count = (size_t)n;
    planner p = {.layers = layers,
                 .n = n,
                 .max_n = max_n,
                 .node = calloc(count, sizeof *p.node),
                 .root = calloc(count, sizeof *p.root),
                 .last_read = calloc(count, sizeof *p.last_read),
                 .spans = calloc(2 * count, sizeof *p.spans),
                 .of = calloc(count, sizeof *p.of),
                 .gradients = calloc(count * (1 + GT_LAYER_MAX_INPUTS),
                                     sizeof *p.gradients)};
    gt_status status = GT_OK;
    *placement = (gt__placement){.node = p.node};
    if (!p.node || !p.root || !p.last_read || !p.spans || !p.of || !p.gradients)
        status = gt_fail(GT_ERR_MEMORY, "cannot plan the memory of a network");
    if (status == GT_OK) {
        find_roots(&p);
        status = place_activations(&p, &placement->activations);
    }
    if (status == GT_OK)
        status = place_gradients(&p, &placement->gradients);
    free(p.root);
    free(p.last_read);
    free(p.spans);
    free(p.of);
    free(p.gradients);
    return status;
}

void gt__placement_free(gt__placement *placement)
{
    free(placement->node);
    *placement = (gt__placement){0};
}
