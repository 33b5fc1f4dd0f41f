/* Figures of disentanglement where their values follow from the definition:
 * codes that are the factors, that mix them, and that speak of a part. Samples
 * go through all pairs of factors, as often in each part that is fitted or
 * measured. */
#include "near.h"

#include "eval/dci.h"
#include "eval/disentanglement.h"
#include "eval/lasso.h"
#include "eval/mig.h"
#include "eval/sap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { N = 800, LATENTS = 3, FACTORS = 2, LEVELS = 5 };

typedef struct set {
    gt_real mu[N * LATENTS], factor[N * FACTORS];
    bool is_class[FACTORS];
    const char *name[FACTORS];
    gt_codes codes;
} set;

/* Factors a and b of 0 .. 4, all pairs, and codes that are all 0. */
static set *factorial(void)
{
    static set s;
    s = (set){.name = {"a", "b"}};
    for (int i = 0; i < N; i++) {
        s.factor[FACTORS * i] = (gt_real)(i / 4 % LEVELS);
        s.factor[FACTORS * i + 1] = (gt_real)(i / 4 / LEVELS % LEVELS);
    }
    s.codes =
        (gt_codes){N, LATENTS, s.mu, FACTORS, s.factor, s.is_class, s.name};
    return &s;
}

/* Two latents are the factors turned by an angle; the third one is 0. */
static set *turned(double angle)
{
    set *s = factorial();
    for (int i = 0; i < N; i++) {
        double a = (double)s->factor[FACTORS * i] - 2;
        double b = (double)s->factor[FACTORS * i + 1] - 2;
        s->mu[LATENTS * i] = (gt_real)(cos(angle) * a + sin(angle) * b);
        s->mu[LATENTS * i + 1] = (gt_real)(cos(angle) * b - sin(angle) * a);
    }
    return s;
}

static gt_disentanglement judged(const set *s)
{
    gt_disentanglement out;
    if (gt_disentanglement_evaluate(&s->codes, &out) != GT_OK)
        fail_msg("%s", gt_message());
    return out;
}

static void codes_that_are_the_factors_are_disentangled(void **state)
{
    (void)state;
    set *s = turned(0);
    for (int i = 0; i < N; i++) { /* whatever their scale and sign */
        s->mu[LATENTS * i] = 7 - 3 * s->mu[LATENTS * i];
        s->mu[LATENTS * i + 1] *= (gt_real)0.01;
    }
    gt_disentanglement got = judged(s);
    assert_near(got.mig, 1, 1e-9);
    assert_near(got.sap, 1, 1e-9);
    assert_near(got.disentanglement, 1, 1e-6);
    assert_near(got.completeness, 1, 1e-6);
    assert_near(got.informativeness, 1, 1e-5);
}

static void codes_that_mix_two_factors_evenly_are_not(void **state)
{
    (void)state;
    gt_disentanglement got = judged(turned(atan(1)));
    assert_near(got.mig, 0, 1e-9);
    assert_near(got.sap, 0, 1e-6);
    assert_near(got.disentanglement, 0, 1e-6);
    assert_near(got.completeness, 1 - log(2) / log(LATENTS), 1e-6);
    assert_near(got.informativeness, 1, 1e-5);
}

/* Of a turn by t, R^2 are cos^2 t and sin^2 t, weights cos t and sin t. The
 * least penalty, a thousandth of cos t, takes a little from both. */
static void codes_that_mix_them_a_little_are_between(void **state)
{
    (void)state;
    double t = 0.3, least = 1e-3 * cos(t);
    double p = (cos(t) - least) / (cos(t) + sin(t) - 2 * least);
    double entropy = -p * log(p) - (1 - p) * log(1 - p);
    gt_disentanglement got = judged(turned(t));
    assert_near(got.sap, cos(2 * t), 1e-6);
    assert_near(got.disentanglement, 1 - entropy / log(2), 1e-6);
    assert_near(got.completeness, 1 - entropy / log(LATENTS), 1e-6);
    assert_near(got.informativeness, 1, 1e-5);
}

/* A latent with one bit of a factor of two bits, beside one with both. */
static void mig_is_the_gap_in_parts_of_the_entropy(void **state)
{
    (void)state;
    set *s = factorial();
    s->codes.factors = 1;
    for (int i = 0; i < N; i++) {
        s->factor[i] = (gt_real)(i % 4 * 10);
        s->mu[LATENTS * i] = (gt_real)(i % 4);
        s->mu[LATENTS * i + 1] = (gt_real)(i % 2);
    }
    assert_near(judged(s).mig, 0.5, 1e-9);
}

/* 40 values in 20 bins, which the latent has, too. */
static void many_values_are_cut_into_bins(void **state)
{
    (void)state;
    set *s = factorial();
    s->codes.factors = 1;
    for (int i = 0; i < N; i++) {
        s->factor[i] = (gt_real)(i % 40);
        s->mu[LATENTS * i + 2] = (gt_real)(-(i % 40));
    }
    double of_numbers = judged(s).mig;
    s->is_class[0] = true;
    double of_classes = judged(s).mig;
    assert_near(of_numbers, 1, 1e-9);
    assert_near(of_classes, log(20) / log(40), 1e-9);
}

/* Of five classes at -2 .. 2, a line has R^2 z^2 / 8 of each; by chance, one in
 * five is right. */
static void classes_are_told_apart_by_thresholds(void **state)
{
    (void)state;
    gt__factors f;
    gt__dci dci;
    double sap;
    set *s = turned(0);
    s->codes.factors = 1;
    s->is_class[0] = true;
    for (int i = 0; i < N; i++)
        s->factor[i] = (gt_real)(i / 4 % LEVELS);
    assert_int_equal(gt__factors_new(&f, &s->codes), GT_OK);
    assert_int_equal(gt__sap(&f, &sap), GT_OK);
    assert_int_equal(gt__dci_of(&f, &dci), GT_OK);
    assert_near(sap, 0.8, 1e-9);
    assert_true(isnan(dci.disentanglement)); /* of a single factor */
    assert_near(dci.completeness, 1, 1e-6);
    assert_near(dci.informativeness, (0.5 + 0.125 + 0 + 0.125 + 0.5) / 5, 1e-5);
    gt__factors_free(&f);
}

/* Where the derivative is within the penalty, a weight is 0; else it is the
 * penalty, against the weight. */
static void lasso_meets_its_conditions(void **state)
{
    (void)state;
    enum { D = 3 };
    const double zz[D * D] = {1, 0.8, 0.3, 0.8, 1, 0.1, 0.3, 0.1, 2};
    const double zy[D] = {0.9, 0.5, -0.2};
    const gt__moments2 of = {zz, zy, 3};
    for (double penalty = 0.01; penalty < 1; penalty *= 3) {
        double w[D] = {0}, error = 3;
        gt__lasso(&of, D, penalty, w);
        for (int j = 0; j < D; j++) {
            double slope = zy[j];
            for (int k = 0; k < D; k++)
                slope -= zz[D * j + k] * w[k];
            if (w[j] == 0)
                assert_true(fabs(slope) <= penalty + 1e-6);
            else
                assert_near(slope, w[j] > 0 ? penalty : -penalty, 1e-6);
            error -= w[j] * (zy[j] + slope);
        }
        assert_near(gt__lasso_error(&of, D, w), error, 1e-12);
        assert_true((w[0] == 0) == (penalty > 0.9));
    }
}

static void noise_says_nothing(void **state)
{
    (void)state;
    set *s = factorial();
    for (int i = 0; i < N * LATENTS; i++)
        s->mu[i] = (gt_real)((unsigned)i * 2654435761u >> 16) / 65536;
    gt_disentanglement got = judged(s);
    assert_true(got.mig < 0.05 && got.sap < 0.05);
    assert_true(got.informativeness < 0.05);
}

static void a_factor_that_never_changes_is_left_out(void **state)
{
    (void)state;
    set *s = turned(0);
    for (int i = 0; i < N; i++)
        s->factor[FACTORS * i + 1] = 3;
    gt_disentanglement got = judged(s);
    assert_near(got.mig, 1, 1e-9);
    assert_near(got.sap, 1, 1e-9);
    s->codes.factors = 0;
    assert_int_equal(gt_disentanglement_evaluate(&s->codes, &got),
                     GT_ERR_MISMATCH);
}

static void what_cannot_be_judged_is_refused(void **state)
{
    (void)state;
    gt_disentanglement out;
    set *s = turned(0);
    s->codes.n = GT__FACTORS_LEAST - 1;
    assert_int_equal(gt_disentanglement_evaluate(&s->codes, &out),
                     GT_ERR_MISMATCH);
    s = turned(0);
    s->mu[17] = NAN;
    assert_int_equal(gt_disentanglement_evaluate(&s->codes, &out),
                     GT_ERR_NUMERIC);
    s = turned(0);
    s->factor[N] = INFINITY;
    assert_int_equal(gt_disentanglement_evaluate(&s->codes, &out),
                     GT_ERR_NUMERIC);
    assert_non_null(strstr(gt_message(), "factor a"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_that_are_the_factors_are_disentangled),
        cmocka_unit_test(codes_that_mix_two_factors_evenly_are_not),
        cmocka_unit_test(codes_that_mix_them_a_little_are_between),
        cmocka_unit_test(mig_is_the_gap_in_parts_of_the_entropy),
        cmocka_unit_test(many_values_are_cut_into_bins),
        cmocka_unit_test(classes_are_told_apart_by_thresholds),
        cmocka_unit_test(lasso_meets_its_conditions),
        cmocka_unit_test(noise_says_nothing),
        cmocka_unit_test(a_factor_that_never_changes_is_left_out),
        cmocka_unit_test(what_cannot_be_judged_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
