/* Our own exponentials against the C library's in double, over all sizes of
 * argument, and at the ends of the range. */
#include "core/float_math.h"
#include "core/vmath.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Distance from the exact value in units of its last place. */
static double units_off(float got, double exact)
{
    int exponent;
    if (isinf((float)exact))
        return got == (float)exact ? 0 : INFINITY;
    frexp(exact, &exponent);
    double unit = fmax(ldexp(1, exponent - 24), 0x1p-149);
    return fabs((double)got - exact) / unit;
}

typedef double reference(double x);
typedef void span_function(const gt_real *x, gt_real *y, size_t n);

/* Every 9973rd float between -limit and limit. */
static double worst(span_function *f, reference *exact, float limit)
{
    double most = 0;
    for (uint64_t bits = 0; bits <= UINT32_MAX; bits += 9973) {
        float x = gt__float_of((uint32_t)bits), y;
        if (!(fabsf(x) <= limit))
            continue;
        f(&x, &y, 1);
        most = fmax(most, units_off(y, exact((double)x)));
    }
    return most;
}

static double sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

static double tail(double x)
{
    return log1p(exp(-fabs(x)));
}

static void functions_are_right_to_a_few_units_in_the_last_place(void **state)
{
    (void)state;
    assert_true(worst(gt__vexp, exp, INFINITY) < 1.5);
    assert_true(worst(gt__vexpm1, expm1, INFINITY) < 2.5);
    assert_true(worst(gt__vtanh, tanh, INFINITY) < 3);
    /* Below, exp(-x) overflows and the answer is 0 instead of 1e-39. */
    assert_true(worst(gt__vsigmoid, sigmoid, 88) < 3);
    assert_true(worst(gt__vsoftplus_tail, tail, 88) < 4);
}

static void logarithm_is_right_for_all_normal_numbers(void **state)
{
    (void)state;
    double most = 0;
    for (uint32_t bits = 0x00800000u; bits < 0x7F800000u; bits += 997) {
        float x = gt__float_of(bits);
        most = fmax(most, units_off(gt__log(x), log((double)x)));
    }
    assert_true(most < 2.5);
    assert_true(gt__log(1) == 0);
}

static void cosine_and_sine_go_round_the_circle(void **state)
{
    (void)state;
    const double whole = 6.28318530717958647692;
    for (uint32_t i = 0; i < 1u << 24; i += 101) {
        float turns = (float)i * 0x1p-24f, c, s;
        gt__cos_sin(turns, &c, &s);
        assert_true(fabs((double)c - cos(whole * (double)turns)) < 1.3e-7);
        assert_true(fabs((double)s - sin(whole * (double)turns)) < 1.3e-7);
    }
    float c, s;
    gt__cos_sin(0.25f, &c, &s);
    assert_true(c == 0 && s == 1);
    gt__cos_sin(0.75f, &c, &s);
    assert_true(c == 0 && s == -1);
}

static void nan_passes_and_infinity_has_its_limits(void **state)
{
    (void)state;
    const gt_real x[] = {NAN, INFINITY, -INFINITY};
    gt_real y[3];
    gt__vexp(x, y, 3);
    assert_true(isnan(y[0]) && isinf(y[1]) && y[2] == 0);
    gt__vexpm1(x, y, 3);
    assert_true(isnan(y[0]) && isinf(y[1]) && y[2] == -1);
    gt__vtanh(x, y, 3);
    assert_true(isnan(y[0]) && y[1] == 1 && y[2] == -1);
    gt__vsigmoid(x, y, 3);
    assert_true(isnan(y[0]) && y[1] == 1 && y[2] == 0);
    gt__vsoftplus_tail(x, y, 3);
    assert_true(isnan(y[0]) && y[1] == 0 && y[2] == 0);
}

/* Vector and scalar parts of a loop must not differ: a sample's place in a
 * span would show in its bits. */
static void results_do_not_depend_on_the_place_in_a_span(void **state)
{
    (void)state;
    static span_function *const all[] = {gt__vexp, gt__vexpm1, gt__vtanh,
                                         gt__vsigmoid, gt__vsoftplus_tail};
    enum { N = 77 };
    gt_real x[N], y[N], one;
    for (int i = 0; i < N; i++)
        x[i] = (gt_real)(i - 38) * 0.37f;
    for (size_t f = 0; f < sizeof all / sizeof *all; f++) {
        all[f](x, y, N);
        for (int i = 0; i < N; i++) {
            all[f](&x[i], &one, 1);
            assert_memory_equal(&one, &y[i], sizeof one);
        }
    }
}

static void sums_keep_their_digits(void **state)
{
    (void)state;
    enum { N = 5003 };
    static gt_real x[N];
    double sum = 0, squares = 0;
    for (int i = 0; i < N; i++) {
        x[i] = sinf((float)i) + 0.5f;
        sum += (double)x[i];
        squares += (double)x[i] * (double)x[i];
    }
    assert_true(fabs(gt__vsum(x, N) - sum) < 1e-5 * squares);
    assert_true(fabs(gt__vsquares(x, N) - squares) < 1e-5 * squares);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(functions_are_right_to_a_few_units_in_the_last_place),
        cmocka_unit_test(logarithm_is_right_for_all_normal_numbers),
        cmocka_unit_test(cosine_and_sine_go_round_the_circle),
        cmocka_unit_test(nan_passes_and_infinity_has_its_limits),
        cmocka_unit_test(results_do_not_depend_on_the_place_in_a_span),
        cmocka_unit_test(sums_keep_their_digits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
