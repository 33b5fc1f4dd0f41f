/* The kernel distance: against sums over all pairs, and what it is for known
 * distributions. */
#include "eval/kernel_distance.h"
#include "point_sets.h"

static gt_estimate distance(const gt_points *a, const gt_points *b)
{
    gt_comm solo = gt_comm_solo();
    gt_estimate out;
    assert_int_equal(gt_kernel_distance(&solo, a, b, &out), GT_OK);
    return out;
}

static double mean_kernel(const gt_points *a, const gt_points *b, bool same)
{
    double sum = 0;
    size_t dim = (size_t)a->dim;
    for (size_t i = 0; i < a->n; i++)
        for (size_t j = 0; j < b->n; j++) {
            double product = 0;
            for (size_t k = 0; k < dim; k++)
                product +=
                    (double)a->x[i * dim + k] * (double)b->x[j * dim + k];
            if (!same || i != j)
                sum += pow(product / (double)dim + 1, 3);
        }
    return sum / (double)a->n / (double)(same ? b->n - 1 : b->n);
}

/* Tiles of one point and of many. */
static void the_distance_is_that_of_all_pairs(void **state)
{
    (void)state;
    const size_t sizes[][2] = {{2, 2}, {3, 7}, {25, 31}, {640, 6000}};
    for (int i = 0; i < 4; i++) {
        gt_points a = new_points(sizes[i][0], 5, 1, 0.5);
        gt_points b = new_points(sizes[i][1], 5, 2, 0);
        double want = mean_kernel(&a, &a, true) + mean_kernel(&b, &b, true) -
                      2 * mean_kernel(&a, &b, false);
        gt_estimate got = distance(&a, &b);
        assert_near(got.value, want, 1e-12);
        assert_true(sizes[i][0] < 3 ? isnan(got.error) : got.error > 0);
        free_points(&a);
        free_points(&b);
    }
}

/* Of numbers, E k(x, y) = sum of binomial(3, i) E x^i E y^i. */
static void gaussians_are_as_far_apart_as_their_moments_say(void **state)
{
    (void)state;
    double shift = 0.7, third = pow(shift, 3) + 3 * shift;
    double want = 3 * pow(shift, 2) + 3 * pow(shift, 4) + third * third;
    gt_points a = new_points(3000, 1, 1, 0), b = new_points(4000, 1, 2, shift);
    gt_estimate got = distance(&a, &b);
    assert_within(got, want, 4);
    assert_true(got.error < 0.1 * want);
    free_points(&a);
    free_points(&b);
}

/* Over many draws, in units of the errors, figures are as they should be. */
static void equal_distributions_are_0_apart_within_the_error(void **state)
{
    (void)state;
    enum { TIMES = 60 };
    double mean = 0, squares = 0;
    for (uint64_t i = 0; i < TIMES; i++) {
        gt_points a = new_points(300, 8, 2 * i, 0);
        gt_points b = new_points(300, 8, 2 * i + 1, 0);
        gt_estimate got = distance(&a, &b);
        double away = got.value / got.error;
        assert_true(fabs(away) < 5);
        mean += away / TIMES;
        squares += away * away / TIMES;
        free_points(&a);
        free_points(&b);
    }
    assert_true(fabs(mean) < 0.5);
    assert_true(squares < 2);
}

static void errors_are_as_large_as_figures_differ(void **state)
{
    (void)state;
    double ratio = error_over_spread(distance, 200);
    assert_true(ratio > 0.7 && ratio < 1.4);
}

static void one_point_is_no_set(void **state)
{
    (void)state;
    gt_comm solo = gt_comm_solo();
    gt_points a = new_points(1, 3, 1, 0), b = new_points(5, 3, 2, 0);
    gt_estimate out;
    assert_int_equal(gt_kernel_distance(&solo, &a, &b, &out), GT_ERR_CONFIG);
    assert_non_null(strstr(gt_message(), "at least 2 samples"));
    free_points(&a);
    free_points(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_distance_is_that_of_all_pairs),
        cmocka_unit_test(gaussians_are_as_far_apart_as_their_moments_say),
        cmocka_unit_test(equal_distributions_are_0_apart_within_the_error),
        cmocka_unit_test(errors_are_as_large_as_figures_differ),
        cmocka_unit_test(one_point_is_no_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
