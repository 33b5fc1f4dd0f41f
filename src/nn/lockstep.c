/* lockstep.c: from one meeting to the next. A segment begins with the layer at
 * which the shards have just met and ends before the next one's; what a shard
 * tells there is gathered while its activations are still in the cache. */
#include "nn/lockstep.h"

#include "base/trace.h"

/* The first layer at or above `i` at which shards meet, or n_layers. */
static int meeting_from(const gt_network *net, int i)
{
    while (i < net->n_layers && net->layers[i].stat_count == 0)
        i++;
    return i;
}

/* The first one at or below `i`, but not below `least`, or -1. */
static int meeting_below(const gt_network *net, int i, int least)
{
    while (i >= least && net->layers[i].stat_count == 0)
        i--;
    return i >= least ? i : -1;
}

static void gather(const gt_shard_pass *shard, int i, double *mine)
{
    const gt_tape *tape = shard->tape;
    const gt_layer *layer = &tape->net->layers[i];
    int64_t begin = gt_trace_begin();
    layer->type->gather(layer, &shard->pass, gt__tape_input(tape, i), mine,
                        tape->ws->scratch);
    gt_trace_end_layer(begin, tape->net->name, i, layer->type->name,
                       "forward sums");
}

static void gather_back(const gt_shard_pass *shard, int i, double *mine)
{
    const gt_tape *tape = shard->tape;
    const gt_layer *layer = &tape->net->layers[i];
    int64_t begin = gt_trace_begin();
    layer->type->gather_back(layer, &shard->pass, gt__tape_input(tape, i),
                             gt__tape_input(tape, i + 1), shard->dy,
                             tape->saved[i], mine, tape->ws->scratch);
    gt_trace_end_layer(begin, tape->net->name, i, layer->type->name,
                       "backward sums");
}

static void add(double *to, const double *from, size_t count)
{
    for (size_t i = 0; i < count; i++)
        to[i] += from[i];
}

void gt_lockstep_forward(const gt_network *net, gt_shard_pass *shards, int n,
                         const gt_stat_sync *sync)
{
    const double *batch_stats = NULL; /* of the layer `at` */
    int at = 0;
    for (int k = 0; k < n; k++)
        shards[k].tape->x = shards[k].x;
    do {
        int stop = sync ? meeting_from(net, at + (batch_stats != NULL))
                        : net->n_layers;
        const gt_layer *met = stop < net->n_layers ? &net->layers[stop] : NULL;
        for (int k = 0; k < n; k++) {
            gt__tape_forward(shards[k].tape, &shards[k].pass, at, stop,
                             batch_stats);
            if (met)
                gather(&shards[k], stop,
                       sync->contributions + (size_t)k * met->stat_count);
        }
        if (met)
            batch_stats = sync->merge_all(sync->context, n, met->stat_count,
                                          met->type->merge);
        at = stop;
    } while (at < net->n_layers);
    for (int k = 0; k < n; k++)
        shards[k].y = gt_tape_output(shards[k].tape);
}

void gt_lockstep_backward(const gt_network *net, gt_shard_pass *shards, int n,
                          bool want_dx, const gt_stat_sync *sync)
{
    const double *batch_stats = NULL;
    int at = net->n_layers - 1, lowest = gt__tape_lowest(net, true, want_dx);
    int least = want_dx ? lowest : lowest + 1; /* that meets */
    do {
        int stop =
            sync ? meeting_below(net, at - (batch_stats != NULL), least) : -1;
        const gt_layer *met = stop >= 0 ? &net->layers[stop] : NULL;
        for (int k = 0; k < n; k++) {
            shards[k].dy = gt__tape_backward(
                shards[k].tape, &shards[k].pass, shards[k].dy, at,
                met ? stop + 1 : lowest, met || want_dx, batch_stats);
            if (met)
                gather_back(&shards[k], stop,
                            sync->contributions + (size_t)k * met->stat_count);
        }
        if (met)
            batch_stats =
                sync->merge_all(sync->context, n, met->stat_count, add);
        at = stop;
    } while (at >= 0);
}
