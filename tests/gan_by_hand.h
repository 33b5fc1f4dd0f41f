/* gan_by_hand.h: a GAN of a few weights, and all figures of its step computed a
 * second time, plainly and in double, from the random numbers and samples at
 * their addresses. */
#ifndef GT_TESTS_GAN_BY_HAND_H
#define GT_TESTS_GAN_BY_HAND_H

#include "task_fixture.h"

enum { G, D };
enum { LATENT = 3, BATCH = 48, SHARDS = 12 };

/* 103 samples: batches of 48, 48 and 7. The last fills two shards of 3 and 4
 * samples, so that from three ranks on some have none. */
static const char *const points =
    "task: gan\n"
    "data: {uri: \"ring?count=103&test_count=41\", image: 2}\n"
    "model:\n"
    "  latent: 3\n"
    "  generator: [dense: {units: 2}]\n"
    "  discriminator: [batch_norm, dense: {units: 1}]\n"
    "optimizer: {kind: sgd, lr: 0.1, momentum: 0.5}\n"
    "train: {batch: 48, shards: 12, steps: 10}\n";

typedef struct gan_batch {
    int n;
    double real[BATCH][2], fake[BATCH][2];
} gan_batch;

typedef struct moments {
    double mean[2], var[2]; /* of the population */
} moments;

/* The figures of a whole batch, and its statistics. */
typedef struct gan_figures {
    double loss_d, loss_g, d_real, d_fake;
    double state[4]; /* means, then unbiased variances */
} gan_figures;

/* Batch `number`: its samples, and the images that G with its present weights
 * generates from its latents. */
static inline void make_batch(const fixture *f, uint64_t number, gan_batch *e)
{
    const gt_real *weight = param_of(f, G, 0, 0), *bias = param_of(f, G, 0, 1);
    gt_rng at = {.seed = (uint64_t)gt_train_config_of(f->config)->seed,
                 .step = (uint32_t)number,
                 .stream = GT_STREAM_LATENT};
    e->n = batch_samples(f, number);
    for (int i = 0; i < e->n; i++) {
        gt_real x[2], z[LATENT];
        batch_sample(f, number, i, x);
        at.sample = (uint64_t)i;
        gt_rng_normal(at, z, LATENT);
        for (int c = 0; c < 2; c++) {
            e->real[i][c] = (double)x[c];
            e->fake[i][c] = (double)bias[c];
            for (int k = 0; k < LATENT; k++)
                e->fake[i][c] += (double)z[k] * (double)weight[2 * k + c];
        }
    }
}

static inline moments moments_of(double (*x)[2], int n)
{
    moments m = {0};
    for (int c = 0; c < 2; c++) {
        for (int i = 0; i < n; i++)
            m.mean[c] += x[i][c] / n;
        for (int i = 0; i < n; i++)
            m.var[c] += pow(x[i][c] - m.mean[c], 2) / n;
    }
    return m;
}

/* D's logit with its present weights. */
static inline double logit_of(const fixture *f, const double x[2], moments m)
{
    double logit = (double)*param_of(f, D, 1, 1);
    for (int c = 0; c < 2; c++) {
        double h = (x[c] - m.mean[c]) / sqrt(m.var[c] + 1e-5);
        h = h * (double)param_of(f, D, 0, 0)[c] +
            (double)param_of(f, D, 0, 1)[c];
        logit += h * (double)param_of(f, D, 1, 0)[c];
    }
    return logit;
}

static inline double softplus(double x)
{
    return log1p(exp(x));
}

static inline double sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

/* One shard, normalised by `of_real` and `of_fake`; v->state is left alone. */
static inline void add_shard(const fixture *f, gan_batch *e, int first, int n,
                             moments of_real, moments of_fake, gan_figures *v)
{
    for (int i = first; i < first + n; i++) {
        double real = logit_of(f, e->real[i], of_real);
        double fake = logit_of(f, e->fake[i], of_fake);
        v->loss_d += (softplus(-real) + softplus(fake)) / e->n;
        v->loss_g += softplus(-fake) / e->n;
        v->d_real += sigmoid(real) / e->n;
        v->d_fake += sigmoid(fake) / e->n;
    }
}

/* Real and generated samples normalised separately, in `shards` shards. */
static inline gan_figures figures_in_shards(const fixture *f, gan_batch *e,
                                            int shards)
{
    gan_figures v = {0};
    for (int s = 0; s < shards; s++) {
        int first, n;
        gt_shard_bounds(e->n, BATCH, shards, s, &first, &n);
        if (n == 0)
            continue;
        moments real = moments_of(e->real + first, n);
        moments fake = moments_of(e->fake + first, n);
        add_shard(f, e, first, n, real, fake, &v);
        double half = 0.5 * n / e->n, unbias = (double)n / (n - 1);
        for (int c = 0; c < 2; c++) {
            v.state[c] += half * (real.mean[c] + fake.mean[c]);
            v.state[2 + c] += half * unbias * (real.var[c] + fake.var[c]);
        }
    }
    return v;
}

static inline gan_figures figures_of(const fixture *f, gan_batch *e)
{
    return figures_in_shards(f, e, SHARDS);
}

/* The classical mistake: both go through D in one batch. */
static inline gan_figures figures_if_mixed(const fixture *f, gan_batch *e)
{
    gan_figures v = {0};
    for (int s = 0; s < SHARDS; s++) {
        int first, n;
        double both[2 * BATCH][2];
        gt_shard_bounds(e->n, BATCH, SHARDS, s, &first, &n);
        if (n == 0)
            continue;
        memcpy(both, e->real + first, (size_t)n * sizeof *both);
        memcpy(both + n, e->fake + first, (size_t)n * sizeof *both);
        moments mixed = moments_of(both, 2 * n);
        add_shard(f, e, first, n, mixed, mixed, &v);
    }
    return v;
}

/* Running statistics after one more batch. */
static inline void update_running(double running[4], const gan_figures *v)
{
    for (int c = 0; c < 4; c++)
        running[c] += 0.1 * (v->state[c] - running[c]);
}

#endif
