/* The reducer's sum against a sum in double, for shard counts that are powers
 * of two and ones that are not, and for ranks that have nothing to add. */
#include "gentrain/reducer.h"
#include "gentrain/rng.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { COUNT = 1003 };

static gt_comm *comm;

static void fill(gt_real *out, int shard)
{
    gt_rng_normal((gt_rng){.seed = 5, .sample = (uint64_t)shard}, out, COUNT);
}

/* Each rank adds shards first .. first + n - 1; all shards are 0 .. total - 1.
 */
static void check_sum(gt_reducer *reducer, int first, int n, int total)
{
    static gt_real shard[COUNT];
    static double expected[COUNT];
    gt_reducer_begin(reducer);
    for (int s = first; s < first + n; s++) {
        fill(gt_reducer_vector(reducer), s);
        gt_reducer_add(reducer);
    }
    const gt_real *sum = gt_reducer_finish(reducer);
    for (int i = 0; i < COUNT; i++)
        expected[i] = 0;
    for (int s = 0; s < total; s++) {
        fill(shard, s);
        for (int i = 0; i < COUNT; i++)
            expected[i] += shard[i];
    }
    for (int i = 0; i < COUNT; i++)
        assert_true(fabs(sum[i] - expected[i]) < 1e-5 * sqrt(total));
}

static void sum_is_over_all_shards_of_all_ranks(void **state)
{
    (void)state;
    for (int per_rank = 1; per_rank <= 13; per_rank++) {
        gt_reducer *reducer;
        assert_int_equal(gt_reducer_new(&reducer, comm, COUNT, per_rank),
                         GT_OK);
        for (int repeat = 0; repeat < 2; repeat++)
            check_sum(reducer, comm->rank * per_rank, per_rank,
                      comm->size * per_rank);
        gt_reducer_free(reducer);
    }
}

static void a_rank_without_shards_adds_nothing(void **state)
{
    (void)state;
    gt_reducer *reducer;
    assert_int_equal(gt_reducer_new(&reducer, comm, COUNT, 2), GT_OK);
    check_sum(reducer, 0, comm->rank == 0 ? 2 : 0, 2);
    gt_reducer_begin(reducer);
    const gt_real *sum = gt_reducer_finish(reducer);
    for (int i = 0; i < COUNT; i++)
        assert_true(sum[i] == 0);
    gt_reducer_free(reducer);
}

static void a_sum_is_the_same_on_every_rank(void **state)
{
    (void)state;
    gt_reducer *reducer;
    assert_int_equal(gt_reducer_new(&reducer, comm, COUNT, 1), GT_OK);
    gt_reducer_begin(reducer);
    fill(gt_reducer_vector(reducer), comm->rank);
    gt_reducer_add(reducer);
    const gt_real *sum = gt_reducer_finish(reducer);
    gt_real first[COUNT];
    for (int i = 0; i < COUNT; i++)
        first[i] = sum[i];
    gt_comm_broadcast(comm, first, sizeof first);
    for (int i = 0; i < COUNT; i++)
        assert_true(sum[i] == first[i]);
    gt_reducer_free(reducer);
}

int main(int argc, char **argv)
{
    if (gt_comm_init(&comm, &argc, &argv) != GT_OK)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sum_is_over_all_shards_of_all_ranks),
        cmocka_unit_test(a_rank_without_shards_adds_nothing),
        cmocka_unit_test(a_sum_is_the_same_on_every_rank),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    gt_comm_finalize(comm);
    return failed;
}
