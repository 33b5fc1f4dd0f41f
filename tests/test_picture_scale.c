/* The numbers beside pictures. */
#include "run/picture/picture_scale.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void check_ticks(double low, double high, int most, const char *want)
{
    char got[256] = "";
    gt__ticks ticks = gt__ticks_of(low, high, most);
    for (int i = 0; i < ticks.n; i++) {
        strcat(got, i ? " " : "");
        strcat(got, ticks.text[i]);
    }
    assert_string_equal(got, want);
}

static void ticks_are_round_numbers(void **state)
{
    (void)state;
    check_ticks(0, 1, 5, "0 0.2 0.4 0.6 0.8 1");
    check_ticks(-1, 1, 4, "-1 -0.5 0 0.5 1");
    check_ticks(0, 97, 4, "0 50");
    check_ticks(0.51, 0.99, 2, "0.6 0.8");
    check_ticks(0, 103, 4, "0 50 100");
    check_ticks(0, 34567, 4, "0 10000 20000 30000");
    check_ticks(0, 3e6, 3, "0 1e+06 2e+06 3e+06");
    check_ticks(1e-5, 9e-5, 4, "2e-05 4e-05 6e-05 8e-05");
    check_ticks(100000.2, 100000.9, 4, "100000.2 100000.4 100000.6 100000.8");
    check_ticks(5, 5, 4, "5");
    check_ticks(-3e38, 3e38, 4, "-2e+38 0 2e+38");
}

static void ticks_lie_within_and_are_few(void **state)
{
    (void)state;
    for (int i = 1; i < 400; i++) {
        double low = sin(i) * pow(10, i % 13 - 6);
        double high = low + (1 + cos(3 * i + 0.1)) * pow(10, i % 7 - 3);
        for (int most = 2; most <= GT__TICKS; most += 5) {
            gt__ticks ticks = gt__ticks_of(low, high, most);
            assert_in_range(ticks.n, 2, most < 3 ? 4 : most + 1);
            for (int k = 0; k < ticks.n; k++) {
                double slack = 1e-6 * (high - low);
                assert_true(ticks.value[k] >= low - slack &&
                            ticks.value[k] <= high + slack);
                assert_true(strlen(ticks.text[k]) < GT__NUMBER);
                if (k > 0)
                    assert_string_not_equal(ticks.text[k], ticks.text[k - 1]);
            }
        }
    }
}

static gt__scale scale_of(const double *x, size_t n)
{
    gt__extent extent;
    assert_int_equal(gt__extent_new(&extent, n), GT_OK);
    for (size_t i = 0; i < n; i++)
        gt__extent_add(&extent, x[i]);
    gt__scale scale = gt__scale_of(&extent, true);
    gt__extent_free(&extent);
    return scale;
}

static void check_decades(double low, double high, int most, const char *want)
{
    char got[256] = "";
    gt__ticks ticks = gt__ticks_of_decades(low, high, most);
    for (int i = 0; i < ticks.n; i++) {
        strcat(got, i ? " " : "");
        strcat(got, ticks.text[i]);
    }
    assert_string_equal(got, want);
}

static void ticks_of_decades_are_powers_of_ten(void **state)
{
    (void)state;
    check_decades(0.02, 3, 5, "0.1 1");
    check_decades(1, 1e6, 7, "1 10 100 1000 10000 100000 1e+06");
    check_decades(1, 1e6, 4, "1 100 10000 1e+06");
    check_decades(3e-5, 2e20, 4, "0.0001 1000 1e+10 1e+17");
}

/* Sparse, over decades, as showers are. */
static void numbers_over_decades_have_a_logarithmic_scale(void **state)
{
    (void)state;
    enum { N = 10000 };
    static double x[N];
    for (int i = 0; i < N; i++)
        x[i] = i % 3 ? 0 : pow(10, i / (double)N * 6 - 2);
    gt__scale s = scale_of(x, N);
    assert_true(s.logs && s.below && !s.above);
    assert_true(s.low > 0.01 && s.low < 0.02 && s.high > 9e3 && s.high < 1e4);
    assert_int_equal(gt__scale_byte(&s, 0), 0);
    assert_int_equal(gt__scale_byte(&s, s.high), 255);
    int middle = gt__scale_byte(&s, sqrt(s.low * s.high));
    assert_in_range(middle, 126, 129);
    x[0] = -0.001; /* of a logarithm that was taken back */
    s = scale_of(x, N);
    assert_true(s.logs && s.below);
    x[0] = -1000; /* signs matter */
    s = scale_of(x, N);
    assert_true(!s.logs);
    for (int i = 0; i < N; i++)
        x[i] = -log((i + 1) / (double)(N + 1)); /* exponential */
    s = scale_of(x, N);
    assert_true(!s.logs);
}

static void a_scale_holds_all_but_a_few_far_away(void **state)
{
    (void)state;
    enum { N = 10000 };
    static double x[N];
    for (int i = 0; i < N; i++)
        x[i] = i / (double)N;
    gt__scale s = scale_of(x, N);
    assert_true(s.low == 0 && s.high == x[N - 1] && !s.above && !s.below);
    x[77] = 50;
    s = scale_of(x, N);
    assert_true(s.high > 0.99 && s.high < 1 && s.above && s.below);
    x[77] = NAN;
    x[78] = -INFINITY;
    s = scale_of(x, N);
    assert_true(s.low == 0 && s.high == x[N - 1] && !s.above && !s.below);
    for (int i = 0; i < N; i++) /* nearly all the same: the few are all */
        x[i] = i % 5000 ? 0 : 8;
    s = scale_of(x, N);
    assert_true(s.low == 0 && s.high == 8 && !s.above);
    s = scale_of(x, 0);
    assert_true(s.low == 0 && s.high == 0);
}

/* Of very many numbers some are looked at, for percentiles; not for the ends.
 */
static void a_scale_of_many_numbers_knows_the_ends(void **state)
{
    (void)state;
    enum { N = 1000003 };
    gt__extent extent;
    assert_int_equal(gt__extent_new(&extent, N), GT_OK);
    for (int i = 0; i < N; i++)
        gt__extent_add(&extent, i == 999 ? 1e9 : i == 1001 ? -7 : i % 1000);
    gt__scale s = gt__scale_of(&extent, true);
    gt__extent_free(&extent);
    assert_true(s.above && s.below);
    assert_true(s.low >= 0 && s.low < 10 && s.high > 990 && s.high < 1000);
}

/* As bright as before, and brighter, from one end to the other. */
static void colours_grow_brighter(void **state)
{
    (void)state;
    gt__scale s = {.low = -2, .high = 6};
    double before = 0;
    for (int i = 0; i <= 256; i++) {
        gt__rgb c = gt__scale_colour(&s, -2 + 8 * i / 256.0);
        double bright = 0.2126 * c.v[0] + 0.7152 * c.v[1] + 0.0722 * c.v[2];
        assert_true(bright > before - 0.8);
        before = bright > before ? bright : before;
    }
    gt__rgb end = gt__scale_colour(&s, 6), beyond = gt__scale_colour(&s, 1e30);
    assert_memory_equal(&end, &beyond, sizeof end);
    assert_int_equal(gt__scale_byte(&s, -9), 0);
    assert_int_equal(gt__scale_byte(&s, 2), 128);
    assert_int_equal(gt__scale_byte(&s, NAN), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ticks_are_round_numbers),
        cmocka_unit_test(ticks_lie_within_and_are_few),
        cmocka_unit_test(a_scale_holds_all_but_a_few_far_away),
        cmocka_unit_test(a_scale_of_many_numbers_knows_the_ends),
        cmocka_unit_test(colours_grow_brighter),
        cmocka_unit_test(ticks_of_decades_are_powers_of_ten),
        cmocka_unit_test(numbers_over_decades_have_a_logarithmic_scale),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
