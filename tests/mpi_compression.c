/* Gradients that travel as bfloat16: off in each step, right on average, the
 * same on every rank.
 *
 * ctest: ranks 6 8 */
#include "reducer_trial.h"

/* The mean over the steps of the distance from the exact sum, which is the same
 * in every step: the worst value's. */
static double mean_error(gt_reducer *r, const trial *t, int steps)
{
    double *sums = calloc(t->count, sizeof *sums), worst = 0;
    gt_real *want = malloc(t->count * sizeof *want);
    assert_true(sums && want);
    evaluate(want, 0, t->present, t->count);
    for (int step = 0; step < steps; step++) {
        const gt_real *sum = add_up(r, t);
        for (size_t i = 0; i < t->count; i++)
            sums[i] += (double)sum[i];
    }
    for (size_t i = 0; i < t->count; i++)
        worst = fmax(worst, fabs(sums[i] / steps - (double)want[i]));
    free(want);
    free(sums);
    return gt_comm_max(comm, worst);
}

/* A step is off by up to half a bfloat16 digit of each term, 2^-9 of it. What
 * was lost is made up for later, so all steps together are off by as much. */
static void what_rounding_takes_away_comes_back_in_later_steps(void **state)
{
    (void)state;
    for (int per_rank = 1; per_rank <= 3; per_rank += 2) {
        trial t = {.count = COUNT,
                   .per_rank = per_rank,
                   .present = per_rank * comm->size,
                   .config = {.compression = GT_COMPRESSION_BF16,
                              .exact = 50,
                              .bucket = 300},
                   .announcements = 3};
        gt_reducer *r;
        assert_int_equal(gt_reducer_new(&r, comm, COUNT, t.per_rank, &t.config),
                         GT_OK);
        double once = mean_error(r, &t, 1), often = mean_error(r, &t, 200);
        double bound = (comm->size + 1) * 10.0 / 256;
        assert_true(once < bound);
        assert_true(often < 2 * bound / 200 + 1e-5);
        assert_true(comm->size == 1 || once > 1e-3);
        gt_reducer_free(r);
    }
}

static void the_exact_end_is_not_compressed(void **state)
{
    (void)state;
    trial t = {.count = COUNT,
               .per_rank = 3,
               .present = 3 * comm->size - 1,
               .config = {.compression = GT_COMPRESSION_BF16,
                          .exact = 50,
                          .bucket = 300},
               .announcements = 7};
    gt_reducer *r;
    gt_real want[COUNT], first[COUNT];
    evaluate(want, 0, t.present, COUNT);
    assert_int_equal(gt_reducer_new(&r, comm, COUNT, 3, &t.config), GT_OK);
    const gt_real *sum = add_up(r, &t);
    assert_memory_equal(sum + COUNT - 50, want + COUNT - 50, 50 * sizeof *want);
    memcpy(first, sum, sizeof first);
    gt_comm_broadcast(comm, first, sizeof first);
    assert_memory_equal(sum, first, sizeof first);
    gt_reducer_free(r);
}

static void nan_and_infinity_survive_compression(void **state)
{
    (void)state;
    gt_reducer_config config = {.compression = GT_COMPRESSION_BF16};
    gt_reducer *r;
    assert_int_equal(gt_reducer_new(&r, comm, 4 * 8, 1, &config), GT_OK);
    gt_reducer_begin(r, 1);
    gt_real *vector = gt_reducer_vector(r);
    uint32_t least_nan = 0x7f800001;
    for (int i = 0; i < 4 * 8; i++)
        vector[i] = 1;
    for (int i = 0; i < 8 && comm->rank == 0; i++) {
        memcpy(&vector[4 * i], &least_nan, sizeof least_nan);
        vector[4 * i + 1] = (gt_real)INFINITY;
    }
    gt_reducer_add(r);
    const gt_real *sum = gt_reducer_finish(r);
    for (int i = 0; i < 8; i++) {
        assert_true(isnan(sum[4 * i]) && isinf(sum[4 * i + 1]));
        assert_true(sum[4 * i + 2] == comm->size);
    }
    gt_reducer_free(r);
}

int main(int argc, char **argv)
{
    if (gt_comm_init(&comm, &argc, &argv) != GT_OK)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_rounding_takes_away_comes_back_in_later_steps),
        cmocka_unit_test(the_exact_end_is_not_compressed),
        cmocka_unit_test(nan_and_infinity_survive_compression),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    gt_comm_finalize(comm);
    return failed;
}
