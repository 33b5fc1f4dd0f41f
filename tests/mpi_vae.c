/* The usual mistakes of data-parallel VAEs: ranks that draw the same noise,
 * means over ranks instead of samples, figures that depend on the number of
 * ranks. A VAE of a few weights is computed a second time by hand, with the
 * gradients of its biases, from the noise and the samples at their addresses.
 */
#include "near.h"
#include "task_fixture.h"

enum { ENCODER, DECODER };
enum { LATENT = 2 };

static const double SIGMA = 0.5, BETA = 0.3;

static gt_comm *comm;

/* 103 samples: batches of 48, 48 and 7. The last fills two shards of 3 and 4
 * samples, so that from three ranks on some have none. */
static const char *const points =
    "task: vae\n"
    "data: {uri: \"ring?count=103&test_count=41\", image: 2}\n"
    "model:\n"
    "  latent: 2\n"
    "  encoder: [dense: {units: 4}]\n"
    "  decoder: [dense: {units: 2}]\n"
    "  likelihood: gaussian\n"
    "  sigma: 0.5\n"
    "  beta: 0.3\n"
    "optimizer: {kind: sgd, lr: 0.05, momentum: 0}\n"
    "train: {batch: 48, shards: 12, steps: 10}\n";

/* 100 samples: the fifth batch has 4, in two shards. */
static const char *const pictures =
    "task: vae\n"
    "data: {uri: \"glyphs?count=100&test_count=41\", image: [12, 12, 1],\n"
    "  range: unit}\n"
    "model:\n"
    "  latent: 4\n"
    "  encoder:\n"
    "    - flatten\n"
    "    - dense: {units: 16, bias: false}\n"
    "    - batch_norm\n"
    "    - relu\n"
    "    - dropout: {rate: 0.2}\n"
    "    - dense: {units: 8}\n"
    "  decoder:\n"
    "    - dense: {units: 16}\n"
    "    - tanh\n"
    "    - dense: {units: 144}\n"
    "    - reshape: {shape: [12, 12, 1]}\n"
    "  likelihood: bernoulli\n"
    "optimizer: {kind: sgd, lr: 1e-3, momentum: 0.5}\n"
    "train: {batch: 24, shards: 12, steps: 10}\n";

/* Means over a batch: figures, and gradients of the two biases. */
typedef struct means {
    double recon, kl;
    double d_encoder[2 * LATENT], d_decoder[2];
} means;

/* y = x weight + bias. */
static void apply_dense(const fixture *f, int learner, const double *x, int in,
                        double *y, int out)
{
    const gt_real *weight = param_of(f, learner, 0, 0);
    for (int o = 0; o < out; o++) {
        y[o] = (double)param_of(f, learner, 0, 1)[o];
        for (int k = 0; k < in; k++)
            y[o] += x[k] * (double)weight[k * out + o];
    }
}

/* One of n samples, with the noise at `at`. */
static void add_sample(const fixture *f, const gt_real sample[2], gt_rng at,
                       double beta, int n, means *m)
{
    const double two_pi = 6.283185307179586;
    double x[2] = {(double)sample[0], (double)sample[1]};
    double code[2 * LATENT], z[LATENT], y[2], dy[2];
    gt_real eps[LATENT];
    gt_rng_normal(at, eps, LATENT);
    apply_dense(f, ENCODER, x, 2, code, 2 * LATENT);
    for (int j = 0; j < LATENT; j++)
        z[j] = code[j] + exp(code[LATENT + j] / 2) * (double)eps[j];
    apply_dense(f, DECODER, z, LATENT, y, 2);
    for (int c = 0; c < 2; c++) {
        double off = (y[c] - x[c]) / SIGMA;
        m->recon += (off * off + log(two_pi * SIGMA * SIGMA)) / 2 / n;
        dy[c] = off / SIGMA / n;
        m->d_decoder[c] += dy[c];
    }
    for (int j = 0; j < LATENT; j++) {
        const gt_real *row = param_of(f, DECODER, 0, 0) + 2 * j;
        double mu = code[j], logvar = code[LATENT + j], var = exp(logvar);
        double dz = dy[0] * (double)row[0] + dy[1] * (double)row[1];
        m->kl += (mu * mu + var - 1 - logvar) / 2 / n;
        m->d_encoder[j] += dz + beta * mu / n;
        m->d_encoder[LATENT + j] +=
            (dz * (double)eps[j] * sqrt(var) + beta * (var - 1) / n) / 2;
    }
}

static means means_of_batch(const fixture *f, uint64_t number, double beta)
{
    means m = {0};
    gt_rng at = {.seed = (uint64_t)gt_train_config_of(f->config)->seed,
                 .step = (uint32_t)number,
                 .stream = GT_STREAM_REPARAM};
    int n = batch_samples(f, number);
    for (int i = 0; i < n; i++) {
        gt_real x[2];
        batch_sample(f, number, i, x);
        at.sample = (uint64_t)i;
        add_sample(f, x, at, beta, n, &m);
    }
    return m;
}

static means validation_means(const fixture *f)
{
    means m = {0};
    gt_rng at = {.seed = (uint64_t)gt_train_config_of(f->config)->seed,
                 .stream = GT_STREAM_EVAL};
    int n = (int)f->test_source->count;
    for (; at.sample < (uint64_t)n; at.sample++) {
        gt_real x[2];
        read_one(f->test_source, at.sample, GT_RANGE_SYMMETRIC, x);
        add_sample(f, x, at, 1, n, &m);
    }
    return m;
}

/* The mean gradient of a bias: without momentum it is what m holds. */
static const gt_real *bias_gradient(const fixture *f, int learner)
{
    const gt_learner *l = f->task->learner[learner];
    return whole_m(f, learner) + l->net->layers[0].param[1].offset;
}

static void check_step(fixture *f, double beta)
{
    means want = means_of_batch(f, f->step, beta);
    fixture_step(f, 1);
    assert_near(figure(f, "recon"), want.recon, 1e-5);
    assert_near(figure(f, "kl"), want.kl, 1e-5);
    assert_near(figure(f, "loss"), want.recon + beta * want.kl, 1e-5);
    assert_near(figure(f, "beta"), beta, 1e-12);
    assert_all_near(bias_gradient(f, ENCODER), want.d_encoder, 2 * LATENT,
                    1e-5);
    assert_all_near(bias_gradient(f, DECODER), want.d_decoder, 2, 1e-5);
}

static void every_sample_weighs_the_same_and_has_its_own_noise(void **state)
{
    (void)state;
    fixture f;
    fixture_open(&f, comm, points, NO_SETS);
    assert_int_equal(batch_samples(&f, 1), 48);
    assert_int_equal(batch_samples(&f, 2), 7);
    for (int step = 0; step < 7; step++)
        check_step(&f, BETA);
    fixture_close(&f);
}

static void beta_rises_linearly_from_0(void **state)
{
    (void)state;
    fixture f;
    fixture_open(&f, comm, points, SETS("model.beta_warmup_steps=3"));
    for (int step = 0; step < 5; step++)
        check_step(&f, step < 3 ? BETA * step / 3 : BETA);
    fixture_close(&f);
}

static void validation_figures_are_means_over_all_test_samples(void **state)
{
    (void)state;
    fixture f;
    fixture_open(&f, comm, points, NO_SETS);
    for (int round = 0; round < 2; round++) {
        means want = validation_means(&f);
        fixture_validate(&f);
        assert_near(figure(&f, "test_recon"), want.recon, 1e-5);
        assert_near(figure(&f, "test_kl"), want.kl, 1e-5);
        assert_near(figure(&f, "test_loss"), want.recon + want.kl, 1e-5);
        fixture_step(&f, 4);
    }
    fixture_close(&f);
}

static void validation_figures_are_equal_to_the_bit_on_any_ranks(void **state)
{
    (void)state;
    fixture all, one;
    fixture_open(&all, comm, pictures, NO_SETS);
    fixture_open(&one, comm_of_one(), pictures, NO_SETS);
    fixture_validate(&all);
    fixture_validate(&one);
    /* Of held-out samples and, as there is batch norm, of training ones. */
    assert_int_equal(all.metrics.count, 6);
    assert_string_equal(all.metrics.entry[3].key, "train_loss");
    for (int i = 0; i < 6; i++) {
        double value = all.metrics.entry[i].value;
        assert_true(value > 0 && value == one.metrics.entry[i].value);
        assert_same_on_all_ranks(comm, all.metrics.entry[i].key, &value,
                                 sizeof value);
    }
    fixture_close(&all);
    fixture_close(&one);
}

static void replicas_are_equal_to_the_bit_after_several_steps(void **state)
{
    (void)state;
    fixture f;
    fixture_open(&f, comm, pictures, SETS("optimizer.kind=adam"));
    uint64_t encoder = hash_of_params(&f, ENCODER);
    uint64_t decoder = hash_of_params(&f, DECODER);
    fixture_step(&f, 7);
    assert_true(hash_of_params(&f, ENCODER) != encoder);
    assert_true(hash_of_params(&f, DECODER) != decoder);
    assert_replicas_are_equal(&f);
    fixture_close(&f);
}

static void one_rank_alone_comes_to_the_same_results(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        const char *sync = i == 2 ? "norm.sync=true" : "norm.sync=false";
        fixture all, one;
        fixture_open(&all, comm, i ? pictures : points, SETS(sync));
        fixture_open(&one, comm_of_one(), i ? pictures : points, SETS(sync));
        fixture_step(&all, 7);
        fixture_step(&one, 7);
        assert_states_near(&all, &one, 0);
        fixture_validate(&all);
        fixture_validate(&one);
        for (int k = 0; k < 3; k++)
            assert_near(all.metrics.entry[k].value, one.metrics.entry[k].value,
                        1e-6);
        fixture_close(&all);
        fixture_close(&one);
    }
}

static void a_stop_that_one_rank_wants_reaches_all_ranks(void **state)
{
    (void)state;
    assert_a_stop_reaches_all(comm, points, NO_SETS);
}

int main(int argc, char **argv)
{
    if (gt_comm_init(&comm, &argc, &argv) != GT_OK)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_sample_weighs_the_same_and_has_its_own_noise),
        cmocka_unit_test(beta_rises_linearly_from_0),
        cmocka_unit_test(validation_figures_are_means_over_all_test_samples),
        cmocka_unit_test(validation_figures_are_equal_to_the_bit_on_any_ranks),
        cmocka_unit_test(replicas_are_equal_to_the_bit_after_several_steps),
        cmocka_unit_test(one_rank_alone_comes_to_the_same_results),
        cmocka_unit_test(a_stop_that_one_rank_wants_reaches_all_ranks),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    gt_comm_finalize(comm);
    return failed;
}
