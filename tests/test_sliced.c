/* The sliced Wasserstein distance: against what it is for known sets. */
#include "eval/sliced.h"
#include "point_sets.h"

static gt_estimate distance(const gt_points *a, const gt_points *b,
                            uint64_t seed)
{
    gt_comm solo = gt_comm_solo();
    gt_estimate out;
    assert_int_equal(gt_sliced_wasserstein(&solo, a, b, 40, seed, &out), GT_OK);
    return out;
}

/* Both directions of a line give the distance. */
static void numbers_that_were_moved_are_as_far_as_that(void **state)
{
    (void)state;
    gt_points a = new_points(700, 1, 1, 0), b = new_points(700, 1, 1, 3);
    gt_estimate got = distance(&a, &b, 1);
    assert_near(got.value, 3, 1e-6);
    assert_true(got.error < 1e-6);
    assert_true(distance(&a, &a, 1).value == 0);
    free_points(&a);
    free_points(&b);
}

/* A set in which each point is twice is the same distribution; 2 and 3 points
 * have quantiles that end at 1/3, 1/2, 2/3. */
static void sizes_may_differ(void **state)
{
    (void)state;
    gt_points a = new_points(301, 4, 1, 0), b = new_points(602, 4, 1, 0);
    for (size_t i = 0; i < 301 * 4; i++)
        ((gt_real *)b.x)[301 * 4 + i] = a.x[i];
    assert_true(distance(&a, &b, 1).value < 1e-12);
    free_points(&a);
    free_points(&b);
    a = (gt_points){2, 1, (const gt_real[]){5, 1}};
    b = (gt_points){3, 1, (const gt_real[]){2, 8, 4}};
    /* 1 to 2, 1 to 4 and 5 to 4 for a sixth each, 5 to 8 for a third. */
    double want = sqrt((2 * 1 + 9 + 1 + 2 * 9) / 6.0);
    gt_estimate got = distance(&a, &b, 1);
    assert_near(got.value, want, 1e-12);
    assert_true(isnan(got.error));
}

/* With many directions, the mean of (u . c)^2 is |c|^2 / dim. */
static void the_mean_is_over_directions(void **state)
{
    (void)state;
    enum { DIM = 5 };
    gt_points a = new_points(50, DIM, 1, 0), b = new_points(50, DIM, 1, 0);
    for (int i = 0; i < 50; i++)
        ((gt_real *)b.x)[i * DIM + 2] += 7;
    gt_comm solo = gt_comm_solo();
    gt_estimate got;
    assert_int_equal(gt_sliced_wasserstein(&solo, &a, &b, 20000, 3, &got),
                     GT_OK);
    assert_near(got.value / (7 / sqrt(DIM)), 1, 0.02);
    assert_true(distance(&a, &b, 1).value != distance(&a, &b, 2).value);
    free_points(&a);
    free_points(&b);
}

static gt_estimate distance_of_seed_1(const gt_points *a, const gt_points *b)
{
    return distance(a, b, 1);
}

static void errors_are_as_large_as_figures_differ(void **state)
{
    (void)state;
    double ratio = error_over_spread(distance_of_seed_1, 200);
    assert_true(ratio > 0.7 && ratio < 1.4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_that_were_moved_are_as_far_as_that),
        cmocka_unit_test(sizes_may_differ),
        cmocka_unit_test(the_mean_is_over_directions),
        cmocka_unit_test(errors_are_as_large_as_figures_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
