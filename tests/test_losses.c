/* Losses against reference values, and at the ends of the number range. All
 * references: PyTorch 1.13 in double precision. */
#include "nn/loss.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "near.h"

enum { COUNT = 8 };
static const gt_real logits[COUNT] = {-30, -2.5f, -0.1f, 0, 0.3f, 4, 25, 100};

/* binary_cross_entropy_with_logits */
static void bce_matches_reference_values(void **state)
{
    (void)state;
    static const struct {
        gt_real target;
        double value, gradient[COUNT];
    } known[] = {
        {1,
         34.5889387473,
         {-1, -0.92414182, -0.52497919, -0.5, -0.42555748, -0.01798621,
          -1.3888002e-11, 0}},
        {0,
         131.288938747,
         {9.357623e-14, 0.07585818, 0.47502081, 0.5, 0.57444252, 0.98201379, 1,
          1}},
        {0.9f,
         44.2589387473,
         {-0.9, -0.82414182, -0.42497919, -0.4, -0.32555748, 0.08201379, 0.1,
          0.1}},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        gt_real g[COUNT];
        double value = gt_loss_bce(logits, COUNT, known[i].target, 1, g);
        assert_near(value, known[i].value, 1e-6);
        assert_all_near(g, known[i].gradient, COUNT, 1e-6);
        assert_true(value ==
                    gt_loss_bce(logits, COUNT, known[i].target, 1, NULL));
    }
}

static void bce_keeps_the_digits_of_small_losses(void **state)
{
    (void)state;
    const gt_real sure = 20, wrong = 5000;
    double value = gt_loss_bce(&sure, 1, 1, 1, NULL);
    assert_true(fabs(value / 2.0611536e-9 - 1) < 1e-6);
    assert_true(gt_loss_bce(&wrong, 1, 1, 1, NULL) == 0);
    assert_true(gt_loss_bce(&wrong, 1, 0, 1, NULL) == 5000);
}

/* -softplus */
static void minimax_matches_reference_values(void **state)
{
    (void)state;
    static const double want[COUNT] = {
        -9.357623e-14, -0.07585818, -0.47502081, -0.5,
        -0.57444252,   -0.98201379, -1,          -1};
    gt_real g[COUNT];
    assert_near(gt_loss_minimax(logits, COUNT, 1, g), -131.288938747, 1e-6);
    assert_all_near(g, want, COUNT, 1e-6);
}

/* binary_cross_entropy_with_logits with a target for each element */
static void bernoulli_matches_reference_values(void **state)
{
    (void)state;
    static const gt_real targets[COUNT] = {0, 1, 0.25f, 1, 0, 0.5f, 1, 1};
    static const double want[COUNT] = {
        9.357623e-14, -0.92414182, 0.22502081,     -0.5,
        0.57444252,   0.48201379,  -1.3888002e-11, 0};
    gt_real g[COUNT];
    assert_near(gt_loss_bernoulli(logits, targets, COUNT, 1, g), 6.81393874733,
                1e-6);
    assert_all_near(g, want, COUNT, 1e-6);
}

/* torch.distributions.Normal.log_prob */
static void gaussian_matches_reference_values(void **state)
{
    (void)state;
    static const gt_real mean[] = {0.5f, -1, 2, 0}, x[] = {0.25f, 1, 2, -3};
    static const double narrow[] = {1, -8, 0, 12};
    static const double wide[] = {0.08650519, -0.69204152, 0, 1.0380623};
    gt_real g[4];
    assert_near(gt_loss_gaussian(mean, x, 4, 0.5, 1, g), 27.0281654106, 1e-6);
    assert_all_near(g, narrow, 4, 1e-6);
    assert_near(gt_loss_gaussian(mean, x, 4, 1.7, 1, g), 8.05821523395, 1e-6);
    assert_all_near(g, wide, 4, 1e-6);
}

/* torch.distributions.kl_divergence, and autograd of sum(z dz) + 0.5 (2 KL),
 * as beta = 2 and scale = 0.5 ask for; the second sample's log-variances
 * lie outside the clamp. */
static void code_of_a_vae_matches_reference_values(void **state)
{
    (void)state;
    static const gt_real code[] = {0.5f, -1, 0.25f, -2, 2, 0, 12, -11};
    static const gt_real eps[] = {0.3f, -1.2f, 0.01f, 2};
    static const gt_real dz[] = {1, 0.5f, -0.25f, 2};
    static const double want_z[] = {0.83994454, -1.4414553, 3.4841316,
                                    0.013475894};
    static const double want_dcode[] = {1.5,  -0.5, 0.31198498, -0.54269619,
                                        1.75, 2,    0,          0};
    gt_real z[4], dcode[8];
    gt_reparameterise(code, eps, 2, 2, z);
    assert_all_near(z, want_z, 4, 1e-6);
    double kl = gt_kl_normal(code, eps, dz, 2, 2, 2.0, 0.5f, dcode);
    assert_near(kl, 11015.4426005, 1e-6);
    assert_all_near(dcode, want_dcode, 8, 1e-6);
    assert_true(kl == gt_kl_normal(code, eps, NULL, 2, 2, 1, 1, NULL));

    gt_reparameterise(code, NULL, 2, 2, z);
    for (int i = 0; i < 2; i++)
        assert_true(z[2 * i] == code[4 * i] && z[2 * i + 1] == code[4 * i + 1]);
}

/* cross_entropy, by hand: log sum exp - the label's logit. */
static void softmax_matches_its_formula(void **state)
{
    (void)state;
    enum { ROWS = 3, CLASSES = 700 };
    static gt_real l[ROWS * CLASSES], g[ROWS * CLASSES];
    const int labels[ROWS] = {3, -1, 699};
    double want = 0;
    for (int i = 0; i < ROWS * CLASSES; i++)
        l[i] = (gt_real)(i % 31) / 4 - (gt_real)(i % 7);
    double loss = gt_loss_softmax(l, labels, ROWS, CLASSES, 0.5f, g);
    for (int r = 0; r < ROWS; r++) {
        double sum = 0;
        for (int j = 0; j < CLASSES; j++)
            sum += exp((double)l[r * CLASSES + j]);
        if (labels[r] >= 0)
            want += log(sum) - (double)l[r * CLASSES + labels[r]];
        for (int j = 0; j < CLASSES; j++) {
            double p = exp((double)l[r * CLASSES + j]) / sum;
            double slope = labels[r] < 0 ? 0 : 0.5 * (p - (j == labels[r]));
            assert_near(g[r * CLASSES + j], slope, 1e-6);
        }
    }
    assert_near(loss, want, 1e-5);
}

static void softmax_is_sure_of_large_logits(void **state)
{
    (void)state;
    const gt_real l[] = {40, 0, -1000, 300, 300, 0};
    const int right[] = {0, 0}, wrong[] = {1, 2};
    gt_real g[6];
    double loss = gt_loss_softmax(l, right, 1, 3, 1, g);
    assert_near(loss / exp(-40), 1, 1e-5);
    assert_near((double)-g[0] / exp(-40), 1, 1e-5);
    assert_near((double)g[1] / exp(-40), 1, 1e-5);
    assert_true(g[2] == 0);
    loss = gt_loss_softmax(l, wrong, 2, 3, 1, NULL);
    assert_near(loss, 40 + 300 + log(2), 1e-5);
}

static void the_first_largest_logit_is_the_class(void **state)
{
    (void)state;
    const gt_real l[] = {1, 2, 0, 5, 5, 4, -1, -3, -2, 0, 0, 0};
    const int labels[] = {1, 0, 0, -1}, others[] = {0, 1, 2, 2};
    assert_int_equal(gt_count_correct(l, labels, 4, 3), 3);
    assert_int_equal(gt_count_correct(l, others, 4, 3), 0);
}

static void long_spans_are_the_sum_of_their_parts(void **state)
{
    (void)state;
    enum { LONG = 1000, HEAD = 301, TAIL = LONG - HEAD };
    static gt_real l[LONG], t[LONG], g[LONG], part[LONG];
    for (int i = 0; i < LONG; i++) {
        l[i] = (gt_real)(i % 37) / 4 - 4;
        t[i] = (gt_real)(i % 5) / 4;
    }
    double all = gt_loss_bernoulli(l, t, LONG, 0.5f, g);
    double head = gt_loss_bernoulli(l, t, HEAD, 0.5f, part);
    double tail =
        gt_loss_bernoulli(l + HEAD, t + HEAD, TAIL, 0.5f, part + HEAD);
    assert_near(all, head + tail, 1e-6);
    assert_memory_equal(g, part, sizeof g);

    all = gt_loss_bce(l, LONG, 1, 1, g);
    head = gt_loss_bce(l, HEAD, 1, 1, part);
    tail = gt_loss_bce(l + HEAD, TAIL, 1, 1, part + HEAD);
    assert_near(all, head + tail, 1e-6);
    assert_memory_equal(g, part, sizeof g);

    all = gt_loss_minimax(l, LONG, 1, g);
    head = gt_loss_minimax(l, HEAD, 1, part);
    tail = gt_loss_minimax(l + HEAD, TAIL, 1, part + HEAD);
    assert_near(all, head + tail, 1e-12);
    assert_memory_equal(g, part, sizeof g);

    all = gt_loss_gaussian(l, t, LONG, 0.7, 1, g);
    head = gt_loss_gaussian(l, t, HEAD, 0.7, 1, part);
    tail = gt_loss_gaussian(l + HEAD, t + HEAD, TAIL, 0.7, 1, part + HEAD);
    assert_near(all, head + tail, 1e-6);
    assert_memory_equal(g, part, sizeof g);

    double mean = 0;
    for (int i = 0; i < LONG; i++)
        mean += 1 / (1 + exp(-(double)l[i])) / LONG;
    assert_near(gt_mean_sigmoid(l, LONG), mean, 1e-6);
}

static void nan_reaches_every_loss(void **state)
{
    (void)state;
    const gt_real bad[] = {NAN, NAN}, zero[] = {0, 0};
    gt_real g[2], z[1];
    assert_true(isnan(gt_loss_bce(bad, 1, 1, 1, g)) && isnan(g[0]));
    assert_true(isnan(gt_loss_minimax(bad, 1, 1, g)) && isnan(g[0]));
    assert_true(isnan(gt_loss_bernoulli(bad, zero, 1, 1, g)) && isnan(g[0]));
    assert_true(isnan(gt_loss_gaussian(bad, zero, 1, 1, 1, g)) && isnan(g[0]));
    assert_true(isnan(gt_mean_sigmoid(bad, 1)));
    const gt_real rows[] = {0, NAN, 1, INFINITY};
    const int labels[] = {0, 1};
    gt_real of_rows[4];
    assert_true(isnan(gt_loss_softmax(rows, labels, 1, 2, 1, of_rows)));
    assert_true(isnan(of_rows[0]) && isnan(of_rows[1]));
    assert_true(isnan(gt_loss_softmax(rows + 2, labels + 1, 1, 2, 1, g)));
    const gt_real code[] = {0, NAN};
    gt_reparameterise(code, zero, 1, 1, z);
    assert_true(isnan(z[0]));
    assert_true(isnan(gt_kl_normal(code, zero, zero, 1, 1, 1, 1, g)));
    assert_true(isnan(g[1]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bce_matches_reference_values),
        cmocka_unit_test(bce_keeps_the_digits_of_small_losses),
        cmocka_unit_test(minimax_matches_reference_values),
        cmocka_unit_test(bernoulli_matches_reference_values),
        cmocka_unit_test(gaussian_matches_reference_values),
        cmocka_unit_test(code_of_a_vae_matches_reference_values),
        cmocka_unit_test(softmax_matches_its_formula),
        cmocka_unit_test(softmax_is_sure_of_large_logits),
        cmocka_unit_test(the_first_largest_logit_is_the_class),
        cmocka_unit_test(long_spans_are_the_sum_of_their_parts),
        cmocka_unit_test(nan_reaches_every_loss),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
