/* reducer.h: the sum of all shards' vectors, over all ranks, begun while the
 * last of them is still being written.
 *
 * A step hands in one vector a shard, in the order of shard numbers. They are
 * added in one fixed binary tree over the numbers of all shards, wherever these
 * live: the sum of shards [a, b) is that of [a, m) plus that of [m, b), where
 * m - a is the largest power of two below b - a. For 12 shards that is
 *   (((0 1) (2 3)) ((4 5) (6 7))) ((8 9) (10 11))
 * Each inner node is the sum of an aligned block of 2^k shards, or of what
 * there is of it. A shard without samples is skipped: a node with one operand
 * is that operand. (Where a message must hold something in its place, that is
 * -0.0, which added to any x gives exactly x; +0.0 would turn -0.0 into +0.0.)
 *
 * With GT_REDUCTION_TREE ranks keep to that tree too, so the bits of the sum do
 * not depend on their number. With GT_REDUCTION_MPI the shards of each rank are
 * added so, and the order over ranks is MPI's.
 *
 * Values go to the other ranks in buckets, from the end of the vector, in the
 * order in which a backward pass makes them: gt_reducer_ready says how far it
 * has come. MPI libraries move data inside MPI calls only. So gt_reducer_ready
 * also takes further what is under way, in all reducers of the job, and so do
 * matrix products (progress_hook.h).
 *
 * With GT_REDUCTION_TREE, without compression and on more than one rank, every
 * bucket is cut into as many slices as there are ranks. Each slice has an
 * owner: the rank that has the sum over it first, and may put something else in
 * its place, such as new weights, before it goes to all ranks.
 */
#ifndef GT_COMM_REDUCER_H
#define GT_COMM_REDUCER_H

#include "comm/comm.h"
#include "comm/reducer_config.h"

typedef struct gt_reducer gt_reducer;

/* For vectors of `count` reals and n_shards shards on every rank; rank r has
 * shards r * n_shards and up. Local. */
gt_status gt_reducer_new(gt_reducer **out, gt_comm *comm, size_t count,
                         int n_shards, const gt_reducer_config *config);

/* Where all ranks are on one machine and keep to the tree, move the vectors
 * into memory that the ranks share: sums are then made without messages.
 * Elsewhere, and with a warning where the system has no room for that, the
 * vectors stay in this rank's own memory, which is cleared. Before the first
 * step. Collective. */
void gt_reducer_use_shared_memory(gt_reducer *reducer);

/* Have these functions called for the slices that this rank owns. False where
 * slices have no owners. After gt_reducer_use_shared_memory, before the first
 * step, and on all ranks alike. Local. */
bool gt_reducer_set_slice_hooks(gt_reducer *reducer,
                                const gt_slice_hooks *hooks);

/* How many of the vector's first `count` reals this rank owns: all where slices
 * have no owners. After gt_reducer_use_shared_memory. Local. */
size_t gt_reducer_slice_count(const gt_reducer *reducer, size_t count);

/* Numbers kept with the vector's first `count` reals, `mine` with those that a
 * rank owns in their order (gt_slice.at): into rank 0's all[count], and back.
 * `all` is NULL on the other ranks. Where slices have no owners all ranks have
 * the same numbers, and rank 0's are taken. Between steps. Collective. */
void gt_reducer_gather(gt_reducer *reducer, const gt_real *mine, size_t count,
                       gt_real *all);
void gt_reducer_scatter(gt_reducer *reducer, const gt_real *all, size_t count,
                        gt_real *mine);

/* Swap the numbers `mine` of a rank with those at their places in the
 * vector `all[count]`, which every rank has; then every rank has all of the
 * vector that consists of all ranks' numbers. Doing it twice changes nothing.
 * Moves `count` reals to rank 0 and from there to all ranks. Where slices have
 * no owners it is local. Between steps. Collective. */
void gt_reducer_swap(gt_reducer *reducer, gt_real *mine, size_t count,
                     gt_real *all);

/* NULL is allowed. Local, but if the last sum was not finished, collective: it
 * ends that sum, without the slice hooks. */
void gt_reducer_free(gt_reducer *reducer);

/* Begin a step's sum, to which this rank adds its first `present` shards; its
 * other shards have no samples. Local. */
void gt_reducer_begin(gt_reducer *reducer, int present);

/* The buffer for the next shard's vector; its contents are undefined and all of
 * it must be written before gt_reducer_add takes it in. Local. */
gt_real *gt_reducer_vector(gt_reducer *reducer);
void gt_reducer_add(gt_reducer *reducer);

/* While a vector is written: its values from `from` on are complete and not the
 * caller's any more. This saves time and may be left out. Local: it waits for
 * nobody. */
void gt_reducer_ready(gt_reducer *reducer, size_t from);

/* The sum over all shards of all ranks, or what the owners of slices made of
 * it; valid until the next begin. Collective. */
const gt_real *gt_reducer_finish(gt_reducer *reducer);

#endif
