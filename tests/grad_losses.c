/* Losses in double precision: gradients against central differences. */
#include "core/rng.h"
#include "nn/loss.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { COUNT = 300, SAMPLES = 5, LATENT = 30 };
static const double h = 1e-5, scale = 0.25;

/* What a loss reads; each function below is scale times the loss of x. */
static gt_real x[COUNT], other[COUNT], gradient[COUNT];

typedef double loss(gt_real *gradient);

static double bce_real(gt_real *g)
{
    return scale * gt_loss_bce(x, COUNT, 1, scale, g);
}

static double bce_smoothed(gt_real *g)
{
    return scale * gt_loss_bce(x, COUNT, 0.9, scale, g);
}

static double minimax(gt_real *g)
{
    return scale * gt_loss_minimax(x, COUNT, scale, g);
}

static double bernoulli(gt_real *g)
{
    return scale * gt_loss_bernoulli(x, other, COUNT, scale, g);
}

static double gaussian(gt_real *g)
{
    return scale * gt_loss_gaussian(x, other, COUNT, 0.6, scale, g);
}

/* Rows of 30 logits; one has no label, one a label that is not likely. */
static double softmax(gt_real *g)
{
    enum { CLASSES = 30, ROWS = COUNT / CLASSES };
    static const int labels[ROWS] = {0, 29, 7, -1, 7, 12, 3, 28, 1, 5};
    return scale * gt_loss_softmax(x, labels, ROWS, CLASSES, scale, g);
}

/* The label's logit is the largest by far. */
static double softmax_of_sure_rows(gt_real *g)
{
    enum { CLASSES = 300 };
    static const int label = 299;
    x[label] += 9;
    double value = scale * gt_loss_softmax(x, &label, 1, CLASSES, scale, g);
    x[label] -= 9;
    return value;
}

/* A VAE's latent half with a decoder loss of sum(sin(z)): x is the code. */
static double latent(gt_real *g)
{
    enum { Z = SAMPLES * LATENT };
    const double beta = 1.5;
    static gt_real z[Z], dz[Z];
    double sum = 0;
    gt_reparameterise(x, other, SAMPLES, LATENT, z);
    for (int i = 0; i < Z; i++) {
        sum += sin(z[i]);
        dz[i] = scale * cos(z[i]);
    }
    double kl = gt_kl_normal(x, other, dz, SAMPLES, LATENT, beta, scale, g);
    return scale * (sum + beta * kl);
}

static double latent_without_noise(gt_real *g)
{
    enum { Z = SAMPLES * LATENT };
    static gt_real z[Z], dz[Z];
    double sum = 0;
    gt_reparameterise(x, NULL, SAMPLES, LATENT, z);
    for (int i = 0; i < Z; i++) {
        sum += sin(z[i]);
        dz[i] = scale * cos(z[i]);
    }
    double kl = gt_kl_normal(x, NULL, dz, SAMPLES, LATENT, 1, scale, g);
    return scale * (sum + kl);
}

static void check_gradient(loss *f)
{
    gt_rng_normal((gt_rng){.seed = 1}, x, COUNT);
    gt_rng_uniform((gt_rng){.seed = 2}, other, COUNT);
    f(gradient);
    for (int i = 0; i < COUNT; i++) {
        gt_real here = x[i];
        x[i] = here + h;
        double above = f(NULL);
        x[i] = here - h;
        double below = f(NULL);
        x[i] = here;
        double numeric = (above - below) / (2 * h);
        double size = fmax(fmax(fabs(numeric), fabs(gradient[i])), 1e-2);
        if (!(fabs(numeric - gradient[i]) <= 1e-6 * size))
            fail_msg("element %d: gradient %.10g, finite difference %.10g", i,
                     gradient[i], numeric);
    }
}

static void bce_matches_finite_differences(void **state)
{
    (void)state;
    check_gradient(bce_real);
    check_gradient(bce_smoothed);
}

static void minimax_matches_finite_differences(void **state)
{
    (void)state;
    check_gradient(minimax);
}

static void bernoulli_matches_finite_differences(void **state)
{
    (void)state;
    check_gradient(bernoulli);
}

static void gaussian_matches_finite_differences(void **state)
{
    (void)state;
    check_gradient(gaussian);
}

static void softmax_matches_finite_differences(void **state)
{
    (void)state;
    check_gradient(softmax);
    check_gradient(softmax_of_sure_rows);
}

static void latent_half_of_a_vae_matches_finite_differences(void **state)
{
    (void)state;
    check_gradient(latent);
    check_gradient(latent_without_noise);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bce_matches_finite_differences),
        cmocka_unit_test(minimax_matches_finite_differences),
        cmocka_unit_test(bernoulli_matches_finite_differences),
        cmocka_unit_test(gaussian_matches_finite_differences),
        cmocka_unit_test(softmax_matches_finite_differences),
        cmocka_unit_test(latent_half_of_a_vae_matches_finite_differences),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
