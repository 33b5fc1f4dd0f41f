/* transport.h: the ways from this rank's sums to sums over all ranks, bucket by
 * bucket. A way is a table of functions; nothing in it waits but what says so.
 */
#ifndef GT_COMM_TRANSPORT_H
#define GT_COMM_TRANSPORT_H

#include "comm/buckets.h"
#include "comm/comm.h"

typedef struct gt__transport_config {
    gt_comm *comm;              /* borrowed; more than one rank */
    MPI_Comm channel;           /* all ranks, for messages of this sum alone */
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

/* In the order of one binary tree over all shards (see reducer.h), by messages.
 * Created without the other ranks. */
extern const gt__transport gt__transport_tree;

/* By MPI's all-reduce, in whatever order. Created without the other ranks. */
extern const gt__transport gt__transport_mpi;

/* Numbers that leave a node are sent as bfloat16. What rounding takes away is
 * kept and added to the next step's values, so that over many steps nothing is
 * lost (error feedback: Seide et al. 2014). Half the bytes; the bits depend on
 * the number of ranks. Created without the other ranks. */
extern const gt__transport gt__transport_bf16;

/* The tree without messages, through memory that all ranks, on one machine,
 * share: each adds up its slice of every bucket from where the others left
 * their vectors, into one result that all read. Created by all ranks together:
 * where one fails, all do. These vectors of it are to be used in place of the
 * stack's; they are the caller's again when a step begins. */
extern const gt__transport gt__transport_shared;
gt_real *gt__transport_shared_vector(const void *sum, int i);

#endif
