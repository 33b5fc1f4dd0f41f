/* transport.h: ways in which this rank's sums become sums over all ranks,
 * bucket by bucket. A transport is a table of functions. Of these only
 * reduce_blocking waits for other ranks. */
#ifndef GT_COMM_TRANSPORT_H
#define GT_COMM_TRANSPORT_H

#include "comm/buckets.h"
#include "comm/comm.h"

typedef struct gt__transport_config {
    gt_comm *comm;              /* borrowed; more than one rank */
    int channel;                /* for messages of this sum alone */
    const gt__buckets *buckets; /* borrowed */
    int first_bucket;           /* number of their first on the channel */
    int n_shards;               /* of every rank */
    int n_blocks;               /* that this rank's shards consist of
                                   (shard_tree.h) */
    int n_vectors;              /* that this rank needs to add up its shards */
    gt_real *const *stack;      /* borrowed: the blocks' sums, and on it all at
                                   least two vectors */
} gt__transport_config;

typedef struct gt__transport {
    /* Local, or collective where the table says so. */
    gt_status (*create)(void **state, const gt__transport_config *config);
    void (*destroy)(void *state); /* NULL may be passed. Local. */

    /* The vector in which the sum will be. Local. */
    gt_real *(*result)(const void *state);

    /* NULL, or: vector `i` of config.n_vectors, to be used in place of the
     * stack's. They are the caller's from the beginning of a step until a
     * bucket is started. Local. */
    gt_real *(*vector)(const void *state, int i);

    /* Start on a bucket, of which this rank's sums are complete and from now on
     * not the caller's. In the order of buckets. Local. */
    void (*reduce_scatter_start)(void *state, int bucket);

    /* Take a bucket that was started as far as it goes; true when the sum over
     * this rank's slice is there, or the whole sum where slices have no owners.
     * Local. */
    bool (*reduce_scatter_test)(void *state, int bucket);

    /* NULL, or: make the sums that are not worth overlapping with anything, of
     * the first n buckets, which all ranks have started. Collective. */
    void (*reduce_blocking)(void *state, int n);

    /* All three NULL: slices have no owners. Else: send this rank's slice of a
     * bucket, as it now is, to all ranks, in the order of buckets; whether all
     * slices of the bucket are there; and the number of the slice (buckets.h)
     * that a rank owns. Local. */
    void (*allgather_start)(void *state, int bucket);
    bool (*allgather_test)(void *state, int bucket);
    int (*slice_of)(const void *state, int rank);
} gt__transport;

#endif
