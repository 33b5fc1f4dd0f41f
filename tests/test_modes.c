/* Modes and classes that are covered: of the data itself, of points by hand,
 * and of counts with known entropies. */
#include "eval/classes.h"
#include "eval/modes.h"
#include "open_uri.h"
#include "point_sets.h"

enum { SAMPLES = 2500 };

static gt_source *open_source(const char *uri)
{
    gt_source *source;
    assert_int_equal(open_uri(&source, uri, GT_SPLIT_TRAIN, GT_SHAPE_OF_SOURCE),
                     GT_OK);
    return source;
}

static gt_points read_points(const gt_source *source)
{
    gt_points points = new_points(SAMPLES, 2, 1, 0);
    uint64_t numbers[SAMPLES];
    for (uint64_t i = 0; i < SAMPLES; i++)
        numbers[i] = i;
    gt_source_rows rows = {.reals = (gt_real *)points.x};
    assert_int_equal(gt_source_read(source, numbers, SAMPLES, &rows), GT_OK);
    return points;
}

/* 1 - exp(-9/2) of a Gaussian in the plane is within 3 sigma. */
static void check_data(const char *uri, int modes)
{
    gt_source *source = open_source(uri);
    gt_points points = read_points(source);
    gt_modes of_source;
    gt_mode_figures got;
    assert_int_equal(gt_modes_new(&of_source, source), GT_OK);
    assert_int_equal(of_source.count, modes);
    assert_int_equal(gt_modes_count(&of_source, &points, &got), GT_OK);
    assert_int_equal(got.modes, modes);
    assert_int_equal(got.found, modes);
    assert_within(got.quality, 1 - exp(-4.5), 4);
    assert_true(got.quality.error < 0.004);
    assert_near(got.divergence.value, 0, 1e-5);
    gt_modes_free(&of_source);
    free_points(&points);
    gt_source_close(source);
}

static void the_data_cover_their_modes(void **state)
{
    (void)state;
    check_data("ring", 8);
    check_data("grid", 25);
}

/* Points on three centres of the ring, and one far away. */
static void modes_that_are_missed_are_counted(void **state)
{
    (void)state;
    gt_source *source = open_source("ring");
    gt_modes modes;
    gt_mode_figures got;
    assert_int_equal(gt_modes_new(&modes, source), GT_OK);
    const gt_real x[] = {1,  0, 0,  1, 1,   0.029f, 1, 0.031f,
                         -1, 0, 50, 0, NAN, 0,      1, 0};
    gt_points points = {8, 2, x};
    assert_int_equal(gt_modes_count(&modes, &points, &got), GT_OK);
    assert_int_equal(got.found, 3);
    assert_near(got.quality.value, 5.0 / 8, 1e-15);
    assert_near(got.quality.error, sqrt(5.0 / 8 * 3 / 8 / 8), 1e-15);
    /* NaN counts for the first mode: 6 of 8 there, 1 of 8 twice. */
    assert_near(got.divergence.value, 0.75 * log(6) + 0, 1e-12);
    gt_modes_free(&modes);
    gt_source_close(source);
}

static void other_data_have_no_modes(void **state)
{
    (void)state;
    gt_source *source = open_source("glyphs?count=10");
    gt_modes modes;
    assert_int_equal(gt_modes_new(&modes, source), GT_OK);
    assert_int_equal(modes.count, 0);
    gt_modes_free(&modes);
    gt_source_close(source);
}

static void no_points_and_other_points_are_refused(void **state)
{
    (void)state;
    gt_source *source = open_source("grid");
    gt_modes modes;
    gt_mode_figures out;
    assert_int_equal(gt_modes_new(&modes, source), GT_OK);
    gt_points points = {.n = 0, .dim = 2};
    assert_int_equal(gt_modes_count(&modes, &points, &out), GT_ERR_CONFIG);
    points = (gt_points){1, 3, (const gt_real[]){1, 2, 3}};
    assert_int_equal(gt_modes_count(&modes, &points, &out), GT_ERR_MISMATCH);
    gt_modes_free(&modes);
    gt_source_close(source);
}

/* --- Classes. */

static void entropy_and_divergence_are_those_of_the_shares(void **state)
{
    (void)state;
    const double counts[] = {40, 0, 40, 20}, data[] = {10, 10, 10, 20};
    gt_class_figures got;
    assert_int_equal(gt_class_figures_of(counts, NULL, 4, &got), GT_OK);
    double entropy = -(0.8 * log(0.4) + 0.2 * log(0.2));
    assert_int_equal(got.seen, 3);
    assert_near(got.entropy.value, entropy, 1e-14);
    assert_near(got.divergence.value, log(4) - entropy, 1e-14);
    assert_near(got.divergence.error, got.entropy.error, 1e-14);
    assert_int_equal(gt_class_figures_of(counts, data, 4, &got), GT_OK);
    assert_near(got.divergence.value, 0.8 * log(2) + 0.2 * log(0.5), 1e-14);
    /* The spread of a mean of 0.8 log 2 and 0.2 log 1/2. */
    assert_near(got.divergence.error, 2 * log(2) * sqrt(0.16 / 100), 1e-14);
    assert_int_equal(gt_class_figures_of(data, NULL, 1, &got), GT_OK);
    assert_true(got.entropy.value == 0 && got.divergence.value == 0);
}

static void what_the_data_lack_is_infinitely_far(void **state)
{
    (void)state;
    const double counts[] = {1, 2}, data[] = {3, 0}, none[] = {0, 0};
    gt_class_figures got;
    assert_int_equal(gt_class_figures_of(counts, data, 2, &got), GT_OK);
    assert_true(isinf(got.divergence.value) && isnan(got.divergence.error));
    assert_int_equal(gt_class_figures_of(none, data, 2, &got), GT_ERR_CONFIG);
    assert_int_equal(gt_class_figures_of(data, none, 2, &got), GT_ERR_CONFIG);
}

/* 400 samples of shares, and how much their entropy differs. */
static void errors_are_as_large_as_figures_differ(void **state)
{
    (void)state;
    enum { TIMES = 200, DRAWS = 400 };
    double mean = 0, squares = 0, error = 0;
    for (uint64_t t = 0; t < TIMES; t++) {
        gt_points u = new_lattice(DRAWS, 1, t, 10);
        double counts[3] = {0};
        gt_class_figures got;
        for (int i = 0; i < DRAWS; i++) /* shares 0.1, 0.3, 0.6 */
            counts[u.x[i] < 1 ? 0 : u.x[i] < 4 ? 1 : 2]++;
        assert_int_equal(gt_class_figures_of(counts, NULL, 3, &got), GT_OK);
        mean += got.entropy.value / TIMES;
        squares += got.entropy.value * got.entropy.value / TIMES;
        error += got.entropy.error / TIMES;
        free_points(&u);
    }
    double ratio = error / sqrt(squares - mean * mean);
    assert_true(ratio > 0.8 && ratio < 1.25);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_data_cover_their_modes),
        cmocka_unit_test(modes_that_are_missed_are_counted),
        cmocka_unit_test(other_data_have_no_modes),
        cmocka_unit_test(no_points_and_other_points_are_refused),
        cmocka_unit_test(entropy_and_divergence_are_those_of_the_shares),
        cmocka_unit_test(what_the_data_lack_is_infinitely_far),
        cmocka_unit_test(errors_are_as_large_as_figures_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
