/* What every rank must see alike: agreement, broadcast, gather, sums, and the
 * all-reduce in the tree over all shards.
 *
 * ctest: ranks 6 */
#include "base/collective_tick.h"
#include "base/heartbeat.h"
#include "comm/comm.h"
#include "comm/mpi/start.h"
#include "comm/tree_allreduce.h"
#include "core/rng.h"

#include <math.h>
#include <mpi.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static gt_comm *comm;

static void all_agree_when_all_succeed(void **state)
{
    (void)state;
    assert_int_equal(gt_comm_agree(comm, GT_OK), GT_OK);
}

static void one_rank_s_failure_is_everybody_s_with_its_message(void **state)
{
    (void)state;
    int last = comm->size - 1;
    gt_fail(GT_ERR_USAGE, "a message of rank %d that must not be seen",
            comm->rank);
    gt_status mine = GT_OK;
    if (comm->rank == last)
        mine = gt_fail(GT_ERR_IO, "no disk on the last rank");
    assert_int_equal(gt_comm_agree(comm, mine), GT_ERR_IO);
    assert_non_null(strstr(gt_message(), "no disk on the last rank"));
    char who[32];
    snprintf(who, sizeof who, "rank %d", last);
    if (comm->size > 1)
        assert_non_null(strstr(gt_message(), who));
}

static void a_failure_of_all_ranks_is_said_without_a_rank(void **state)
{
    (void)state;
    gt_status mine = gt_fail(GT_ERR_CONFIG, "bad key");
    assert_int_equal(gt_comm_agree(comm, mine), GT_ERR_CONFIG);
    assert_string_equal(gt_message(), "bad key");
}

/* Ticks of a rank that works for 0.4 s become heartbeats of those that wait for
 * it in gt_comm_work_end, which then give one more when all agree. */
static void work_with_ticks(bool mine)
{
    uint64_t before = gt_heartbeat_count();
    gt_comm_work_begin(comm);
    for (int i = 0; i < 8 && mine; i++) {
        nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
        gt_collective_tick();
    }
    assert_int_equal(gt_comm_work_end(comm, GT_OK), GT_OK);
    bool heard = gt_heartbeat_count() - before > 1;
    assert_true(comm->size == 1 || gt_comm_max(comm, !heard) == 0);
}

static void a_rank_at_work_keeps_the_ranks_alive_that_wait_for_it(void **state)
{
    (void)state;
    work_with_ticks(comm->rank == 0);
    work_with_ticks(comm->rank == comm->size - 1);
}

static void several_ranks_may_be_at_work_at_once(void **state)
{
    (void)state;
    work_with_ticks(comm->rank % 2 == 0);
    work_with_ticks(true);
}

static void a_tick_outside_of_work_is_local(void **state)
{
    (void)state;
    work_with_ticks(comm->rank == 0);
    for (int i = 0; i < 3 && comm->rank == comm->size - 1; i++) {
        nanosleep(&(struct timespec){.tv_nsec = 120000000}, NULL);
        gt_collective_tick();
    }
    uint64_t before = gt_heartbeat_count();
    assert_int_equal(gt_comm_agree(comm, GT_OK), GT_OK);
    assert_int_equal(gt_heartbeat_count() - before, 1);
}

static void a_failure_at_work_is_everybody_s(void **state)
{
    (void)state;
    gt_status mine = GT_OK;
    gt_comm_work_begin(comm);
    if (comm->rank == comm->size - 1) {
        nanosleep(&(struct timespec){.tv_nsec = 120000000}, NULL);
        gt_collective_tick();
        mine = gt_fail(GT_ERR_IO, "the file is too large");
    }
    assert_int_equal(gt_comm_work_end(comm, mine), GT_ERR_IO);
    assert_non_null(strstr(gt_message(), "the file is too large"));
}

static void text_of_rank_0_reaches_all(void **state)
{
    (void)state;
    char *text = NULL;
    if (comm->rank == 0)
        text = strdup("from rank 0");
    assert_int_equal(gt_comm_broadcast_text(comm, &text), GT_OK);
    assert_string_equal(text, "from rank 0");
    free(text);
}

static void gather_keeps_the_order_of_ranks(void **state)
{
    (void)state;
    int mine[3] = {comm->rank, 10 * comm->rank, -1};
    int *all =
        comm->rank == 0 ? malloc((size_t)comm->size * sizeof mine) : NULL;
    gt_comm_gather(comm, mine, sizeof mine, all);
    for (int r = 0; comm->rank == 0 && r < comm->size; r++) {
        assert_int_equal(all[3 * r], r);
        assert_int_equal(all[3 * r + 1], 10 * r);
    }
    free(all);
}

/* 64 MB at once, so two ranks will do. */
static void more_than_a_message_is_gathered_in_pieces(void **state)
{
    (void)state;
    if (comm->size != 2)
        skip();
    size_t bytes = ((size_t)1 << 26) + 3;
    uint8_t *mine = malloc(bytes), *all = NULL;
    if (comm->rank == 0)
        all = malloc(2 * bytes);
    memset(mine, 1 + comm->rank, bytes);
    mine[bytes - 1] = (uint8_t)(3 + comm->rank);
    gt_comm_gather(comm, mine, bytes, all);
    for (int r = 0; comm->rank == 0 && r < 2; r++) {
        const uint8_t *of = all + (size_t)r * bytes;
        assert_int_equal(of[0], 1 + r);
        assert_memory_equal(of, of + 1, bytes - 2);
        assert_int_equal(of[bytes - 1], 3 + r);
    }
    free(mine);
    free(all);
}

/* The first rank's text is empty where there are several. */
static void texts_of_any_length_are_joined_in_the_order_of_ranks(void **state)
{
    (void)state;
    char mine[16] = "", expected[64] = "", *all;
    for (int r = 0; r < comm->size; r++)
        for (int i = 0; i < r; i++)
            strcat(expected, (char[]){(char)('a' + r), '\0'});
    memset(mine, 'a' + comm->rank, (size_t)comm->rank);
    assert_int_equal(gt_comm_gather_text(comm, mine, &all), GT_OK);
    if (comm->rank == 0)
        assert_string_equal(all, expected);
    else
        assert_null(all);
    free(all);
}

static void sums_and_maxima_are_over_all_ranks(void **state)
{
    (void)state;
    int n = comm->size;
    double d[2] = {comm->rank + 1, 1};
    gt_comm_sum(comm, d, 2);
    assert_true(d[0] == n * (n + 1) / 2 && d[1] == n);
    assert_true(gt_comm_max(comm, comm->rank) == n - 1);
}

static void a_job_on_one_machine_has_one_node(void **state)
{
    (void)state;
    assert_int_equal(comm->nodes, 1);
    assert_int_equal(comm->node_rank, comm->rank);
    assert_int_equal(comm->node_size, comm->size);
}

/* --- The tree's all-reduce, and what it makes a rank receive. */

static int received; /* numbers of other ranks */

int MPI_Sendrecv(const void *out, int n, MPI_Datatype type, int to, int tag,
                 void *in, int n_in, MPI_Datatype type_in, int from, int tag_in,
                 MPI_Comm of, MPI_Status *status)
{
    received += n_in;
    return PMPI_Sendrecv(out, n, type, to, tag, in, n_in, type_in, from, tag_in,
                         of, status);
}

int MPI_Allgatherv(const void *out, int n, MPI_Datatype type, void *in,
                   const int *n_in, const int *at, MPI_Datatype type_in,
                   MPI_Comm of)
{
    int rank, size;
    MPI_Comm_rank(of, &rank);
    MPI_Comm_size(of, &size);
    for (int r = 0; r < size; r++)
        received += r == rank ? 0 : n_in[r];
    return PMPI_Allgatherv(out, n, type, in, n_in, at, type_in, of);
}

enum { COUNT = 37, SHORT = 5, SHARDS = 24 };

/* Of a shard's number alone. Magnitudes differ, so that order shows. */
static void contribute(double *out, int shard, size_t count)
{
    gt_real x[COUNT];
    gt_rng_normal((gt_rng){.seed = 8, .sample = (uint64_t)shard}, x, COUNT);
    for (size_t i = 0; i < count; i++)
        out[i] = (double)x[i] * pow(10, shard % 5);
}

/* Neither commutes nor associates, and leaves its operand alone if it is given
 * zeros. */
static void merge(double *to, const double *from, size_t count)
{
    for (size_t i = 0; i < count; i++)
        to[i] += from[i] * (1 + to[i] / 1e6);
}

/* Shards [from, to) of which only those below `end` have samples. */
static void evaluate(double *out, int from, int to, int end, size_t count)
{
    if (to - from == 1) {
        memset(out, 0, count * sizeof *out);
        if (from < end)
            contribute(out, from, count);
        return;
    }
    double right[COUNT];
    int half = 1;
    while (2 * half < to - from)
        half *= 2;
    evaluate(out, from, from + half, end, count);
    evaluate(right, from + half, to, end, count);
    merge(out, right, count);
}

/* `end` of all shards have samples: the first ones, as in a short batch. What
 * is not contributed is NaN. */
static void check(gt_tree_allreduce *tree, int shards, int end, size_t count)
{
    int mine = shards / comm->size, first = comm->rank * mine;
    int present = end - first < 0 ? 0 : end - first < mine ? end - first : mine;
    double *contributions = gt_tree_allreduce_contributions(tree);
    for (size_t i = 0; i < (size_t)mine * count; i++)
        contributions[i] = NAN;
    for (int k = 0; k < present; k++)
        contribute(contributions + (size_t)k * count, first + k, count);
    double want[COUNT];
    evaluate(want, 0, shards, end, count);
    const double *got = gt_tree_allreduce_run(tree, present, count, merge);
    bool same = !memcmp(got, want, count * sizeof *want);
    if (!same)
        print_error("%d of %d shards: %.17g, not %.17g\n", end, shards, got[0],
                    want[0]);
    assert_true(gt_comm_max(comm, !same) == 0);
}

static void vectors_are_merged_in_the_tree_over_all_shards(void **state)
{
    (void)state;
    for (int each = 1; each <= 7; each++) {
        gt_tree_allreduce *tree;
        int shards = each * comm->size;
        assert_int_equal(gt_tree_allreduce_new(&tree, comm, each, COUNT),
                         GT_OK);
        for (int end = 1; end <= shards; end++)
            check(tree, shards, end, COUNT);
        gt_tree_allreduce_free(tree);
    }
}

/* Of 2^a times an odd number of ranks, a messages lead to an odd number of
 * blocks, which every rank gets from every other one. */
static void a_rank_receives_no_more_than_it_must(void **state)
{
    (void)state;
    int levels = 0, groups = comm->size;
    for (; groups % 2 == 0; groups /= 2)
        levels++;
    for (int each = 1; each <= 4; each *= 2) {
        gt_tree_allreduce *tree;
        assert_int_equal(gt_tree_allreduce_new(&tree, comm, each, COUNT),
                         GT_OK);
        received = 0;
        gt_tree_allreduce_run(tree, 0, COUNT, merge);
        int got = received;
        gt_tree_allreduce_free(tree);
        assert_int_equal(got, (levels + groups - 1) * COUNT);
    }
}

/* A tree over the part's ranks, and words that all of them agree on, while the
 * others wait. */
static void part_of_the_ranks_works_alone(void **state)
{
    (void)state;
    for (int ranks = 1; ranks < comm->size; ranks++) {
        gt_comm *part;
        assert_int_equal(gt_comm_part_new(&part, comm, ranks), GT_OK);
        assert_true((part != NULL) == (comm->rank < ranks));
        if (part) {
            double sum = part->rank;
            assert_int_equal(part->rank, comm->rank);
            assert_int_equal(part->size, ranks);
            assert_int_equal(part->launch_rank, comm->launch_rank);
            gt_comm_sum(part, &sum, 1);
            assert_true(sum == ranks * (ranks - 1) / 2);
            assert_int_equal(gt_comm_agree(part, GT_OK), GT_OK);
            gt_tree_allreduce *tree;
            assert_int_equal(gt_tree_allreduce_new(&tree, part, 1, COUNT),
                             GT_OK);
            gt_tree_allreduce_free(tree);
        }
        gt_comm_part_free(part);
        assert_int_equal(gt_comm_agree(comm, GT_OK), GT_OK);
    }
}

static void vectors_of_several_lengths_follow_each_other(void **state)
{
    (void)state;
    gt_tree_allreduce *tree;
    int shards = SHARDS / comm->size * comm->size;
    assert_int_equal(
        gt_tree_allreduce_new(&tree, comm, SHARDS / comm->size, COUNT), GT_OK);
    for (int i = 0; i < 6; i++)
        check(tree, shards, shards, i % 2 ? COUNT : SHORT);
    gt_tree_allreduce_free(tree);
}

int main(int argc, char **argv)
{
    if (gt_comm_init(&comm, &argc, &argv) != GT_OK)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_agree_when_all_succeed),
        cmocka_unit_test(one_rank_s_failure_is_everybody_s_with_its_message),
        cmocka_unit_test(a_failure_of_all_ranks_is_said_without_a_rank),
        cmocka_unit_test(a_rank_at_work_keeps_the_ranks_alive_that_wait_for_it),
        cmocka_unit_test(several_ranks_may_be_at_work_at_once),
        cmocka_unit_test(a_tick_outside_of_work_is_local),
        cmocka_unit_test(a_failure_at_work_is_everybody_s),
        cmocka_unit_test(text_of_rank_0_reaches_all),
        cmocka_unit_test(gather_keeps_the_order_of_ranks),
        cmocka_unit_test(more_than_a_message_is_gathered_in_pieces),
        cmocka_unit_test(texts_of_any_length_are_joined_in_the_order_of_ranks),
        cmocka_unit_test(sums_and_maxima_are_over_all_ranks),
        cmocka_unit_test(a_job_on_one_machine_has_one_node),
        cmocka_unit_test(vectors_are_merged_in_the_tree_over_all_shards),
        cmocka_unit_test(a_rank_receives_no_more_than_it_must),
        cmocka_unit_test(vectors_of_several_lengths_follow_each_other),
        cmocka_unit_test(part_of_the_ranks_works_alone),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    gt_comm_finalize(comm);
    return failed;
}
