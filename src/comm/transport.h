/* transport.h: the ways from this rank's sums to sums over all ranks, bucket by
 * bucket. A way is a table of functions; nothing in it waits but what says so.
 */
#ifndef GT_COMM_TRANSPORT_H
#define GT_COMM_TRANSPORT_H

#include "comm/buckets.h"
#include "comm/comm.h"

typedef struct gt__transport_config {
    gt_comm *comm;              /* borrowed; more than one rank */
    int channel;                /* for messages of this sum alone */
    const gt__buckets *buckets; /* borrowed */
    int first_bucket;           /* their first one's number on the lane */
    int n_shards;               /* of every rank */
    int n_blocks;               /* that they are made of: of this rank */
    int n_vectors;              /* that this rank needs to make their sums */
    gt_real *const *stack;      /* borrowed: the blocks' sums, and on it all at
                                   least two vectors */
} gt__transport_config;

typedef struct gt__transport {
    gt_status (*create)(void **sum, const gt__transport_config *config);
    void (*discard)(void *sum); /* NULL may be passed. Local. */

    /* Where the sum will be. */
    gt_real *(*result)(const void *sum);

    /* Start on a bucket, over which this rank's sums are complete and from now
     * on not the caller's. In the order of buckets. Local. */
    void (*post)(void *sum, int bucket);

    /* NULL, or: do what goes better without overlap, for the first n buckets,
     * which all ranks have posted. Waits; collective. */
    void (*settle)(void *sum, int n);

    /* Take a posted bucket as far as it goes; true when the sum over this
     * rank's slice is there, or, where nobody owns slices, the whole sum.
     * Local. */
    bool (*reduce_scatter)(void *sum, int bucket);

    /* All NULL: nobody owns slices. Else hand the slice of a collected bucket
     * to all ranks, as it now is, in the order of buckets; whether all slices
     * of a bucket that was spread are there; and which slice (buckets.h) is a
     * rank's. Local. */
    void (*allgather_start)(void *sum, int bucket);
    bool (*allgather_test)(void *sum, int bucket);
    int (*place)(const void *sum, int rank);
} gt__transport;

#endif
