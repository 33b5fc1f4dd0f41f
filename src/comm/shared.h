/* shared.h: sums over the ranks of one machine, in the order of one binary tree
 * over all shards (see reducer.h), through memory that they share. Nothing is
 * sent: each rank adds up its slice of every bucket from where the others left
 * their vectors, into one result that all read. */
#ifndef GT_COMM_SHARED_H
#define GT_COMM_SHARED_H

#include "comm/buckets.h"
#include "gentrain/comm.h"

typedef struct gt__shared_sum gt__shared_sum;

typedef struct gt__shared_config {
    gt_comm *comm; /* borrowed; all ranks on one machine */
    int n_shards;  /* of every rank */
    size_t count;  /* reals in a vector */
    int n_vectors;
    const gt__buckets *buckets; /* borrowed */
} gt__shared_config;

/* Allocate n_vectors vectors of this rank in shared memory; the first of them
 * are to be the sums of its blocks. Collective; where one rank fails, all do.
 */
gt_status gt__shared_sum_new(gt__shared_sum **out,
                             const gt__shared_config *config);
/* Local. */
void gt__shared_sum_free(gt__shared_sum *sum);

gt_real *gt__shared_sum_vector(const gt__shared_sum *sum, int i);
/* Where the sum will be; but for this rank's slices it is for reading. */
gt_real *gt__shared_sum_result(const gt__shared_sum *sum);

/* Begin a step; the vectors are the caller's again. */
void gt__shared_sum_begin(gt__shared_sum *sum);
/* As for gt__tree_sum (tree.h). Buckets are posted, collected and spread in
 * order: one that is not the next is not collected, and must not be waited for.
 * Slice number r is rank r's. */
void gt__shared_sum_post(gt__shared_sum *sum, int bucket);
bool gt__shared_sum_collect(gt__shared_sum *sum, int bucket, bool wait);
void gt__shared_sum_spread(gt__shared_sum *sum, int bucket);
bool gt__shared_sum_gather(gt__shared_sum *sum, int bucket, bool wait);

#endif
