/* lockstep.c: from one meeting to the next. A segment begins with the layer at
 * which the shards have just met and ends before the next one's; what a shard
 * tells there is gathered while its activations are still in the cache. */
#include "gentrain/lockstep.h"

#include "gentrain/trace.h"
#include "nn/tape.h"

/* The first layer at or above `i` at which shards meet, or n_layers. */
static int meeting_from(const gt_network *net, int i)
{
    while (i < net->n_layers && net->layers[i].exchange == 0)
        i++;
    return i;
}

/* The first one at or below `i`, but not below `least`, or -1. */
static int meeting_below(const gt_network *net, int i, int least)
{
    while (i >= least && net->layers[i].exchange == 0)
        i--;
    return i >= least ? i : -1;
}

static void gather(const gt_walk *walk, int i, double *mine)
{
    const gt_tape *tape = walk->tape;
    const gt_layer *layer = &tape->net->layers[i];
    int64_t begin = gt_trace_begin();
    layer->type->gather(layer, &walk->pass, gt__tape_input(tape, i), mine,
                        tape->ws->scratch);
    gt_trace_end_layer(begin, tape->net->name, i, layer->type->name,
                       "forward sums");
}

static void gather_back(const gt_walk *walk, int i, double *mine)
{
    const gt_tape *tape = walk->tape;
    const gt_layer *layer = &tape->net->layers[i];
    int64_t begin = gt_trace_begin();
    layer->type->gather_back(layer, &walk->pass, gt__tape_input(tape, i),
                             gt__tape_input(tape, i + 1), walk->dy,
                             tape->saved[i], mine, tape->ws->scratch);
    gt_trace_end_layer(begin, tape->net->name, i, layer->type->name,
                       "backward sums");
}

static void add(double *to, const double *from, size_t count)
{
    for (size_t i = 0; i < count; i++)
        to[i] += from[i];
}

void gt_walks_forward(const gt_network *net, gt_walk *walks, int n,
                      const gt_exchange *exchange)
{
    const double *total = NULL; /* of the layer `at` */
    int at = 0;
    for (int k = 0; k < n; k++)
        walks[k].tape->x = walks[k].x;
    do {
        int stop =
            exchange ? meeting_from(net, at + (total != NULL)) : net->n_layers;
        const gt_layer *met = stop < net->n_layers ? &net->layers[stop] : NULL;
        for (int k = 0; k < n; k++) {
            gt__tape_forward(walks[k].tape, &walks[k].pass, at, stop, total);
            if (met)
                gather(&walks[k], stop,
                       exchange->told + (size_t)k * met->exchange);
        }
        if (met)
            total = exchange->meet(exchange->context, n, met->exchange,
                                   met->type->merge);
        at = stop;
    } while (at < net->n_layers);
    for (int k = 0; k < n; k++)
        walks[k].y = gt_tape_output(walks[k].tape);
}

void gt_walks_backward(const gt_network *net, gt_walk *walks, int n,
                       bool want_dx, const gt_exchange *exchange)
{
    const double *total = NULL;
    int at = net->n_layers - 1, lowest = gt__tape_lowest(net, true, want_dx);
    int least = want_dx ? lowest : lowest + 1; /* that meets */
    do {
        int stop =
            exchange ? meeting_below(net, at - (total != NULL), least) : -1;
        const gt_layer *met = stop >= 0 ? &net->layers[stop] : NULL;
        for (int k = 0; k < n; k++) {
            walks[k].dy = gt__tape_backward(
                walks[k].tape, &walks[k].pass, walks[k].dy, at,
                met ? stop + 1 : lowest, met || want_dx, total);
            if (met)
                gather_back(&walks[k], stop,
                            exchange->told + (size_t)k * met->exchange);
        }
        if (met)
            total = exchange->meet(exchange->context, n, met->exchange, add);
        at = stop;
    } while (at >= 0);
}
