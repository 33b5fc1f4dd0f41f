/* The classifier test: what it finds for equal and for other distributions,
 * that it judges points it has not seen, and the same bits every time. */
#include "eval/classifier_test.h"
#include "point_sets.h"

static gt_estimate test(const gt_points *a, const gt_points *b)
{
    gt_comm solo = gt_comm_solo();
    gt_estimate got;
    assert_int_equal(gt_classifier_test(&solo, a, b, 1, &got), GT_OK);
    return got;
}

/* A classifier that was judged on what it has learnt would find much more. */
static void equal_distributions_give_a_half_within_the_error(void **state)
{
    (void)state;
    enum { TIMES = 10 };
    double mean = 0, squares = 0;
    for (uint64_t i = 0; i < TIMES; i++) {
        gt_points a = new_points(300, 20, 2 * i, 0);
        gt_points b = new_points(300, 20, 2 * i + 1, 0);
        gt_estimate got = test(&a, &b);
        double away = (got.value - 0.5) / got.error;
        assert_true(fabs(away) < 4.5);
        mean += away / TIMES;
        squares += away * away / TIMES;
        free_points(&a);
        free_points(&b);
    }
    assert_true(fabs(mean) < 1.2 && squares < 3);
}

/* No classifier is better than the likelihood ratio: of Gaussians a distance d
 * apart its area is Phi(d / 2^(1/2)). */
static void gaussians_are_told_apart_nearly_as_well_as_can_be(void **state)
{
    (void)state;
    enum { DIM = 10 };
    double shift = 0.4, apart = shift * sqrt(DIM);
    double best = (1 + erf(apart / 2)) / 2;
    gt_points a = new_points(3000, DIM, 1, shift);
    gt_points b = new_points(3000, DIM, 2, 0);
    gt_estimate got = test(&a, &b), again = test(&a, &b);
    assert_true(got.value > best - 0.02 && got.value < best + 0.02);
    assert_true(got.error < 0.01);
    assert_memory_equal(&got, &again, sizeof got);
    free_points(&a);
    free_points(&b);
}

/* Means are equal, so no line between the sets tells anything. */
static void a_difference_that_is_not_linear_is_found(void **state)
{
    (void)state;
    gt_points a = new_points(1500, 6, 1, 0), b = new_points(1500, 6, 2, 0);
    for (size_t i = 0; i < 1500 * 6; i++)
        ((gt_real *)b.x)[i] *= (gt_real)1.5;
    assert_true(test(&a, &b).value > 0.75);
    free_points(&a);
    free_points(&b);
}

/* Numbers that are all alike, and large ones, are no trouble. */
static void sets_far_apart_give_1(void **state)
{
    (void)state;
    gt_points a = new_points(60, 3, 1, 0), b = new_points(70, 3, 2, 0);
    for (int i = 0; i < 70; i++) {
        if (i < 60)
            ((gt_real *)a.x)[3 * i] = 7;
        ((gt_real *)b.x)[3 * i] = 7;
        ((gt_real *)b.x)[3 * i + 1] += 1000;
    }
    assert_true(test(&a, &b).value == 1);
    free_points(&a);
    free_points(&b);
}

static void few_points_are_refused(void **state)
{
    (void)state;
    gt_comm solo = gt_comm_solo();
    gt_points a = new_points(49, 3, 1, 0), b = new_points(70, 3, 2, 0);
    gt_estimate out;
    assert_int_equal(gt_classifier_test(&solo, &a, &b, 1, &out), GT_ERR_CONFIG);
    assert_non_null(strstr(gt_message(), "at least 50 samples"));
    free_points(&a);
    free_points(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_distributions_give_a_half_within_the_error),
        cmocka_unit_test(gaussians_are_told_apart_nearly_as_well_as_can_be),
        cmocka_unit_test(a_difference_that_is_not_linear_is_found),
        cmocka_unit_test(sets_far_apart_give_1),
        cmocka_unit_test(few_points_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
