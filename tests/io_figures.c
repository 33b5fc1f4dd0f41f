/* Figures over sets of points against the same by NumPy, SciPy and scikit-learn
 * (figures.py). */
#include "core/lapack.h"
#include "eval/auc.h"
#include "eval/frechet.h"
#include "eval/kernel_distance.h"
#include "eval/prdc.h"
#include "eval/sliced.h"
#include "eval/two_sample.h"
#include "point_sets.h"
#include "scratch.h"

enum { DIM = 6, N = 330, M = 250 };

static gt_comm solo;

static void write_points(const char *name, const gt_points *points)
{
    FILE *f = fopen(in_scratch(name), "wb");
    size_t size = points->n * (size_t)points->dim;
    assert_non_null(f);
    assert_int_equal(fwrite(points->x, sizeof(gt_real), size, f), size);
    assert_int_equal(fclose(f), 0);
}

/* What the script has found, and nan where it has no such line. */
static double reference(const char *wanted)
{
    FILE *f = fopen(in_scratch("figures"), "r");
    char name[32];
    double value, found = NAN;
    assert_non_null(f);
    while (fscanf(f, "%31s %lf", name, &value) == 2)
        if (!strcmp(name, wanted))
            found = value;
    fclose(f);
    return found;
}

static void ask_numpy(const gt_points *a, const gt_points *b)
{
    char command[1024];
    if (system("/usr/bin/python3 -c 'import numpy' 2>/dev/null") != 0) {
        print_message("skipped: no numpy for /usr/bin/python3\n");
        skip();
    }
    write_points("a", a);
    write_points("b", b);
    snprintf(command, sizeof command,
             "/usr/bin/python3 '%s/../figures.py' '%s' '%s' %d >'%s'",
             GT_TEST_DATA, in_scratch("a"), in_scratch("b"), a->dim,
             in_scratch("figures"));
    assert_int_equal(system(command), 0);
}

/* Of the first number of each point. */
static void check_lines(const gt_points *a, const gt_points *b)
{
    gt_real of_a[N], of_b[M];
    double high[N], low[M];
    gt_points x = {N, 1, of_a}, y = {M, 1, of_b};
    gt_estimate got;
    for (int i = 0; i < N; i++)
        high[i] = (double)(of_a[i] = a->x[i * DIM]);
    for (int i = 0; i < M; i++)
        low[i] = (double)(of_b[i] = b->x[i * DIM]);
    assert_int_equal(gt_sliced_wasserstein(&solo, &x, &y, 3, 1, &got), GT_OK);
    assert_near(got.value, reference("wasserstein"), 1e-9);
    assert_int_equal(gt_auc_of_scores(high, N, low, M, &got), GT_OK);
    assert_near(got.value, reference("auc"), 1e-12);
}

static void check(const gt_points *a, const gt_points *b, bool ties)
{
    gt_estimate got;
    gt_prdc prdc;
    gt_two_sample test;
    ask_numpy(a, b);
    if (gt_lapack_is_there()) {
        assert_int_equal(gt_frechet_distance(&solo, a, b, &got), GT_OK);
        assert_near(got.value, reference("frechet"), 1e-9);
    }
    assert_int_equal(gt_kernel_distance(&solo, a, b, &got), GT_OK);
    assert_near(got.value, reference("kernel"), 1e-9);
    assert_int_equal(gt_prdc_find(&solo, a, b, &prdc), GT_OK);
    assert_near(prdc.precision.value, reference("precision"), 1e-12);
    assert_near(prdc.recall.value, reference("recall"), 1e-12);
    assert_near(prdc.density.value, reference("density"), 1e-12);
    assert_near(prdc.coverage.value, reference("coverage"), 1e-12);
    assert_int_equal(gt_two_sample_test(&solo, a, b, &test), GT_OK);
    if (!ties) /* which NumPy gives to the first set */
        assert_near(test.all.value, reference("accuracy"), 1e-12);
    check_lines(a, b);
}

static void figures_are_those_of_numpy(void **state)
{
    (void)state;
    gt_points a = new_points(N, DIM, 1, 0), b = new_points(M, DIM, 2, 0.4);
    check(&a, &b, false);
    free_points(&a);
    free_points(&b);
}

static void figures_of_points_with_ties_are_those_of_numpy(void **state)
{
    (void)state;
    gt_points a = new_lattice(N, DIM, 1, 4), b = new_lattice(M, DIM, 2, 3);
    check(&a, &b, true);
    free_points(&a);
    free_points(&b);
}

int main(void)
{
    solo = gt_comm_solo();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(figures_are_those_of_numpy,
                                        make_scratch, remove_scratch),
        cmocka_unit_test_setup_teardown(
            figures_of_points_with_ties_are_those_of_numpy, make_scratch,
            remove_scratch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
