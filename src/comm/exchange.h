/* exchange.h: sums over this rank's shards become sums over all ranks, bucket
 * by bucket, without waiting: by one of the ways of way.h. The tree's two, by
 * messages and in shared memory, have owners: each rank has a slice of every
 * bucket's sum before the others get it. */
#ifndef GT_COMM_EXCHANGE_H
#define GT_COMM_EXCHANGE_H

#include "comm/buckets.h"
#include "comm/handle.h"
#include "gentrain/reducer.h"

typedef struct gt__exchange gt__exchange;

typedef struct gt__exchange_config {
    gt_comm *comm; /* borrowed; more than one rank */
    size_t count;
    int n_shards;  /* of every rank, that sums over ranks tell apart */
    int n_blocks;  /* that this rank's shards are made of */
    int n_vectors; /* that it needs for them */
    const gt_reducer_config *reducer;
    gt_real *const *stack; /* borrowed: the sums of the blocks, and on it all
                              at least two vectors */
} gt__exchange_config;

/* Local. */
gt_status gt__exchange_new(gt__exchange **out,
                           const gt__exchange_config *config);
/* As gt_reducer_free (reducer.h). */
void gt__exchange_free(gt__exchange *exchange);

/* As gt_reducer_share; true where n_vectors vectors of this rank now lie in
 * shared memory, to be used in place of the stack's. */
bool gt__exchange_share(gt__exchange *exchange);
gt_real *gt__exchange_vector(const gt__exchange *exchange, int i);

/* The blocks are complete from `from` on. Local. */
void gt__exchange_post(gt__exchange *exchange, size_t from);
/* Drive whatever any exchange has under way. Local. */
void gt__exchange_progress(gt_comm *comm);
/* Wait for what was posted; where the sum is. Collective. */
const gt_real *gt__exchange_finish(gt__exchange *exchange);

/* Owners. */
bool gt__exchange_has_owners(const gt__exchange *exchange);
int gt__exchange_buckets(const gt__exchange *exchange);
gt__span gt__exchange_slice(const gt__exchange *exchange, int bucket, int rank);
void gt__exchange_set_owner(gt__exchange *exchange, const gt_owner *owner);

#endif
