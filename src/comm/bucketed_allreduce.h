/* bucketed_allreduce.h: sums over this rank's shards become sums over all
 * ranks, bucket by bucket, without waiting: by one of the ways of way.h. The
 * tree's two, by messages and in shared memory, have owners: each rank has a
 * slice of every bucket's sum before the others get it. */
#ifndef GT_COMM_BUCKETED_ALLREDUCE_H
#define GT_COMM_BUCKETED_ALLREDUCE_H

#include "comm/buckets.h"
#include "comm/reducer.h"

typedef struct gt__bucketed_allreduce gt__bucketed_allreduce;

typedef struct gt__bucketed_allreduce_config {
    gt_comm *comm; /* borrowed; more than one rank */
    size_t count;
    int n_shards;  /* of every rank, that sums over ranks tell apart */
    int n_blocks;  /* that this rank's shards are made of */
    int n_vectors; /* that it needs for them */
    const gt_reducer_config *reducer;
    gt_real *const *stack; /* borrowed: the sums of the blocks, and on it all
                              at least two vectors */
} gt__bucketed_allreduce_config;

/* Local. */
gt_status
gt__bucketed_allreduce_new(gt__bucketed_allreduce **out,
                           const gt__bucketed_allreduce_config *config);
/* As gt_reducer_free (reducer.h). */
void gt__bucketed_allreduce_free(gt__bucketed_allreduce *exchange);

/* As gt_reducer_share; true where n_vectors vectors of this rank now lie in
 * shared memory, to be used in place of the stack's. */
bool gt__bucketed_allreduce_share(gt__bucketed_allreduce *exchange);
gt_real *gt__bucketed_allreduce_vector(const gt__bucketed_allreduce *exchange,
                                       int i);

/* The blocks are complete from `from` on. Local. */
void gt__bucketed_allreduce_post(gt__bucketed_allreduce *exchange, size_t from);
/* Wait for what was posted; where the sum is. Collective. */
const gt_real *gt__bucketed_allreduce_finish(gt__bucketed_allreduce *exchange);

/* Owners. */
bool gt__bucketed_allreduce_is_sliced(const gt__bucketed_allreduce *exchange);
int gt__bucketed_allreduce_buckets(const gt__bucketed_allreduce *exchange);
gt__range gt__bucketed_allreduce_slice(const gt__bucketed_allreduce *exchange,
                                       int bucket, int rank);
void gt__bucketed_allreduce_set_hooks(gt__bucketed_allreduce *exchange,
                                      const gt_slice_hooks *owner);

#endif
