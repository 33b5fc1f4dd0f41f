/* Nearest neighbours, and figures made of them: against all distances one by
 * one, with ties, and what the figures are for known distributions. */
#include "eval/distances.h"
#include "eval/neighbours.h"
#include "eval/prdc.h"
#include "eval/two_sample.h"
#include "point_sets.h"

enum { K = 4 };

static gt_comm solo;

static double square(const gt_points *a, size_t i, const gt_points *b, size_t j)
{
    size_t dim = (size_t)a->dim;
    return gt__square_between(a->x + i * dim, b->x + j * dim, a->dim);
}

/* The k nearest of b to a's point i, by looking at all. */
static void look_at_all(const gt_points *a, size_t i, const gt_points *b, int k,
                        bool themselves, gt_neighbour *nearest)
{
    for (int c = 0; c < k; c++)
        nearest[c] = (gt_neighbour){INFINITY, -1};
    for (size_t j = 0; j < b->n; j++) {
        double at = square(a, i, b, j);
        int c = k;
        while (c > 0 && at < nearest[c - 1].square)
            c--;
        if (c == k || (themselves && i == j))
            continue;
        memmove(nearest + c + 1, nearest + c,
                (size_t)(k - 1 - c) * sizeof *nearest);
        nearest[c] = (gt_neighbour){at, (double)j};
    }
}

static void check_neighbours(gt_points a, gt_points b, bool themselves)
{
    gt_neighbour want[K], *got = malloc(a.n * K * sizeof *got);
    assert_int_equal(
        gt_neighbours_find(&solo, &a, &b, K, themselves, "a test", got), GT_OK);
    for (size_t i = 0; i < a.n; i++) {
        look_at_all(&a, i, &b, K, themselves, want);
        for (int c = 0; c < K; c++) {
            assert_true(got[i * K + (size_t)c].number == want[c].number);
            assert_true(got[i * K + (size_t)c].square == want[c].square);
        }
    }
    free(got);
    free_points(&a);
    if (!themselves)
        free_points(&b);
}

static void neighbours_are_those_of_all_distances(void **state)
{
    (void)state;
    check_neighbours(new_points(300, 7, 1, 0), new_points(2100, 7, 2, 0),
                     false);
    check_neighbours(new_points(1, 1, 1, 0), new_points(K, 1, 2, 0), false);
    gt_points set = new_points(1300, 33, 3, 0);
    check_neighbours(set, set, true);
}

/* Ties are broken by the number; equal points are at a distance of 0. */
static void ties_and_equal_points_are_in_order(void **state)
{
    (void)state;
    check_neighbours(new_lattice(600, 3, 1, 4), new_lattice(1500, 3, 2, 4),
                     false);
    gt_points set = new_lattice(1500, 9, 3, 2);
    check_neighbours(set, set, true);
}

/* Norms are a million times the distances; and numbers are large or small. */
static void far_from_the_origin_nothing_is_lost(void **state)
{
    (void)state;
    check_neighbours(new_points(300, 6, 1, 3e3), new_points(1200, 6, 2, 3e3),
                     false);
    const double scales[] = {1e15, 1e-15};
    for (int s = 0; s < 2; s++) {
        gt_points set = new_points(700, 5, 4, 0);
        for (size_t i = 0; i < 700 * 5; i++)
            ((gt_real *)set.x)[i] *= (gt_real)scales[s];
        check_neighbours(set, set, true);
    }
    /* A point far away takes the digits of all others. */
    gt_points set = new_points(700, 5, 4, 0);
    ((gt_real *)set.x)[17] = 1e9f;
    check_neighbours(set, set, true);
}

static void too_few_neighbours_are_refused(void **state)
{
    (void)state;
    gt_points set = new_points(K, 3, 1, 0);
    gt_neighbour out[K * K];
    assert_int_equal(
        gt_neighbours_find(&solo, &set, &set, K, true, "a test", out),
        GT_ERR_CONFIG);
    assert_non_null(strstr(gt_message(), "there are 3 others"));
    free_points(&set);
}

/* --- Precision and the others. */

/* As the papers define them. */
typedef struct shares {
    double precision, recall, density, coverage;
} shares;

static double *radii(const gt_points *set, int k)
{
    double *square_of = malloc(set->n * sizeof *square_of);
    gt_neighbour nearest[GT_DENSITY_K];
    for (size_t i = 0; i < set->n; i++) {
        look_at_all(set, i, set, k, true, nearest);
        square_of[i] = nearest[k - 1].square;
    }
    return square_of;
}

static shares count_all(const gt_points *real, const gt_points *generated)
{
    double *real_3 = radii(real, 3), *real_5 = radii(real, 5),
           *generated_3 = radii(generated, 3);
    shares s = {0};
    for (size_t j = 0; j < generated->n; j++) {
        bool in_any = false;
        for (size_t i = 0; i < real->n; i++) {
            in_any |= square(real, i, generated, j) <= real_3[i];
            s.density += square(real, i, generated, j) <= real_5[i];
        }
        s.precision += in_any;
    }
    for (size_t i = 0; i < real->n; i++) {
        bool in_any = false, holds = false;
        for (size_t j = 0; j < generated->n; j++) {
            in_any |= square(real, i, generated, j) <= generated_3[j];
            holds |= square(real, i, generated, j) <= real_5[i];
        }
        s.recall += in_any;
        s.coverage += holds;
    }
    s.precision /= (double)generated->n;
    s.density /= 5 * (double)generated->n;
    s.recall /= (double)real->n;
    s.coverage /= (double)real->n;
    free(real_3);
    free(real_5);
    free(generated_3);
    return s;
}

static void check_shares(gt_points real, gt_points generated)
{
    gt_prdc got;
    shares want = count_all(&real, &generated);
    assert_int_equal(gt_prdc_find(&solo, &real, &generated, &got), GT_OK);
    assert_near(got.precision.value, want.precision, 1e-15);
    assert_near(got.recall.value, want.recall, 1e-15);
    assert_near(got.density.value, want.density, 1e-15);
    assert_near(got.coverage.value, want.coverage, 1e-15);
    free_points(&real);
    free_points(&generated);
}

static void precision_and_coverage_are_those_of_all_distances(void **state)
{
    (void)state;
    check_shares(new_points(700, 5, 1, 0), new_points(900, 5, 2, 0.8));
    check_shares(new_points(1300, 2, 1, 0), new_points(300, 2, 2, 0.2));
    check_shares(new_lattice(700, 4, 1, 3), new_lattice(1100, 4, 2, 4));
    check_shares(new_points(6, 3, 1, 0), new_points(7, 3, 2, 0));
}

/* Density 1 (Naeem et al. 2020, lemma 1); coverage 1 - (n-1)...(n-k) /
 * (2n-1)...(2n-k) (lemma 2). */
static void
equal_distributions_have_the_density_and_coverage_expected(void **state)
{
    (void)state;
    enum { N = 1500 };
    gt_points a = new_points(N, 4, 1, 0), b = new_points(N, 4, 2, 0);
    gt_prdc got;
    double left = 1;
    for (int i = 1; i <= GT_DENSITY_K; i++)
        left *= (double)(N - i) / (2 * N - i);
    assert_int_equal(gt_prdc_find(&solo, &a, &b, &got), GT_OK);
    assert_within(got.density, 1, 5);
    assert_within(got.coverage, 1 - left, 5);
    assert_true(got.density.error < 0.05 && got.coverage.error < 0.01);
    assert_true(got.precision.value > 0.7 && got.recall.value > 0.7);
    free_points(&a);
    free_points(&b);
}

static void far_apart_all_shares_are_0_and_of_one_set_1(void **state)
{
    (void)state;
    gt_points a = new_points(400, 4, 1, 0), b = new_points(400, 4, 2, 50);
    gt_prdc got;
    assert_int_equal(gt_prdc_find(&solo, &a, &b, &got), GT_OK);
    assert_true(got.precision.value == 0 && got.recall.value == 0);
    assert_true(got.density.value == 0 && got.coverage.value == 0);
    assert_int_equal(gt_prdc_find(&solo, &a, &a, &got), GT_OK);
    assert_true(got.precision.value == 1 && got.recall.value == 1);
    assert_true(got.density.value > 1 && got.coverage.value == 1);
    free_points(&a);
    free_points(&b);
}

/* Points in one of two clusters: what is generated is good and has half. */
static void a_mode_that_is_not_found_costs_recall_and_coverage(void **state)
{
    (void)state;
    gt_points real = new_points(1000, 3, 1, 0);
    gt_points generated = new_points(500, 3, 2, 0);
    for (size_t i = 0; i < 1500; i++)
        ((gt_real *)real.x)[i] += 40;
    gt_prdc got;
    assert_int_equal(gt_prdc_find(&solo, &real, &generated, &got), GT_OK);
    assert_true(got.precision.value > 0.75);
    assert_true(got.recall.value > 0.35 && got.recall.value <= 0.5);
    assert_true(got.coverage.value > 0.4 && got.coverage.value <= 0.5);
    free_points(&real);
    free_points(&generated);
}

static void too_few_points_have_no_precision(void **state)
{
    (void)state;
    gt_points a = new_points(5, 3, 1, 0), b = new_points(9, 3, 2, 0);
    gt_prdc out;
    assert_int_equal(gt_prdc_find(&solo, &a, &b, &out), GT_ERR_CONFIG);
    assert_non_null(strstr(gt_message(), "at least 6 samples"));
    free_points(&a);
    free_points(&b);
}

/* --- The leave-one-out test. */

static gt_two_sample test(const gt_points *a, const gt_points *b)
{
    gt_two_sample got;
    assert_int_equal(gt_two_sample_test(&solo, a, b, &got), GT_OK);
    assert_int_equal(got.n, a->n < b->n ? a->n : b->n);
    assert_near(got.all.value, (got.real.value + got.generated.value) / 2,
                1e-14);
    return got;
}

static void equal_distributions_are_told_apart_half_of_the_time(void **state)
{
    (void)state;
    enum { TIMES = 40 };
    double squares = 0;
    for (uint64_t i = 0; i < TIMES; i++) {
        gt_points a = new_points(200, 3, 2 * i, 0);
        gt_points b = new_points(230, 3, 2 * i + 1, 0);
        gt_two_sample got = test(&a, &b);
        assert_within(got.all, 0.5, 5);
        squares += pow((got.all.value - 0.5) / got.all.error, 2) / TIMES;
        free_points(&a);
        free_points(&b);
    }
    assert_true(squares > 0.4 && squares < 1.8);
}

static void
other_distributions_are_told_apart_and_copies_less_than_that(void **state)
{
    (void)state;
    gt_points a = new_points(500, 3, 1, 0), b = new_points(500, 3, 2, 9);
    assert_true(test(&a, &b).all.value == 1);
    assert_true(test(&a, &a).all.value == 0);
    /* Three times the same point: a tie. */
    gt_points same = {.n = 2, .dim = 1, .x = (const gt_real[2]){3, 3}};
    assert_true(test(&same, &same).all.value == 0.5);
    free_points(&a);
    free_points(&b);
}

int main(void)
{
    solo = gt_comm_solo();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(neighbours_are_those_of_all_distances),
        cmocka_unit_test(ties_and_equal_points_are_in_order),
        cmocka_unit_test(far_from_the_origin_nothing_is_lost),
        cmocka_unit_test(too_few_neighbours_are_refused),
        cmocka_unit_test(precision_and_coverage_are_those_of_all_distances),
        cmocka_unit_test(
            equal_distributions_have_the_density_and_coverage_expected),
        cmocka_unit_test(far_apart_all_shares_are_0_and_of_one_set_1),
        cmocka_unit_test(a_mode_that_is_not_found_costs_recall_and_coverage),
        cmocka_unit_test(too_few_points_have_no_precision),
        cmocka_unit_test(equal_distributions_are_told_apart_half_of_the_time),
        cmocka_unit_test(
            other_distributions_are_told_apart_and_copies_less_than_that),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
