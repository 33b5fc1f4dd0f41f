/* packed.h: approximate sums over ranks, of numbers sent as bfloat16, bucket by
 * bucket, without waiting. What rounding takes away is kept and added to the
 * next step's values, so that over many steps nothing is lost (error feedback:
 * Seide et al. 2014). Half the bytes; the bits depend on the number of ranks.
 */
#ifndef GT_COMM_PACKED_H
#define GT_COMM_PACKED_H

#include "comm/buckets.h"
#include "gentrain/status.h"

typedef struct gt__packed_sum gt__packed_sum;

typedef struct gt__packed_config {
    MPI_Comm comm;
    int rank, size;
    const gt__buckets *buckets; /* borrowed */
    gt_real *const *blocks;     /* borrowed: this rank's sums, still in parts */
    int n_blocks;
    gt_real *result; /* where the sum is wanted; may be blocks[0] */
} gt__packed_config;

/* The rest is as for gt__tree_sum (tree.h). */
gt_status gt__packed_sum_new(gt__packed_sum **out,
                             const gt__packed_config *config);
void gt__packed_sum_free(gt__packed_sum *packed);
void gt__packed_sum_post(gt__packed_sum *packed, int bucket);
bool gt__packed_sum_advance(gt__packed_sum *packed, int bucket, bool wait);

#endif
