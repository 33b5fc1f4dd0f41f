/* lockstep.h: shards of one batch that go through a network side by side, so
 * that a layer can take them as the one batch they are.
 *
 * All shards go on to the next layer that has an exchange (layer.h). There each
 * tells the others what it has; `merge` makes one of what all shards told, also
 * those of other processes; and on they go, each with the same outcome. The
 * same on the way back. Nothing here knows where the other shards are.
 */
#ifndef GENTRAIN_LOCKSTEP_H
#define GENTRAIN_LOCKSTEP_H

#include "gentrain/network.h"

/* One shard's training pass. */
typedef struct gt_walk {
    gt_tape *tape; /* borrowed. Walks that go together each have their own, with
                      a workspace of its own */
    gt_pass pass;
    const gt_real *x; /* in of forward */
    const gt_real *y; /* out of forward, as gt_tape_forward returns it */
    gt_real *dy;      /* in of backward, used up; then out: dx, or NULL */
} gt_walk;

/* How shards meet. */
typedef struct gt_exchange {
    double *told; /* borrowed: the doubles of the walks, one after the other */
    /* Make one of what all shards of the batch told, `count` doubles each: the
     * n walks here, and those elsewhere. `merge` is as in layer.h. The outcome
     * is the same for all of them, and stays until the next meeting. */
    const double *(*meet)(void *context, int n, size_t count,
                          void (*merge)(double *to, const double *from,
                                        size_t count));
    void *context;
} gt_exchange;

/* Take n walks, of shards with samples, through the network. `exchange` NULL:
 * nobody meets, and one walk after the other is made to its end. Else who has
 * no shard with samples must still call, with n = 0, as others wait. Local as
 * far as `meet` is. */
void gt_walks_forward(const gt_network *net, gt_walk *walks, int n,
                      const gt_exchange *exchange);

/* And back. Unless want_dx, all passes want gradients. What nobody asked for is
 * left out: at the lowest layer with parameters nobody meets. */
void gt_walks_backward(const gt_network *net, gt_walk *walks, int n,
                       bool want_dx, const gt_exchange *exchange);

#endif
