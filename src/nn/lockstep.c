/* lockstep.c: from one layer with statistics of the whole batch to the next. A
 * segment begins with the layer whose statistics were just merged and ends
 * before the next such layer. A shard's own statistics for that one are
 * computed while its activations are still in the cache. */
#include "nn/lockstep.h"

#include "base/trace.h"

#include <string.h>

/* The first layer at or above `i` with statistics, or n_layers. */
static int stat_layer_from(const gt_network *net, int i)
{
    while (i < net->n_layers && net->layers[i].stat_count == 0)
        i++;
    return i;
}

/* The first one at or below `i` that must know the statistics of the whole
 * batch on the way back, or -1. */
static int stat_layer_below(const gt_network *net, int i, gt_wanted wanted)
{
    while (i >= 0 && (net->layers[i].stat_count == 0 ||
                      !gt__tape_needs_dx(net, i, 0, wanted)))
        i--;
    return i;
}

/* The shard's own statistics for layer i. */
static void stat_local(const gt_shard_pass *shard, int i, double *stats)
{
    const gt_tape *tape = shard->tape;
    const gt_layer *layer = &tape->net->layers[i];
    int64_t begin = gt_trace_begin();
    gt_layer_io io = gt__tape_io(tape, i);
    layer->type->stat_local(layer, &shard->pass, &io, stats);
    gt_trace_end_layer(begin, tape->net->name, layer->index, layer->type->name,
                       "forward sums");
}

static void stat_local_backward(const gt_shard_pass *shard, int i,
                                double *stats)
{
    const gt_tape *tape = shard->tape;
    const gt_layer *layer = &tape->net->layers[i];
    int64_t begin = gt_trace_begin();
    gt_layer_io io = gt__tape_io(tape, i);
    layer->type->stat_local_backward(layer, &shard->pass, &io, stats);
    gt_trace_end_layer(begin, tape->net->name, layer->index, layer->type->name,
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
    const double *batch_stats = NULL; /* of layer `at` */
    int at = 0;
    for (int k = 0; k < n; k++)
        memcpy(shards[k].tape->x, shards[k].x, sizeof shards[k].x);
    do {
        int stop = sync ? stat_layer_from(net, at + (batch_stats != NULL))
                        : net->n_layers;
        const gt_layer *next = stop < net->n_layers ? &net->layers[stop] : NULL;
        for (int k = 0; k < n; k++) {
            gt__tape_forward(shards[k].tape, &shards[k].pass, at, stop,
                             batch_stats);
            if (next)
                stat_local(&shards[k], stop,
                           sync->contributions + (size_t)k * next->stat_count);
        }
        if (next)
            batch_stats = sync->merge_all(sync->context, n, next->stat_count,
                                          next->type->stat_merge);
        at = stop;
    } while (at < net->n_layers);
    for (int k = 0; k < n; k++)
        shards[k].y = gt_tape_output(shards[k].tape);
}

void gt_lockstep_backward(const gt_network *net, gt_shard_pass *shards, int n,
                          gt_wanted wanted, const gt_stat_sync *sync)
{
    const double *batch_stats = NULL; /* of layer `at` */
    int at = net->n_layers - 1;
    do {
        int stop =
            sync ? stat_layer_below(net, at - (batch_stats != NULL), wanted)
                 : -1;
        const gt_layer *next = stop >= 0 ? &net->layers[stop] : NULL;
        for (int k = 0; k < n; k++) {
            gt__tape_backward(shards[k].tape, &shards[k].pass, shards[k].dx, at,
                              stop + 1, wanted, batch_stats);
            if (next)
                stat_local_backward(&shards[k], stop,
                                    sync->contributions +
                                        (size_t)k * next->stat_count);
        }
        if (next)
            batch_stats =
                sync->merge_all(sync->context, n, next->stat_count, add);
        at = stop;
    } while (at >= 0);
}
