/* tree_allreduce.h: one vector of doubles for each shard of a batch, merged
 * into one for all.
 *
 * Vectors are merged two by two in the tree over the numbers of all shards that
 * reducer.h describes, so the outcome has the same bits on every rank and at
 * any number of ranks. Unlike a reducer's sum it is wanted at once: every rank
 * waits until the last one has come.
 */
#ifndef GT_COMM_TREE_ALLREDUCE_H
#define GT_COMM_TREE_ALLREDUCE_H

#include "comm/comm.h"

typedef struct gt_tree_allreduce gt_tree_allreduce;

/* For vectors of up to max_count doubles and n_shards shards on every rank.
 * GT_ERR_CONFIG where all vectors are more than one MPI message takes. Local.
 */
gt_status gt_tree_allreduce_new(gt_tree_allreduce **out, gt_comm *comm,
                                int n_shards, size_t max_count);
/* NULL is allowed. Local. */
void gt_tree_allreduce_free(gt_tree_allreduce *allreduce);

/* Room for [n_shards][max_count] doubles: this rank's shards put their vectors
 * there, one right after the other. Local. */
double *gt_tree_allreduce_contributions(gt_tree_allreduce *allreduce);

/* Merge the vectors of all shards of all ranks, `count` doubles each. This
 * rank's first `present` shards have contributed theirs; the others have no
 * samples and get zeros, which must not change what they are merged into.
 * `merge` puts the outcome into `to`, whose shards come first. The result stays
 * until the next call. Collective; allocates nothing. */
const double *gt_tree_allreduce_run(
    gt_tree_allreduce *allreduce, int present, size_t count,
    void (*merge)(double *to, const double *from, size_t count));

#endif
