/* reducer_config.h: the settings of a reducer (reducer.h): how sums over ranks
 * are made, and what the owners of slices do with them. Types alone. */
#ifndef GT_COMM_REDUCER_CONFIG_H
#define GT_COMM_REDUCER_CONFIG_H

#include "core/tensor.h"

#include <stddef.h>

typedef enum gt_reduction {
    GT_REDUCTION_TREE, /* in one tree over all shards, whatever the ranks */
    GT_REDUCTION_MPI   /* each rank's shards in that tree, ranks by MPI */
} gt_reduction;

typedef enum gt_compression {
    GT_COMPRESSION_NONE,
    GT_COMPRESSION_BF16 /* needs GT_REDUCTION_TREE */
} gt_compression;

typedef struct gt_reducer_config {
    gt_reduction reduction;

    /* GT_COMPRESSION_BF16: all values but the vector's last `exact` are sent as
     * bfloat16. What rounding takes away is kept and added to the next step's
     * values, so these sums depend on the number of ranks and on the steps
     * since the reducer was made. */
    gt_compression compression;
    size_t exact;

    /* Reals that travel together; 0: all of them, up to 2^28. It is raised
     * where there would be more than 1024 buckets. */
    size_t bucket;

    /* Slices begin at multiples of so many reals; 0: anywhere. */
    size_t grain;

    /* Below GT_CHANNELS (comm.h). Reducers that are at work at the same time
     * need different ones. */
    int channel;
} gt_reducer_config;

/* Reals [from, to) of the vector, which this rank owns. Of all reals that it
 * owns, in the order of the vector, they are number `at` and up. */
typedef struct gt_slice {
    size_t from, to, at;
} gt_slice;

/* What a rank does with the sums over the slices that it owns. The functions
 * are called from within gt_reducer_ready, _add and _finish of any reducer of
 * the job and from matrix products (progress_hook.h), for slices in any order,
 * empty ones among them. They must not use a reducer. */
typedef struct gt_slice_hooks {
    void *context;

    /* NULL, or: look at a slice's sum. Local. */
    void (*measure)(void *context, const gt_real *sum, gt_slice slice);

    /* With `measure` only: called once a step, when all of this rank's slices
     * were measured and before any is applied. Collective. */
    void (*decide)(void *context);

    /* May change a slice's sum, which begins at `values`, to what all ranks
     * shall get: new weights, for example. Without `measure` this is as soon as
     * the sum is there. Local. */
    void (*apply)(void *context, gt_real *values, gt_slice slice);
} gt_slice_hooks;

#endif
