/* Figures over sets of points have the same bits on any number of ranks. */
#include "comm/mpi/start.h"
#include "core/lapack.h"
#include "eval/classifier_test.h"
#include "eval/frechet.h"
#include "eval/kernel_distance.h"
#include "eval/neighbours.h"
#include "eval/prdc.h"
#include "eval/sliced.h"
#include "eval/two_sample.h"
#include "point_sets.h"

static gt_comm *comm;
static gt_points a, b; /* of several blocks each, the last one short */

enum { DIM = 19, N = 1500, M = 1100, K = 3 };

static void check_estimate(gt_estimate all, gt_estimate one)
{
    assert_memory_equal(&all, &one, sizeof one);
    assert_true(isfinite(one.value) && one.error > 0);
}

static void distances_have_the_same_bits(void **state)
{
    (void)state;
    gt_comm solo = gt_comm_solo();
    gt_estimate all, one;
    if (gt_lapack_is_there()) {
        assert_int_equal(gt_frechet_distance(comm, &a, &b, &all), GT_OK);
        assert_int_equal(gt_frechet_distance(&solo, &a, &b, &one), GT_OK);
        check_estimate(all, one);
    }
    assert_int_equal(gt_kernel_distance(comm, &a, &b, &all), GT_OK);
    assert_int_equal(gt_kernel_distance(&solo, &a, &b, &one), GT_OK);
    check_estimate(all, one);
    assert_int_equal(gt_sliced_wasserstein(comm, &a, &b, 50, 7, &all), GT_OK);
    assert_int_equal(gt_sliced_wasserstein(&solo, &a, &b, 50, 7, &one), GT_OK);
    check_estimate(all, one);
}

static void neighbours_have_the_same_bits(void **state)
{
    (void)state;
    gt_comm solo = gt_comm_solo();
    static gt_neighbour all[M * K], one[M * K];
    assert_int_equal(gt_neighbours_find(comm, &b, &a, K, false, "a test", all),
                     GT_OK);
    assert_int_equal(gt_neighbours_find(&solo, &b, &a, K, false, "a test", one),
                     GT_OK);
    assert_memory_equal(all, one, sizeof one);
}

static void figures_of_neighbours_have_the_same_bits(void **state)
{
    (void)state;
    gt_comm solo = gt_comm_solo();
    gt_prdc all, one;
    assert_int_equal(gt_prdc_find(comm, &a, &b, &all), GT_OK);
    assert_int_equal(gt_prdc_find(&solo, &a, &b, &one), GT_OK);
    check_estimate(all.precision, one.precision);
    check_estimate(all.recall, one.recall);
    check_estimate(all.density, one.density);
    check_estimate(all.coverage, one.coverage);
    gt_two_sample test, alone;
    assert_int_equal(gt_two_sample_test(comm, &a, &b, &test), GT_OK);
    assert_int_equal(gt_two_sample_test(&solo, &a, &b, &alone), GT_OK);
    check_estimate(test.all, alone.all);
    check_estimate(test.real, alone.real);
    check_estimate(test.generated, alone.generated);
    gt_points some = {.n = 200, .dim = DIM, .x = a.x}, others = some;
    gt_estimate area, same;
    others.x = b.x;
    assert_int_equal(gt_classifier_test(comm, &some, &others, 1, &area), GT_OK);
    assert_int_equal(gt_classifier_test(&solo, &some, &others, 1, &same),
                     GT_OK);
    check_estimate(area, same);
}

static void what_is_refused_is_refused_by_all_ranks(void **state)
{
    (void)state;
    gt_points few = {.n = 1, .dim = DIM, .x = a.x};
    gt_estimate out;
    gt_prdc prdc;
    gt_two_sample test;
    gt_neighbour nearest[K];
    if (gt_lapack_is_there())
        assert_int_equal(gt_frechet_distance(comm, &a, &few, &out),
                         GT_ERR_CONFIG);
    assert_int_equal(gt_kernel_distance(comm, &a, &few, &out), GT_ERR_CONFIG);
    assert_int_equal(gt_sliced_wasserstein(comm, &few, &a, 9, 1, &out),
                     GT_ERR_CONFIG);
    assert_int_equal(gt_prdc_find(comm, &a, &few, &prdc), GT_ERR_CONFIG);
    assert_int_equal(gt_two_sample_test(comm, &a, &few, &test), GT_ERR_CONFIG);
    assert_int_equal(
        gt_neighbours_find(comm, &few, &few, K, true, "a test", nearest),
        GT_ERR_CONFIG);
    assert_int_equal(gt_comm_agree(comm, GT_OK), GT_OK);
}

int main(int argc, char **argv)
{
    if (gt_comm_init(&comm, &argc, &argv) != GT_OK)
        return 1;
    a = new_points(N, DIM, 1, 0);
    b = new_points(M, DIM, 2, 0.05);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(distances_have_the_same_bits),
        cmocka_unit_test(neighbours_have_the_same_bits),
        cmocka_unit_test(figures_of_neighbours_have_the_same_bits),
        cmocka_unit_test(what_is_refused_is_refused_by_all_ranks),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    free_points(&a);
    free_points(&b);
    gt_comm_finalize(comm);
    return failed;
}
