/* tree.h: sums over ranks in the order of one binary tree over all shards (see
 * reducer.h), bucket by bucket, without waiting. */
#ifndef GT_COMM_TREE_H
#define GT_COMM_TREE_H

#include "comm/buckets.h"
#include "gentrain/status.h"

typedef struct gt__tree_sum gt__tree_sum;

typedef struct gt__tree_config {
    MPI_Comm comm;
    int rank, size;
    int n_shards;               /* of every rank */
    const gt__buckets *buckets; /* borrowed */
    gt_real *const *blocks;     /* borrowed: the sums of this rank's blocks, and
                                   one buffer more */
} gt__tree_config;

/* Local. */
gt_status gt__tree_sum_new(gt__tree_sum **out, const gt__tree_config *config);
void gt__tree_sum_free(gt__tree_sum *tree);

/* Which slice of every bucket (buckets.h) a rank owns. */
int gt__tree_sum_place(const gt__tree_sum *tree, int rank);

/* Start on a bucket, over which the blocks are complete and from now on not the
 * caller's. Its sum will be in blocks[0]. Local. */
void gt__tree_sum_post(gt__tree_sum *tree, int bucket);

/* Take a posted bucket as far as it goes; true when the sum over this rank's
 * slice is there. With `wait` that is always so, and the call collective. */
bool gt__tree_sum_collect(gt__tree_sum *tree, int bucket, bool wait);

/* Hand the slice of a collected bucket to all ranks, as it now is. Local. */
void gt__tree_sum_spread(gt__tree_sum *tree, int bucket);

/* The same once more: true when all slices of a spread bucket are there. */
bool gt__tree_sum_gather(gt__tree_sum *tree, int bucket, bool wait);

#endif
