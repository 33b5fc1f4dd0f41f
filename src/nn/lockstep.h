/* lockstep.h: shards of one batch that go through a network side by side, so
 * that a layer can treat them as the one batch they are.
 *
 * All shards go on to the next layer that has statistics of the whole batch
 * (layer.h, stat_count). There each shard contributes its own; merge_all merges
 * those of all shards, including the shards of other processes; and each shard
 * goes on with the same result. Backward does the same. Nothing here knows
 * where the other shards are.
 */
#ifndef GT_NN_LOCKSTEP_H
#define GT_NN_LOCKSTEP_H

#include "nn/tape.h"

/* One shard's training pass. */
typedef struct gt_shard_pass {
    gt_tape *tape; /* borrowed; shards that go side by side each have a tape and
                      a workspace of their own */
    gt_pass pass;
    const gt_real *x[GT_NETWORK_MAX_INPUTS]; /* in of forward */
    const gt_real *y; /* out of forward, as gt_tape_forward returns it */
    gt_real *dx[GT_NETWORK_MAX_INPUTS]; /* in of backward: where the gradients
                                           go, as for gt_tape_backward */
} gt_shard_pass;

/* How shards merge their statistics. */
typedef struct gt_stat_sync {
    double *contributions; /* borrowed: those of the shards here, one after the
                              other */
    /* Merge what all shards of the batch contribute, `count` doubles each: the
     * n shards here and those elsewhere. `merge` is as stat_merge in layer.h.
     * The result is the same for all of them and stays until the next call. */
    const double *(*merge_all)(void *context, int n, size_t count,
                               void (*merge)(double *to, const double *from,
                                             size_t count));
    void *context;
} gt_stat_sync;

/* Take n shards, all with samples, through the network. `sync` NULL: each shard
 * is a batch of its own, and one is computed to its end before the next begins.
 * With a sync, a process that has no shard with samples must still call, with
 * n = 0, because the others wait for it. Collective if sync->merge_all is, else
 * local. */
void gt_lockstep_forward(const gt_network *net, gt_shard_pass *shards, int n,
                         const gt_stat_sync *sync);

/* Take them backward, from the places of their loss gradients. All passes want
 * the same: `wanted` says what their grad and dx say. What nobody needs is not
 * computed: a layer merges no statistics if nobody needs the gradient towards
 * its input. */
void gt_lockstep_backward(const gt_network *net, gt_shard_pass *shards, int n,
                          gt_wanted wanted, const gt_stat_sync *sync);

#endif
