/* The reducer's sum against the same tree evaluated on one rank, to the bit:
 * for every number of shards that the ranks can share, for batches that leave
 * shards empty, for any buckets, and whenever values are said to be ready.
 *
 * ctest: ranks 6 8 */
#define _GNU_SOURCE /* fallocate */
#include "reducer_trial.h"

#include <errno.h>
#include <fcntl.h>
#include <mpi.h>

static const gt_reduction both[] = {GT_REDUCTION_TREE, GT_REDUCTION_MPI};

static bool use_shared_memory; /* where the ranks can */

/* --- Calls that are counted, or fail. */

static int messages;
static bool full; /* is shared memory, for the last rank */

int MPI_Isend(const void *from, int n, MPI_Datatype type, int to, int tag,
              MPI_Comm of, MPI_Request *request)
{
    messages++;
    return PMPI_Isend(from, n, type, to, tag, of, request);
}

int posix_fallocate(int file, off_t from, off_t bytes)
{
    if (full && comm->rank == comm->size - 1)
        return ENOSPC;
    return fallocate(file, 0, from, bytes) == 0 ? 0 : errno;
}

/* --- */

static gt_status new_reducer(gt_reducer **out, gt_comm *c, size_t count,
                             int n_shards, const gt_reducer_config *config)
{
    gt_status status = gt_reducer_new(out, c, count, n_shards, config);
    if (status == GT_OK && use_shared_memory)
        gt_reducer_use_shared_memory(*out);
    return status;
}

static void describe(const trial *t, size_t i)
{
    print_error("%zu values, %d shards a rank, %d present, buckets of %zu, "
                "%u announcements: value %zu is wrong\n",
                t->count, t->per_rank, t->present, t->config.bucket,
                t->announcements, i);
}

/* To the bit, or to rounding where the order is MPI's. All ranks fail if one
 * does. */
static void check(const trial *t, const gt_real *got)
{
    gt_real *want = malloc(t->count * sizeof *want);
    assert_non_null(want);
    evaluate(want, 0, t->present, t->count);
    bool exact = t->config.reduction == GT_REDUCTION_TREE, right = true;
    for (size_t i = 0; i < t->count && right; i++) {
        double off = fabs((double)got[i] - (double)want[i]);
        right = exact ? !memcmp(&got[i], &want[i], sizeof *got)
                      : off < 1e-5 * sqrt(t->present);
        if (!right)
            describe(t, i);
    }
    free(want);
    assert_true(gt_comm_max(comm, !right) == 0);
}

static void try(const trial *t)
{
    gt_reducer *r;
    assert_int_equal(new_reducer(&r, comm, t->count, t->per_rank, &t->config),
                     GT_OK);
    for (int repeat = 0; repeat < 2; repeat++)
        check(t, add_up(r, t));
    gt_reducer_free(r);
}

/* Some numbers of shards with samples, the last few ranks' among them. */
static void try_short_batches(trial t)
{
    int all = t.per_rank * comm->size;
    int step = all < 9 ? 1 : all / 5;
    for (t.present = all; t.present > 0; t.present -= step)
        try(&t);
}

static void a_sum_has_the_bits_of_one_tree_over_all_shards(void **state)
{
    (void)state;
    static const int totals[] = {8, 12, 48, 60, 64};
    for (size_t i = 0; i < sizeof totals / sizeof *totals; i++)
        for (int k = 0; k < 2 && totals[i] % comm->size == 0; k++)
            try_short_batches((trial){
                .count = COUNT,
                .per_rank = totals[i] / comm->size,
                .config = {.reduction = both[k], .bucket = 100, .channel = 0},
                .announcements = 9});
    for (int n = 1; n <= 7; n++)
        for (int k = 0; k < 2; k++)
            try_short_batches((trial){
                .count = COUNT,
                .per_rank = n,
                .config = {.reduction = both[k], .bucket = 400, .channel = 1},
                .announcements = 3});
}

static void buckets_of_any_size_change_no_bit(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 2, 7, 60, 61, 1000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (unsigned announcements = 0; announcements < 80;
             announcements = 3 * announcements + 1)
            for (int n = 1; n <= 3; n++)
                try(&(trial){.count = 61,
                             .per_rank = n,
                             .present = n * comm->size,
                             .config = {.reduction = GT_REDUCTION_TREE,
                                        .bucket = sizes[i],
                                        .channel = 0},
                             .announcements = announcements});
}

static void a_vector_may_be_shorter_than_there_are_ranks(void **state)
{
    (void)state;
    for (size_t count = 1; count < 4; count++)
        for (int k = 0; k < 4; k++)
            try(&(trial){
                .count = count,
                .per_rank = 1 + k / 2,
                .present = (1 + k / 2) * comm->size,
                .config = {.reduction = both[k % 2], .bucket = 2, .channel = 0},
                .announcements = 2});
}

/* Long enough for MPI's nonblocking sum, with a rest that is not. */
static void long_and_short_buckets_may_mix(void **state)
{
    (void)state;
    for (int k = 0; k < 2; k++)
        try_short_batches((trial){
            .count = LONG,
            .per_rank = 2,
            .config = {.reduction = both[k], .bucket = 1 << 14, .channel = 0},
            .announcements = 5});
}

static void more_buckets_than_tags_are_made_larger(void **state)
{
    (void)state;
    try(&(trial){
        .count = LONG,
        .per_rank = 1,
        .present = comm->size,
        .config = {.reduction = GT_REDUCTION_TREE, .bucket = 1, .channel = 0}});
}

static void a_batch_without_samples_sums_to_zero(void **state)
{
    (void)state;
    for (int k = 0; k < 2; k++) {
        trial t = {
            .count = COUNT,
            .per_rank = 2,
            .config = {.reduction = both[k], .bucket = 64, .channel = 0}};
        gt_reducer *r;
        assert_int_equal(new_reducer(&r, comm, COUNT, 2, &t.config), GT_OK);
        t.present = 2 * comm->size;
        check(&t, add_up(r, &t));
        t.present = 0;
        const gt_real *sum = add_up(r, &t);
        for (int i = 0; i < COUNT; i++)
            assert_true(sum[i] == 0);
        gt_reducer_free(r);
    }
}

static void a_sum_is_the_same_on_every_rank(void **state)
{
    (void)state;
    for (int k = 0; k < 2; k++) {
        trial t = {
            .count = COUNT,
            .per_rank = 3,
            .present = 3 * comm->size,
            .config = {.reduction = both[k], .bucket = 64, .channel = 0}};
        gt_reducer *r;
        assert_int_equal(new_reducer(&r, comm, COUNT, 3, &t.config), GT_OK);
        const gt_real *sum = add_up(r, &t);
        gt_real first[COUNT];
        memcpy(first, sum, sizeof first);
        gt_comm_broadcast(comm, first, sizeof first);
        assert_true(gt_comm_max(comm, !!memcmp(first, sum, sizeof first)) == 0);
        gt_reducer_free(r);
    }
}

/* As a VAE's two networks: one is still written when the other is sent. */
static void two_reducers_may_be_under_way_at_once(void **state)
{
    (void)state;
    for (int k = 0; k < 2; k++) {
        gt_reducer *r[2];
        trial t[2];
        for (int i = 0; i < 2; i++) {
            t[i] = (trial){.count = i ? COUNT : LONG,
                           .per_rank = 3,
                           .present = 3 * comm->size - 2,
                           .config = {.reduction = both[k],
                                      .bucket = i ? 100 : 17000,
                                      .channel = i},
                           .announcements = 20};
            assert_int_equal(
                new_reducer(&r[i], comm, t[i].count, 3, &t[i].config), GT_OK);
            gt_reducer_begin(r[i], own_present(&t[i]));
        }
        for (int s = 0; s < own_present(&t[0]); s++)
            for (int i = 0; i < 2; i++)
                write_shard(r[i], &t[i], comm->rank * 3 + s);
        for (int i = 0; i < 2; i++)
            check(&t[i], gt_reducer_finish(r[i]));
        for (int i = 0; i < 2; i++)
            gt_reducer_free(r[i]);
    }
}

/* Each rank in turn hands in all of its shards before any other rank has begun:
 * whatever waited for another rank before finish would wait for ever. */
static void a_rank_that_is_ahead_waits_for_nobody(void **state)
{
    (void)state;
    for (int k = 0; k < 2; k++)
        for (int ahead = 0; ahead < comm->size; ahead++) {
            trial t = {
                .count = LONG,
                .per_rank = 2,
                .present = 2 * comm->size,
                .config = {.reduction = both[k], .bucket = 17000, .channel = 1},
                .announcements = 4};
            gt_reducer *r;
            assert_int_equal(new_reducer(&r, comm, LONG, 2, &t.config), GT_OK);
            gt_reducer_begin(r, 2);
            if (comm->rank != ahead)
                gt_comm_barrier(comm);
            for (int s = 0; s < 2; s++)
                write_shard(r, &t, comm->rank * 2 + s);
            if (comm->rank == ahead)
                gt_comm_barrier(comm);
            check(&t, gt_reducer_finish(r));
            gt_reducer_free(r);
        }
}

/* Messages of one sum must not be taken for those of the next one. */
static void reducers_may_take_turns_on_a_channel(void **state)
{
    (void)state;
    for (int k = 0; k < 2; k++) {
        gt_reducer *r[2];
        trial t[2];
        for (int i = 0; i < 2; i++) {
            t[i] = (trial){.count = i ? COUNT : COUNT + 100,
                           .per_rank = 1 + i,
                           .present = (1 + i) * comm->size,
                           .config = {.reduction = both[k], .bucket = 100},
                           .announcements = 3};
            assert_int_equal(new_reducer(&r[i], comm, t[i].count, t[i].per_rank,
                                         &t[i].config),
                             GT_OK);
        }
        for (int turn = 0; turn < 6; turn++)
            check(&t[turn % 2], add_up(r[turn % 2], &t[turn % 2]));
        for (int i = 0; i < 2; i++)
            gt_reducer_free(r[i]);
    }
}

static void a_sum_that_nobody_waits_for_ends_with_its_reducer(void **state)
{
    (void)state;
    for (int k = 0; k < 2; k++) {
        trial t = {
            .count = LONG,
            .per_rank = 1,
            .present = comm->size,
            .config = {.reduction = both[k], .bucket = 17000, .channel = 0},
            .announcements = 4};
        gt_reducer *r;
        assert_int_equal(new_reducer(&r, comm, LONG, 1, &t.config), GT_OK);
        gt_reducer_begin(r, 1);
        write_shard(r, &t, comm->rank);
        gt_reducer_free(r);
        try(&t); /* nothing of the other sum is left in the channel */
    }
}

static void
ranks_send_messages_only_where_they_cannot_share_memory(void **state)
{
    (void)state;
    int sent[2];
    for (int k = 0; k < 2; k++) {
        full = k;
        messages = 0;
        try(&(trial){.count = COUNT, .per_rank = 3, .present = 3 * comm->size});
        sent[k] = messages;
    }
    full = false;
    assert_true((sent[0] > 0) == (comm->size > 1 && !use_shared_memory));
    assert_true((sent[1] > 0) == (comm->size > 1));
}

int main(int argc, char **argv)
{
    if (gt_comm_init(&comm, &argc, &argv) != GT_OK)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sum_has_the_bits_of_one_tree_over_all_shards),
        cmocka_unit_test(buckets_of_any_size_change_no_bit),
        cmocka_unit_test(a_vector_may_be_shorter_than_there_are_ranks),
        cmocka_unit_test(long_and_short_buckets_may_mix),
        cmocka_unit_test(more_buckets_than_tags_are_made_larger),
        cmocka_unit_test(a_batch_without_samples_sums_to_zero),
        cmocka_unit_test(a_sum_is_the_same_on_every_rank),
        cmocka_unit_test(two_reducers_may_be_under_way_at_once),
        cmocka_unit_test(a_rank_that_is_ahead_waits_for_nobody),
        cmocka_unit_test(reducers_may_take_turns_on_a_channel),
        cmocka_unit_test(a_sum_that_nobody_waits_for_ends_with_its_reducer),
        cmocka_unit_test(
            ranks_send_messages_only_where_they_cannot_share_memory),
    };
    int failed = cmocka_run_group_tests_name("messages", tests, NULL, NULL);
    use_shared_memory = true;
    failed += cmocka_run_group_tests_name("shared memory", tests, NULL, NULL);
    gt_comm_finalize(comm);
    return failed;
}
