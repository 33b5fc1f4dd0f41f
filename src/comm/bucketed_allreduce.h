/* bucketed_allreduce.h: sums over this rank's shards become sums over all
 * ranks, bucket by bucket, while the caller goes on computing. By which
 * messages, if any, is up to a transport (transport.h). With the tree's two
 * transports each rank owns a slice of every bucket: it has the sum over its
 * slices before the other ranks get it, and may change it.
 *
 * The life of a bucket. From the second step on, the next reduce-scatter begins
 * where the last allgather ended.
 *
 *                         +----------+
 *        +--------------> | WAITING  |  the caller still writes its values
 *        |                +----------+
 *        |                     | gt__bucketed_allreduce_start: values complete,
 *        |                     | buckets before it started
 *        |                     v
 *        |                +----------+
 *        |                | REDUCING |  reduce-scatter under way
 *        |                +----------+
 *        |                     | advance: reduce_scatter_test is true, so this
 *        |                     | rank has the sum over its slice
 *        |         measure?    |
 *        |       +-- no -------+------- yes --+
 *        |       |                            | measure
 *        |       |                            v
 *        |       |                      +----------+
 *        |       | apply                | MEASURED |  waits for all slices
 *        |       |                      +----------+
 *        |       |                            | finish: all are measured;
 *        |       |                            | decide, then apply
 *        |       v                            |
 *        |   +-----------+                    |
 *        |   | GATHERING | <------------------+
 *        |   +-----------+  allgather under way
 *        |       | advance: allgather_test is true
 *        |       v
 *        |   +-----------+
 *        +---|   DONE    |  all of the bucket's sum is there
 *   finish:  +-----------+
 *   all are done
 *
 * (Without owners there is no allgather, so GATHERING ends at once.)
 *
 * Invariants, each with the tests that try to break it:
 *
 * 1. No value is read before the caller said that it is complete.
 *    mpi_reducer.c: buckets_of_any_size_change_no_bit (what is not yet written
 *    is NaN)
 * 2. All ranks start the same buckets in the same order, from the vector's end,
 *    however far each of them has come.
 *    mpi_reducer.c: buckets_of_any_size_change_no_bit,
 *    long_and_short_buckets_may_mix (ranks announce values in different spans)
 * 3. Nothing but finish waits for another rank.
 *    mpi_reducer.c: a_rank_that_is_ahead_waits_for_nobody
 * 4. Every real of the vector is in one slice of one bucket, which one rank
 *    owns; that rank applies it once a step, before any rank's finish returns.
 *    mpi_slices.c: what_owners_put_in_place_of_the_sum_reaches_all,
 *    slices_may_be_long_or_empty
 * 5. With `measure`, each slice is measured once a step, `decide` is called
 *    when a rank has measured all of its own, and none is applied before that.
 *    mpi_slices.c: what_owners_put_in_place_of_the_sum_reaches_all
 * 6. When finish returns, all ranks have the same bits.
 *    mpi_reducer.c: a_sum_is_the_same_on_every_rank,
 *    a_sum_has_the_bits_of_one_tree_over_all_shards
 * 7. A channel has at most one all-reduce under way, from the first start of a
 *    step to its finish; then no message of it is left.
 *    mpi_reducer.c: reducers_may_take_turns_on_a_channel,
 *    a_sum_that_nobody_waits_for_ends_with_its_reducer
 * 8. All-reduces on different channels may be under way at once, and whoever
 *    takes one of them further takes all of them further.
 *    mpi_reducer.c: two_reducers_may_be_under_way_at_once
 * 9. An all-reduce that is freed while it is under way ends, on all ranks,
 *    without its hooks.
 *    mpi_slices.c: a_sum_that_nobody_waits_for_ends_without_its_owners
 */
#ifndef GT_COMM_BUCKETED_ALLREDUCE_H
#define GT_COMM_BUCKETED_ALLREDUCE_H

#include "comm/buckets.h"
#include "comm/comm.h"
#include "comm/reducer_config.h"

typedef struct gt__bucketed_allreduce gt__bucketed_allreduce;

typedef struct gt__bucketed_allreduce_config {
    gt_comm *comm; /* borrowed; more than one rank */
    size_t count;
    int n_shards;  /* of every rank, that sums over ranks tell apart */
    int n_blocks;  /* that this rank's shards consist of (shard_tree.h) */
    int n_vectors; /* that it needs to add up its shards */
    const gt_reducer_config *reducer;
    gt_real *const *stack; /* borrowed: the sums of the blocks, and on it all
                              at least two vectors */
} gt__bucketed_allreduce_config;

/* Local. */
gt_status
gt__bucketed_allreduce_new(gt__bucketed_allreduce **out,
                           const gt__bucketed_allreduce_config *config);
/* As gt_reducer_free (reducer.h). */
void gt__bucketed_allreduce_free(gt__bucketed_allreduce *allreduce);

/* As gt_reducer_use_shared_memory. True where the config's n_vectors vectors of
 * this rank now lie in shared memory, to be used in place of the stack's.
 * Collective. */
bool gt__bucketed_allreduce_use_shared_memory(
    gt__bucketed_allreduce *allreduce);
gt_real *gt__bucketed_allreduce_vector(const gt__bucketed_allreduce *allreduce,
                                       int i);

/* This rank's values from `from` on are complete. Local. */
void gt__bucketed_allreduce_start(gt__bucketed_allreduce *allreduce,
                                  size_t from);
/* Wait for what was started; returns where the sum is. Collective. */
const gt_real *gt__bucketed_allreduce_finish(gt__bucketed_allreduce *allreduce);

/* Whether slices have owners. Where they have: the slice of a bucket that a
 * rank owns. Local. */
bool gt__bucketed_allreduce_has_owners(const gt__bucketed_allreduce *allreduce);
int gt__bucketed_allreduce_buckets(const gt__bucketed_allreduce *allreduce);
gt__interval
gt__bucketed_allreduce_slice(const gt__bucketed_allreduce *allreduce,
                             int bucket, int rank);
void gt__bucketed_allreduce_set_hooks(gt__bucketed_allreduce *allreduce,
                                      const gt_slice_hooks *hooks);

#endif
