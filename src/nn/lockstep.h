/* lockstep.h: shards of one batch that go through a network side by side, so
 * that a layer can take them as the one batch they are.
 *
 * All shards go on to the next layer that has an sync (layer.h). There each
 * tells the others what it has; `merge` makes one of what all shards told, also
 * those of other processes; and on they go, each with the same outcome. The
 * same on the way back. Nothing here knows where the other shards are.
 */
#ifndef GT_NN_LOCKSTEP_H
#define GT_NN_LOCKSTEP_H

#include "nn/tape.h"

/* One shard's training pass. */
typedef struct gt_shard_pass {
    gt_tape *tape; /* borrowed. Shards that go together each have their own,
                      with a workspace of its own */
    gt_pass pass;
    const gt_real *x; /* in of forward */
    const gt_real *y; /* out of forward, as gt_tape_forward returns it */
    gt_real *dy;      /* in of backward, used up; then out: dx, or NULL */
} gt_shard_pass;

/* How shards meet. */
typedef struct gt_stat_sync {
    double *contributions; /* borrowed: the doubles of the shards, one after the
                              other */
    /* Make one of what all shards of the batch told, `count` doubles each: the
     * n shards here, and those elsewhere. `merge` is as in layer.h. The outcome
     * is the same for all of them, and stays until the next meeting. */
    const double *(*merge_all)(void *context, int n, size_t count,
                               void (*merge)(double *to, const double *from,
                                             size_t count));
    void *context;
} gt_stat_sync;

/* Take n shards, of shards with samples, through the network. `sync` NULL:
 * nobody meets, and one shard after the other is made to its end. Else who has
 * no shard with samples must still call, with n = 0, as others wait. Local as
 * far as `meet` is. */
void gt_lockstep_forward(const gt_network *net, gt_shard_pass *shards, int n,
                         const gt_stat_sync *sync);

/* And back. Unless want_dx, all passes want gradients. What nobody asked for is
 * left out: at the lowest layer with parameters nobody meets. */
void gt_lockstep_backward(const gt_network *net, gt_shard_pass *shards, int n,
                          bool want_dx, const gt_stat_sync *sync);

#endif
