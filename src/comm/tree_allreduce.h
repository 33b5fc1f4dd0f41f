/* tree_allreduce.h: what each shard of a batch has to tell, made one for all.
 *
 * Vectors of doubles are merged two by two in the tree over the numbers of all
 * shards that reducer.h describes, so the outcome has the same bits on every
 * rank and at any number of ranks. Unlike a reducer's sum it is wanted at once:
 * everybody stands still until the last rank has come.
 */
#ifndef GT_COMM_TREE_ALLREDUCE_H
#define GT_COMM_TREE_ALLREDUCE_H

#include "comm/comm.h"

typedef struct gt_tree_allreduce gt_tree_allreduce;

/* For vectors of up to `most` doubles and n_shards shards on every rank. Local.
 */
gt_status gt_tree_allreduce_new(gt_tree_allreduce **out, gt_comm *comm,
                                int n_shards, size_t most);
void gt_tree_allreduce_free(gt_tree_allreduce *meeting);

/* Room for [n_shards x most]: where this rank's shards put their vectors, one
 * right after the other. */
double *gt_tree_allreduce_contributions(gt_tree_allreduce *meeting);

/* Merge the vectors of all shards of all ranks, `count` doubles each. This
 * rank's first `present` shards have put theirs in place; the others have no
 * samples and get zeros, which must not change what they are merged into. The
 * outcome stays until the next call. Collective; allocates nothing. */
const double *gt_tree_allreduce_run(
    gt_tree_allreduce *meeting, int present, size_t count,
    void (*merge)(double *to, const double *from, size_t count));

#endif
