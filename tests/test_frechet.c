/* Frechet distances: of Gaussians against closed forms, of points against what
 * is known of them. */
#include "core/lapack.h"
#include "eval/frechet.h"
#include "point_sets.h"

enum { DIM = 12 };

/* --- Gaussians. */

/* An orthogonal matrix: rotations of neighbouring axes, one after the other. */
static void rotate(double *matrix, int dim)
{
    for (int i = 0; i + 1 < dim; i++)
        for (int side = 0; side < 2; side++)
            for (int j = 0; j < dim; j++) {
                double c = cos(i + 1), s = sin(i + 1);
                double *a = side ? &matrix[j * dim + i] : &matrix[i * dim + j];
                double *b = side ? a + 1 : a + dim;
                double was = *a;
                *a = c * was - s * *b;
                *b = s * was + c * *b;
            }
}

/* Covariances with the same eigenvectors and the given spreads: the distance is
 * that of the spreads. */
static void check_commuting(bool rotated)
{
    double mean_a[DIM], mean_b[DIM], a[DIM * DIM] = {0}, b[DIM * DIM] = {0};
    double want = 0, got;
    for (int i = 0; i < DIM; i++) {
        double of_a = 0.1 + i, of_b = 3 + 0.5 * (i % 3);
        mean_a[i] = i;
        mean_b[i] = 0.75 * i - 1;
        a[i * DIM + i] = of_a * of_a;
        b[i * DIM + i] = of_b * of_b;
        want += pow(mean_a[i] - mean_b[i], 2) + pow(of_a - of_b, 2);
    }
    if (rotated) {
        rotate(a, DIM);
        rotate(b, DIM);
        assert_true(fabs(a[1]) > 0.1);
    }
    assert_int_equal(gt_frechet_of_gaussians(DIM, mean_a, a, mean_b, b, &got),
                     GT_OK);
    assert_near(got / want, 1, 1e-12);
}

static void distance_of_gaussians_is_that_of_means_and_spreads(void **state)
{
    (void)state;
    check_commuting(false);
    check_commuting(true);
}

/* In the plane tr(M^(1/2)) = (tr M + 2 det(M)^(1/2))^(1/2), for M = A B. */
static void covariances_need_not_commute(void **state)
{
    (void)state;
    const double a[] = {2, 0.6, 0.6, 1}, b[] = {0.5, -0.4, -0.4, 3};
    const double zero[2] = {0};
    double trace = a[0] * b[0] + 2 * a[1] * b[1] + a[3] * b[3];
    double det = (a[0] * a[3] - a[1] * a[1]) * (b[0] * b[3] - b[1] * b[1]);
    double want = a[0] + a[3] + b[0] + b[3] - 2 * sqrt(trace + 2 * sqrt(det));
    double got, back;
    assert_int_equal(gt_frechet_of_gaussians(2, zero, a, zero, b, &got), GT_OK);
    assert_near(got / want, 1, 1e-12);
    assert_int_equal(gt_frechet_of_gaussians(2, zero, b, zero, a, &back),
                     GT_OK);
    assert_near(back / want, 1, 1e-12);
}

/* u u' and v v': tr((u u' v v')^(1/2)) = |u . v|. */
static void covariances_may_have_a_low_rank(void **state)
{
    (void)state;
    double zero[DIM] = {0}, a[DIM * DIM], b[DIM * DIM], u[DIM], v[DIM];
    double want = 0, product = 0, got;
    for (int i = 0; i < DIM; i++) {
        u[i] = sin(i + 1);
        v[i] = cos(2 * i);
        want += u[i] * u[i] + v[i] * v[i];
        product += u[i] * v[i];
    }
    want -= 2 * fabs(product);
    for (int i = 0; i < DIM * DIM; i++) {
        a[i] = u[i / DIM] * u[i % DIM];
        b[i] = v[i / DIM] * v[i % DIM];
    }
    assert_int_equal(gt_frechet_of_gaussians(DIM, zero, a, zero, b, &got),
                     GT_OK);
    assert_near(got / want, 1, 1e-12);
    memset(b, 0, sizeof b);
    assert_int_equal(gt_frechet_of_gaussians(DIM, zero, a, u, b, &got), GT_OK);
    want = 0;
    for (int i = 0; i < DIM; i++)
        want += 2 * u[i] * u[i];
    assert_near(got / want, 1, 1e-12);
}

static void what_is_no_covariance_is_refused(void **state)
{
    (void)state;
    const double zero[2] = {0}, a[] = {1, 2, 2, 1}, b[] = {1, 0, 0, 1};
    double got;
    assert_int_equal(gt_frechet_of_gaussians(2, zero, a, zero, b, &got),
                     GT_ERR_NUMERIC);
    assert_non_null(strstr(gt_message(), "negative eigenvalue"));
}

/* --- Points. */

static gt_estimate distance(const gt_points *a, const gt_points *b)
{
    gt_comm solo = gt_comm_solo();
    gt_estimate out;
    assert_int_equal(gt_frechet_distance(&solo, a, b, &out), GT_OK);
    return out;
}

/* Fewer points than dimensions, too. */
static void points_that_were_moved_are_as_far_as_that(void **state)
{
    (void)state;
    for (int n = 2; n <= 600; n = n * 3 + 1) {
        gt_points a = new_points((size_t)n, DIM, 1, 0);
        gt_points b = new_points((size_t)n, DIM, 1, 0);
        for (int i = 0; i < n; i++)
            ((gt_real *)b.x)[i * DIM] += 4;
        gt_estimate moved = distance(&a, &b), same = distance(&a, &a);
        assert_near(moved.value / 16, 1, 1e-6);
        assert_true(same.value < 1e-12);
        assert_true(n < 3 ? isnan(same.error) : same.error < 1e-12);
        free_points(&a);
        free_points(&b);
    }
}

static void the_distance_of_drawn_points_is_near_that_of_gaussians(void **state)
{
    (void)state;
    gt_points a = new_points(20000, 4, 1, 0), b = new_points(15000, 4, 2, 1);
    for (size_t i = 0; i < b.n; i++)
        ((gt_real *)b.x)[i * 4] *= 2;
    /* The first number is 2 (1 + N(0, 1)): apart 2, of spread 2. */
    double want = 4 + 1 + 3;
    gt_estimate got = distance(&a, &b);
    assert_within(got, want, 4);
    assert_true(got.error < 0.1);
    free_points(&a);
    free_points(&b);
}

/* Errors against the spread over repetitions. */
static void errors_are_as_large_as_figures_differ(void **state)
{
    (void)state;
    double ratio = error_over_spread(distance, 400);
    assert_true(ratio > 0.7 && ratio < 1.4);
}

static void what_is_no_set_is_refused(void **state)
{
    (void)state;
    gt_comm solo = gt_comm_solo();
    gt_points a = new_points(5, 3, 1, 0), b = new_points(5, 2, 2, 0);
    gt_estimate out;
    assert_int_equal(gt_frechet_distance(&solo, &a, &b, &out), GT_ERR_MISMATCH);
    b.dim = 3;
    b.n = 1;
    assert_int_equal(gt_frechet_distance(&solo, &a, &b, &out), GT_ERR_CONFIG);
    assert_non_null(strstr(gt_message(), "at least 2 samples"));
    b.n = 3;
    ((gt_real *)b.x)[4] = NAN;
    assert_int_equal(gt_frechet_distance(&solo, &a, &b, &out), GT_ERR_NUMERIC);
    assert_non_null(strstr(gt_message(), "number 1 of sample 1"));
    free_points(&a);
    free_points(&b);
}

static void a_build_without_lapack_says_so(void **state)
{
    (void)state;
    gt_comm solo = gt_comm_solo();
    gt_points a = new_points(5, 3, 1, 0);
    gt_estimate out;
    assert_int_equal(gt_frechet_distance(&solo, &a, &a, &out), GT_ERR_CONFIG);
    assert_non_null(strstr(gt_message(), "no LAPACK"));
    free_points(&a);
}

int main(void)
{
    const struct CMUnitTest with[] = {
        cmocka_unit_test(distance_of_gaussians_is_that_of_means_and_spreads),
        cmocka_unit_test(covariances_need_not_commute),
        cmocka_unit_test(covariances_may_have_a_low_rank),
        cmocka_unit_test(what_is_no_covariance_is_refused),
        cmocka_unit_test(points_that_were_moved_are_as_far_as_that),
        cmocka_unit_test(
            the_distance_of_drawn_points_is_near_that_of_gaussians),
        cmocka_unit_test(errors_are_as_large_as_figures_differ),
        cmocka_unit_test(what_is_no_set_is_refused),
    };
    const struct CMUnitTest without[] = {
        cmocka_unit_test(a_build_without_lapack_says_so),
    };
    if (gt_lapack_is_there())
        return cmocka_run_group_tests(with, NULL, NULL);
    return cmocka_run_group_tests(without, NULL, NULL);
}
