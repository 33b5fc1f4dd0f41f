/* The area under the curve of a score: against all pairs, with ties, and its
 * error against how much it differs. */
#include "eval/auc.h"
#include "point_sets.h"

enum { N = 120, M = 90 }; /* the larger first */

static gt_estimate area(const gt_points *high, const gt_points *low)
{
    double a[N], b[N];
    gt_estimate out;
    for (size_t i = 0; i < high->n; i++)
        a[i] = (double)high->x[i];
    for (size_t i = 0; i < low->n; i++)
        b[i] = (double)low->x[i];
    assert_int_equal(gt_auc_of_scores(a, high->n, b, low->n, &out), GT_OK);
    return out;
}

static void the_area_is_the_share_of_pairs(void **state)
{
    (void)state;
    for (int ties = 0; ties < 2; ties++) {
        gt_points a = ties ? new_lattice(N, 1, 1, 5) : new_points(N, 1, 1, 1);
        gt_points b = ties ? new_lattice(M, 1, 2, 7) : new_points(M, 1, 2, 0);
        double twice = 0;
        for (int i = 0; i < N; i++)
            for (int j = 0; j < M; j++)
                twice += (a.x[i] > b.x[j]) + (a.x[i] >= b.x[j]);
        assert_true(area(&a, &b).value == twice / 2 / (N * M));
        assert_near(area(&a, &b).value + area(&b, &a).value, 1, 1e-15);
        free_points(&a);
        free_points(&b);
    }
}

static void sets_far_apart_have_1_and_equal_scores_a_half(void **state)
{
    (void)state;
    const double high[] = {3, 4}, low[] = {1, 2, -INFINITY};
    gt_estimate got;
    assert_int_equal(gt_auc_of_scores(high, 2, low, 3, &got), GT_OK);
    assert_true(got.value == 1 && got.error == 0);
    assert_int_equal(gt_auc_of_scores(low, 3, low, 3, &got), GT_OK);
    assert_true(got.value == 0.5);
}

/* Gaussians a distance of 1 apart: P(x > y) = Phi(1 / 2^(1/2)). The error of
 * the figure is what it differs by from draw to draw. */
static void errors_are_as_large_as_figures_differ(void **state)
{
    (void)state;
    enum { TIMES = 200 };
    for (int shift = 0; shift < 2; shift++) {
        double want = (1 + erf(shift / 2.0)) / 2, mean = 0, squares = 0;
        for (uint64_t i = 0; i < TIMES; i++) {
            gt_points a = new_points(N, 1, 2 * i, shift);
            gt_points b = new_points(M, 1, 2 * i + 1, 0);
            gt_estimate got = area(&a, &b);
            double away = (got.value - want) / got.error;
            mean += away / TIMES;
            squares += away * away / TIMES;
            free_points(&a);
            free_points(&b);
        }
        assert_true(fabs(mean) < 0.3);
        assert_true(squares > 0.7 && squares < 1.4);
    }
}

static void no_scores_and_nan_are_refused(void **state)
{
    (void)state;
    const double some[] = {1, NAN};
    gt_estimate out;
    assert_int_equal(gt_auc_of_scores(some, 0, some, 1, &out), GT_ERR_CONFIG);
    assert_int_equal(gt_auc_of_scores(some, 1, some, 2, &out), GT_ERR_NUMERIC);
    assert_non_null(strstr(gt_message(), "score 1 of the second set is NaN"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_area_is_the_share_of_pairs),
        cmocka_unit_test(sets_far_apart_have_1_and_equal_scores_a_half),
        cmocka_unit_test(errors_are_as_large_as_figures_differ),
        cmocka_unit_test(no_scores_and_nan_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
