/* reducer.h: the sum of all shards' vectors, over all ranks.
 *
 * A step hands in one vector a shard, in the order of shard numbers. Vectors of
 * one rank are added in a balanced binary tree over shard numbers, by a binary
 * counter: at most log2(shards) + 1 buffers, and the same sums wherever the
 * shards live. Ranks are then combined by MPI's all-reduce.
 */
#ifndef GENTRAIN_REDUCER_H
#define GENTRAIN_REDUCER_H

#include "gentrain/comm.h"

typedef struct gt_reducer gt_reducer;

/* For vectors of `count` reals and n_shards shards on this rank. Local. */
gt_status gt_reducer_new(gt_reducer **out, gt_comm *comm, size_t count,
                         int n_shards);
void gt_reducer_free(gt_reducer *reducer);

/* Begin a step's sum. Local. */
void gt_reducer_begin(gt_reducer *reducer);

/* The buffer for the next shard's vector; its contents are undefined and all of
 * it must be written before gt_reducer_add takes it in. Local. */
gt_real *gt_reducer_vector(gt_reducer *reducer);
void gt_reducer_add(gt_reducer *reducer);

/* The sum over all shards of all ranks; valid until the next begin.
 * Collective. */
const gt_real *gt_reducer_finish(gt_reducer *reducer);

#endif
