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
 * not depend on their number. With GT_REDUCTION_MPI each rank's part is summed
 * so, and the order over ranks is MPI's.
 *
 * Values go to the other ranks in buckets, from the end of the vector, as a
 * backward pass makes them: gt_reducer_ready says how far it has come. MPI
 * libraries move data inside MPI calls only, so that call also drives what is
 * under way, in all reducers of the job, and so do matrix products (pulse.h).
 *
 * With GT_REDUCTION_TREE, without compression and on more than one rank, every
 * bucket is cut into as many parts as there are ranks. Each part has an owner,
 * who has the sum over it first and may put something else in its place, such
 * as new weights, before it goes to all ranks.
 */
#ifndef GT_COMM_REDUCER_H
#define GT_COMM_REDUCER_H

#include "comm/comm.h"

typedef struct gt_reducer gt_reducer;

typedef enum gt_reduction { GT_REDUCTION_TREE, GT_REDUCTION_MPI } gt_reduction;

typedef enum gt_compression {
    GT_COMPRESSION_NONE,
    GT_COMPRESSION_BF16
} gt_compression;

typedef struct gt_reducer_config {
    gt_reduction reduction;
    gt_compression compression; /* needs GT_REDUCTION_TREE. bf16: values but
                                   for the last `exact` are rounded on their
                                   way, and what that takes away is added to
                                   the next step's; so their sums depend on the
                                   number of ranks, and on the steps since the
                                   reducer was made */
    size_t exact;
    size_t bucket; /* reals that travel together; 0: all, up to 2^28. Raised
                      where there would be more than 1024 buckets */
    size_t grain;  /* owners' parts begin at multiples of it; 0: anywhere */
    int channel;   /* below GT_CHANNELS (comm.h); reducers whose sums are under
                   way at the same time need different ones */
} gt_reducer_config;

/* Reals [from, to) of the vector; of all that their owner has, in the order of
 * the vector, they are number `at` and up. */
typedef struct gt_slice {
    size_t from, to, at;
} gt_slice;

/* What a rank does with the parts that it owns. Called from within
 * gt_reducer_ready, _add and _finish of any reducer of the job, in any order of
 * parts, empty ones among them. */
typedef struct gt_slice_hooks {
    void *context;
    /* NULL, or: looks at the sum over a part. When all parts of the vector were
     * looked at, `decide` is called, which is collective, and only then
     * `apply`. */
    void (*measure)(void *context, const gt_real *sum, gt_slice part);
    void (*decide)(void *context);
    /* May change the sum over a part, which begins at `values`, to what all
     * ranks shall get. Without `measure` this is as soon as the sum is there.
     */
    void (*apply)(void *context, gt_real *values, gt_slice part);
} gt_slice_hooks;

/* For vectors of `count` reals and n_shards shards on every rank; rank r has
 * shards r * n_shards and up. Local. */
gt_status gt_reducer_new(gt_reducer **out, gt_comm *comm, size_t count,
                         int n_shards, const gt_reducer_config *config);

/* Where all ranks are on one machine and keep to the tree, move the vectors
 * into memory that the ranks share: sums are then made without messages.
 * Elsewhere, and with a warning where the system has no room for that, settle
 * in this rank's own memory. Before the first step. Collective. */
void gt_reducer_share(gt_reducer *reducer);

/* Have parts pass through this rank's hands. False where they have no owners.
 * After gt_reducer_share, before the first step, and on all ranks alike. Local.
 */
bool gt_reducer_set_slice_hooks(gt_reducer *reducer,
                                const gt_slice_hooks *owner);

/* How many of the vector's first `count` reals this rank owns: all where parts
 * have no owners. After gt_reducer_share. Local. */
size_t gt_reducer_slice_count(const gt_reducer *reducer, size_t count);

/* Numbers kept with the vector's first `count` reals, `mine` in each rank's own
 * order (gt_slice.at): into rank 0's all[count], and back. `all` is NULL on the
 * other ranks. Without owners all have the same numbers, and rank 0's are
 * taken. Between steps. Collective. */
void gt_reducer_gather(gt_reducer *reducer, const gt_real *mine, size_t count,
                       gt_real *all);
void gt_reducer_scatter(gt_reducer *reducer, const gt_real *all, size_t count,
                        gt_real *mine);

/* Ends what is under way, without its owners, so it is collective if the last
 * sum was not finished. */
void gt_reducer_free(gt_reducer *reducer);

/* Begin a step's sum, to which this rank adds its first `present` shards; the
 * rest have no samples. Local. */
void gt_reducer_begin(gt_reducer *reducer, int present);

/* The buffer for the next shard's vector; its contents are undefined and all of
 * it must be written before gt_reducer_add takes it in. Local. */
gt_real *gt_reducer_vector(gt_reducer *reducer);
void gt_reducer_add(gt_reducer *reducer);

/* While a vector is written: its values from `from` on are complete and not the
 * caller's any more. This saves time and may be left out. Local: never waits.
 */
void gt_reducer_ready(gt_reducer *reducer, size_t from);

/* The sum over all shards of all ranks, or what owners made of it; valid until
 * the next begin. Collective. */
const gt_real *gt_reducer_finish(gt_reducer *reducer);

#endif
