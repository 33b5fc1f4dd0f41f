/* What every rank must see alike: agreement, broadcast, gather, sums. */
#include "gentrain/comm.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
    gt_real f[3] = {1, 2, (gt_real)comm->rank};
    gt_comm_sum_reals(comm, f, 3);
    assert_true(f[0] == n && f[1] == 2 * n && f[2] == n * (n - 1) / 2);
    assert_true(gt_comm_max(comm, comm->rank) == n - 1);
}

static void a_job_on_one_machine_has_one_node(void **state)
{
    (void)state;
    assert_int_equal(comm->nodes, 1);
    assert_int_equal(comm->node_rank, comm->rank);
    assert_int_equal(comm->node_size, comm->size);
}

static void more_threads_than_cores_are_warned_of(void **state)
{
    (void)state;
    char text[512];
    gt_comm_check_binding(comm, 100000, text, sizeof text);
    if (comm->rank == 0)
        assert_non_null(strstr(text, "--bind-to core"));
}

int main(int argc, char **argv)
{
    if (gt_comm_init(&comm, &argc, &argv) != GT_OK)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_agree_when_all_succeed),
        cmocka_unit_test(one_rank_s_failure_is_everybody_s_with_its_message),
        cmocka_unit_test(a_failure_of_all_ranks_is_said_without_a_rank),
        cmocka_unit_test(text_of_rank_0_reaches_all),
        cmocka_unit_test(gather_keeps_the_order_of_ranks),
        cmocka_unit_test(texts_of_any_length_are_joined_in_the_order_of_ranks),
        cmocka_unit_test(sums_and_maxima_are_over_all_ranks),
        cmocka_unit_test(a_job_on_one_machine_has_one_node),
        cmocka_unit_test(more_threads_than_cores_are_warned_of),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    gt_comm_finalize(comm);
    return failed;
}
