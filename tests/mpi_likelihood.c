/* The likelihood of held-out samples against what is known exactly: a VAE of
 * dense layers without activation is a Gaussian N(b, W W' + sigma^2 I). With
 * columns of W that have nothing in common its posterior has a diagonal
 * covariance, so that an encoder can be the exact posterior. */
#include "near.h"
#include "task_fixture.h"

#include "eval/codes.h"
#include "eval/likelihood.h"
#include "eval/metrics.h"

enum { ENCODER, DECODER };
enum { SIZE = 144, LATENT = 4, TESTS = 41, BLOCK = 8, CLASSES = 10 };

static const double SIGMA = 0.5;

static gt_comm *comm;

static const char *const linear =
    "task: vae\n"
    "data: {uri: \"glyphs?count=100&test_count=41\", image: [12, 12, 1]}\n"
    "model:\n"
    "  latent: 4\n"
    "  encoder: [flatten, dense: {units: 8}]\n"
    "  decoder:\n"
    "    - dense: {units: 144}\n"
    "    - reshape: {shape: [12, 12, 1]}\n"
    "  likelihood: gaussian\n"
    "  sigma: 0.5\n"
    "train: {batch: 24, shards: 12, steps: 10}\n";

/* The label of a sample is worth a constant in each of its pixels. */
static const char *const labelled =
    "task: vae\n"
    "data: {uri: \"glyphs?count=100&test_count=41\", image: [12, 12, 1],\n"
    "  classes: 10}\n"
    "model:\n"
    "  latent: 4\n"
    "  encoder:\n"
    "    - flatten\n"
    "    - dense: {units: 8, from: [previous, label]}\n"
    "  decoder:\n"
    "    - dense: {units: 144, from: [z, label]}\n"
    "    - reshape: {shape: [12, 12, 1]}\n"
    "  likelihood: gaussian\n"
    "  sigma: 0.5\n"
    "train: {batch: 24, shards: 12, steps: 10}\n";

static const char *const bernoulli =
    "task: vae\n"
    "data: {uri: \"glyphs?count=100&test_count=41\", image: [12, 12, 1],\n"
    "  range: unit}\n"
    "model:\n"
    "  latent: 4\n"
    "  encoder: [flatten, dense: {units: 16}, tanh, dense: {units: 8}]\n"
    "  decoder:\n"
    "    - dense: {units: 16}\n"
    "    - tanh\n"
    "    - dense: {units: 144}\n"
    "    - reshape: {shape: [12, 12, 1]}\n"
    "  likelihood: bernoulli\n"
    "train: {batch: 24, shards: 12, steps: 10}\n";

static const char *const adversarial =
    "task: gan\n"
    "data: {uri: \"ring?count=100&test_count=41\", image: 2}\n"
    "model:\n"
    "  latent: 2\n"
    "  generator: [dense: {units: 2}]\n"
    "  discriminator: [dense: {units: 1}]\n"
    "train: {batch: 24, shards: 12, steps: 10}\n";

/* --- A trained model, as `eval` has it. */

typedef struct model {
    gt_config *config;
    gt_source *source;
    gt_task *task;
    gt_reader reader;
} model;

static void model_open(model *m, gt_comm *ranks, const char *text, int block)
{
    succeeds(gt_config_parse(&m->config, &gt_train_schema, "my.yaml", text,
                             strlen(text), NULL, 0));
    const gt_data_config *data = gt_data_config_of(m->config);
    succeeds(open_uri(&m->source, data->uri, GT_SPLIT_TEST, data->image));
    gt_task_setup setup = {
        .config = m->config, .comm = ranks, .n_shards = 1, .max_n = block};
    succeeds(gt_task_new(&m->task, &setup));
    succeeds(gt_reader_open(&m->reader, m->source, data));
}

static void model_close(model *m)
{
    gt_reader_close(&m->reader);
    gt_task_free(m->task);
    gt_source_close(m->source);
    gt_config_free(m->config);
}

/* Weight [in x out], and bias, of the first layer that has any. */
static gt_real *tensor(const model *m, int learner, int number)
{
    gt_network *net = m->task->learner[learner]->net;
    int i = 0;
    while (net->layers[i].n_params == 0)
        i++;
    return net->params + net->layers[i].param[number].offset;
}

/* Pixel p belongs to latent p % LATENT; the last latent has none. */
static double weight_of(int pixel)
{
    return pixel % LATENT == LATENT - 1 ? 0 : 0.125 * (1 + pixel % 3);
}

static double class_mean(int label)
{
    return 0.25 * label - 1;
}

static double square_of(int latent)
{
    double sum = 0;
    for (int p = latent; p < SIZE; p += LATENT)
        sum += weight_of(p) * weight_of(p);
    return sum;
}

/* Write W into the decoder, and into the encoder the posterior, its mean moved
 * by `off` deviations and its variance times `wide`. */
static void set_weights(const model *m, double off, double wide)
{
    int labels = (int)gt_data_config_of(m->config)->classes;
    gt_real *w = tensor(m, DECODER, 0), *e = tensor(m, ENCODER, 0);
    gt_real *bias = tensor(m, ENCODER, 1);
    memset(e, 0, (size_t)(SIZE + labels) * 2 * LATENT * sizeof *e);
    memset(w, 0, (size_t)(LATENT + labels) * SIZE * sizeof *w);
    for (int p = 0; p < SIZE; p++) {
        int j = p % LATENT;
        double variance = SIGMA * SIGMA + square_of(j);
        w[j * SIZE + p] = (gt_real)weight_of(p);
        e[p * 2 * LATENT + j] = (gt_real)(weight_of(p) / variance);
        for (int c = 0; c < labels; c++) {
            w[(LATENT + c) * SIZE + p] = (gt_real)class_mean(c);
            e[(SIZE + c) * 2 * LATENT + j] -=
                (gt_real)(weight_of(p) / variance * class_mean(c));
        }
    }
    for (int j = 0; j < LATENT; j++) {
        double variance = SIGMA * SIGMA / (SIGMA * SIGMA + square_of(j));
        bias[j] = (gt_real)(off * sqrt(variance));
        bias[LATENT + j] = (gt_real)log(variance * wide);
    }
    for (int i = 0; i < 2; i++)
        gt_network_parametrize(m->task->learner[i]->net);
}

/* -log N(x; b, W W' + sigma^2 I), by Woodbury's formula. */
static double exact_nll(const gt_real *x, double mean)
{
    const double two_pi = 6.283185307179586;
    double s = SIGMA * SIGMA, squares = 0, nll = 0;
    for (int p = 0; p < SIZE; p++)
        squares += pow((double)x[p] - mean, 2);
    nll = SIZE * log(two_pi * s) / 2 + squares / (2 * s);
    for (int j = 0; j < LATENT; j++) {
        double along = 0, square = square_of(j);
        for (int p = j; p < SIZE; p += LATENT)
            along += weight_of(p) * ((double)x[p] - mean);
        nll += log(1 + square / s) / 2 - along * along / (2 * s * (s + square));
    }
    return nll;
}

static void exact_of_all(const model *m, double nll[TESTS], double *mean)
{
    gt_range range = (gt_range)gt_data_config_of(m->config)->range;
    bool labels = gt_data_config_of(m->config)->classes > 0;
    *mean = 0;
    for (int i = 0; i < TESTS; i++) {
        gt_real x[SIZE];
        read_one(m->source, (uint64_t)i, range, x);
        int label = label_of(m->source, (uint64_t)i);
        nll[i] = exact_nll(x, labels ? class_mean(label) : 0);
        *mean += nll[i] / TESTS;
    }
}

static gt_likelihood_figures evaluate(model *m, int draws, double *each)
{
    gt_likelihood_figures out;
    gt_likelihood_options options = {.draws = draws, .seed = 5, .each = each};
    succeeds(
        gt_likelihood_evaluate(m->task, &m->reader, TESTS, &options, &out));
    return out;
}

/* --- Tests. */

static void the_exact_posterior_finds_the_likelihood_with_one_draw(void **state)
{
    (void)state;
    const char *const texts[] = {linear, labelled};
    for (int t = 0; t < 2; t++) {
        double want[TESTS], each[TESTS], mean, squares = 0;
        model m;
        model_open(&m, comm, texts[t], BLOCK);
        set_weights(&m, 0, 1);
        exact_of_all(&m, want, &mean);
        for (int draws = 1; draws <= 30; draws += 29) {
            gt_likelihood_figures got = evaluate(&m, draws, each);
            for (int i = 0; i < TESTS; i++)
                assert_near(each[i], want[i], 1e-5);
            assert_near(got.nll.value, mean, 1e-5);
            assert_true(got.likelihood);
            assert_int_equal(got.latents, LATENT);
            assert_int_equal(got.active, LATENT - 1);
        }
        for (int i = 0; i < TESTS; i++)
            squares += pow(want[i] - mean, 2);
        assert_near(evaluate(&m, 1, NULL).nll.error,
                    sqrt(squares / (TESTS - 1) / TESTS), 1e-4);
        model_close(&m);
    }
}

static void a_sloppy_encoder_finds_it_with_many_draws(void **state)
{
    (void)state;
    double want[TESTS], mean;
    model m;
    model_open(&m, comm, linear, BLOCK);
    set_weights(&m, 0.4, 1.5);
    exact_of_all(&m, want, &mean);
    gt_likelihood_figures got = evaluate(&m, 5000, NULL);
    assert_true(fabs(got.nll.value - mean) < 0.01);
    /* The bound is off by KL(q || p(z|x)) of each of the latents. */
    double gap = LATENT * (1.5 + 0.4 * 0.4 - 1 - log(1.5)) / 2;
    assert_true(fabs(-got.elbo.value - mean - gap) < 0.05);
    assert_true(got.nll.value < -got.elbo.value);
    assert_near(got.recon.value + got.kl.value, -got.elbo.value, 1e-12);
    model_close(&m);
}

/* log p(x|z) + log p(z) - log q(z|x) of the draw at its address. */
static double weight_by_hand(const gt_real *x, int number, double off,
                             double wide)
{
    gt_real eps[LATENT];
    gt_rng at = {
        .seed = 5, .sample = (uint64_t)number, .stream = GT_STREAM_EVAL};
    double z[LATENT], s = SIGMA * SIGMA, w = 0;
    gt_rng_normal(at, eps, LATENT);
    for (int j = 0; j < LATENT; j++) {
        double mu = 0, exact = s / (s + square_of(j)), e = (double)eps[j];
        for (int p = j; p < SIZE; p += LATENT)
            mu += weight_of(p) * (double)x[p] / (s + square_of(j));
        z[j] = mu + off * sqrt(exact) + sqrt(exact * wide) * e;
        w += (e * e + log(exact * wide) - z[j] * z[j]) / 2;
    }
    for (int p = 0; p < SIZE; p++)
        w -= pow((double)x[p] - weight_of(p) * z[p % LATENT], 2) / (2 * s) +
             log(6.283185307179586 * s) / 2;
    return w;
}

static void one_draw_is_the_weight_of_the_draw_at_its_address(void **state)
{
    (void)state;
    double each[TESTS];
    model m;
    model_open(&m, comm, linear, BLOCK);
    set_weights(&m, 0.4, 1.5);
    evaluate(&m, 1, each);
    for (int i = 0; i < TESTS; i++) {
        gt_real x[SIZE];
        read_one(m.source, (uint64_t)i, GT_RANGE_SYMMETRIC, x);
        assert_near(each[i], -weight_by_hand(x, i, 0.4, 1.5), 1e-5);
    }
    model_close(&m);
}

static void the_bound_of_one_draw_is_that_of_validation(void **state)
{
    (void)state;
    fixture f;
    fixture_open(&f, comm, bernoulli, SETS("train.seed=5"));
    fixture_step(&f, 7);
    fixture_validate(&f);
    gt_reader reader;
    gt_likelihood_figures got;
    gt_likelihood_options options = {.draws = 1, .seed = 5};
    succeeds(
        gt_reader_open(&reader, f.test_source, gt_data_config_of(f.config)));
    succeeds(gt_likelihood_evaluate(f.task, &reader, TESTS, &options, &got));
    assert_near(got.recon.value, figure(&f, "test_recon"), 1e-6);
    assert_near(got.kl.value, figure(&f, "test_kl"), 1e-6);
    assert_near(-got.elbo.value, figure(&f, "test_loss"), 1e-6);
    gt_reader_close(&reader);
    fixture_close(&f);
}

static void assert_same_figures(const gt_likelihood_figures *a,
                                const gt_likelihood_figures *b)
{
    const gt_estimate of[][2] = {{a->elbo, b->elbo}, {a->recon, b->recon},
                                 {a->kl, b->kl},     {a->nll, b->nll},
                                 {a->bits, b->bits}, {a->error, b->error}};
    for (size_t i = 0; i < sizeof of / sizeof *of; i++)
        assert_memory_equal(&of[i][0], &of[i][1], sizeof of[i][0]);
    assert_int_equal(a->active, b->active);
}

static void any_number_of_ranks_finds_the_same_bits(void **state)
{
    (void)state;
    const char *const texts[] = {linear, labelled, bernoulli};
    for (int t = 0; t < 3; t++) {
        double of_all[TESTS], of_one[TESTS];
        model all, one;
        model_open(&all, comm, texts[t], BLOCK);
        model_open(&one, comm_of_one(), texts[t], BLOCK);
        gt_likelihood_figures got = evaluate(&all, 7, of_all);
        gt_likelihood_figures want = evaluate(&one, 7, of_one);
        assert_same_figures(&got, &want);
        assert_memory_equal(of_all, of_one, sizeof of_all);
        model_close(&all);
        model_close(&one);
    }
}

static void a_sample_does_not_depend_on_others(void **state)
{
    (void)state;
    double of_all[TESTS], of_few[TESTS];
    gt_likelihood_figures out;
    gt_likelihood_options options = {.draws = 7, .seed = 5, .each = of_few};
    model m;
    model_open(&m, comm, bernoulli, BLOCK);
    evaluate(&m, 7, of_all);
    model_close(&m);
    char fewer[1024];
    snprintf(fewer, sizeof fewer, "%s", bernoulli);
    char *count = strstr(fewer, "test_count=41");
    assert_non_null(count);
    memcpy(count, "test_count=19", 13); /* the first of them */
    model_open(&m, comm, fewer, BLOCK);
    succeeds(gt_likelihood_evaluate(m.task, &m.reader, 19, &options, &out));
    assert_memory_equal(of_few, of_all, 19 * sizeof *of_all);
    model_close(&m);
    static const int blocks[] = {1, 5, TESTS, 100};
    for (int i = 0; i < 4; i++) { /* but for how products are rounded */
        model_open(&m, comm, bernoulli, blocks[i]);
        evaluate(&m, 7, of_few);
        for (int k = 0; k < TESTS; k++)
            assert_near(of_few[k], of_all[k], 1e-6);
        model_close(&m);
    }
}

static void bits_are_of_the_data(void **state)
{
    (void)state;
    model m;
    model_open(&m, comm, linear, BLOCK);
    gt_likelihood_figures got = evaluate(&m, 3, NULL);
    assert_near(got.bits.value,
                (got.nll.value + SIZE * log(127.5)) / SIZE / log(2), 1e-12);
    model_close(&m);
}

static void the_error_is_in_units_of_the_data(void **state)
{
    (void)state;
    model m;
    model_open(&m, comm, linear, BLOCK);
    set_weights(&m, 0, 1);
    double want = 0;
    for (int i = 0; i < TESTS; i++) {
        gt_real x[SIZE];
        double mu[LATENT] = {0};
        read_one(m.source, (uint64_t)i, GT_RANGE_SYMMETRIC, x);
        for (int p = 0; p < SIZE; p++)
            mu[p % LATENT] += weight_of(p) * (double)x[p] /
                              (SIGMA * SIGMA + square_of(p % LATENT));
        for (int p = 0; p < SIZE; p++)
            want +=
                pow(127.5 * ((double)x[p] - weight_of(p) * mu[p % LATENT]), 2) /
                SIZE / TESTS;
    }
    assert_near(evaluate(&m, 1, NULL).error.value, want, 1e-5);
    model_close(&m);
}

/* Pixels that are black or white. */
static const gt_source_type *grey;

static gt_status read_binary(const gt_source *source, const uint64_t *numbers,
                             int n, const gt_source_rows *to)
{
    gt_status status = grey->read(source, numbers, n, to);
    for (int i = 0; to->bytes && i < n * SIZE; i++)
        to->bytes[i] = to->bytes[i] < 128 ? 0 : 255;
    return status;
}

static void grey_values_have_no_bernoulli_likelihood(void **state)
{
    (void)state;
    model m;
    model_open(&m, comm, bernoulli, BLOCK);
    gt_likelihood_figures got = evaluate(&m, 3, NULL);
    assert_false(got.likelihood);
    assert_true(isnan(got.bits.value) && isfinite(got.nll.value));
    gt_source_type binary = *m.source->type;
    grey = m.source->type;
    binary.read = read_binary;
    m.source->type = &binary;
    got = evaluate(&m, 3, NULL);
    assert_true(got.likelihood);
    assert_near(got.bits.value, got.nll.value / SIZE / log(2), 1e-12);
    m.source->type = grey;
    model_close(&m);
}

static void codes_come_with_all_that_is_known_of_samples(void **state)
{
    (void)state;
    gt_codes all, one;
    model m, alone;
    model_open(&m, comm, linear, BLOCK);
    model_open(&alone, comm_of_one(), linear, BLOCK);
    set_weights(&m, 0, 1);
    set_weights(&alone, 0, 1);
    succeeds(gt_codes_collect(&all, m.task, &m.reader, m.source, TESTS));
    succeeds(
        gt_codes_collect(&one, alone.task, &alone.reader, alone.source, TESTS));
    assert_true(all.n == TESTS && all.latents == LATENT);
    assert_true(all.factors == m.source->n_conditions + 1);
    assert_string_equal(all.name[0], m.source->conditions[0].name);
    assert_string_equal(all.name[all.factors - 1], "label");
    assert_true(!all.is_class[0] && all.is_class[all.factors - 1]);
    assert_memory_equal(all.mu, one.mu, TESTS * LATENT * sizeof *all.mu);
    assert_memory_equal(all.factor, one.factor,
                        TESTS * (size_t)all.factors * sizeof *all.factor);
    for (int i = 0; i < TESTS; i++) {
        gt_real x[SIZE];
        double mu = 0;
        read_one(m.source, (uint64_t)i, GT_RANGE_SYMMETRIC, x);
        for (int p = 1; p < SIZE; p += LATENT)
            mu += weight_of(p) * (double)x[p] / (SIGMA * SIGMA + square_of(1));
        assert_near((double)all.mu[i * LATENT + 1], mu, 1e-5);
        assert_int_equal((int)all.factor[(i + 1) * all.factors - 1],
                         label_of(m.source, (uint64_t)i));
    }
    gt_codes_free(&all);
    gt_codes_free(&one);
    model_close(&m);
    model_close(&alone);
}

static double metric(const gt_eval_figures *figures, const char *key)
{
    gt_estimate found;
    if (!gt_eval_figures_find(figures, key, &found))
        return NAN;
    return found.value;
}

static void metrics_have_the_names_of_figures(void **state)
{
    (void)state;
    gt_eval_choice choice;
    gt_eval_figures figures = {0};
    model m;
    model_open(&m, comm, linear, BLOCK);
    set_weights(&m, 0, 1);
    gt_likelihood_figures want = evaluate(&m, 2, NULL);
    gt_subject subject = {.comm = comm,
                          .task = m.task,
                          .test = &m.reader,
                          .samples = 1000,
                          .seed = 5,
                          .draws = 2};
    succeeds(gt_eval_choose("likelihood,disentanglement", &choice));
    succeeds(gt_eval_check(&choice, &subject));
    succeeds(gt_eval_run(&choice, &subject, &figures));
    assert_true(metric(&figures, "elbo") == want.elbo.value);
    assert_true(metric(&figures, "recon") == want.recon.value);
    assert_true(metric(&figures, "kl") == want.kl.value);
    assert_true(metric(&figures, "nll") == want.nll.value);
    assert_true(metric(&figures, "bits_per_dimension") == want.bits.value);
    assert_true(metric(&figures, "reconstruction_error") == want.error.value);
    assert_true(metric(&figures, "active_units") == LATENT - 1);
    const char *const more[] = {"mig", "sap", "dci_disentanglement",
                                "dci_completeness", "dci_informativeness"};
    for (int i = 0; i < 5; i++)
        assert_true(metric(&figures, more[i]) >= 0 &&
                    metric(&figures, more[i]) <= 1);
    subject.samples = 5; /* too few, which is said and spoils nothing */
    figures.count = 0;
    succeeds(gt_eval_run(&choice, &subject, &figures));
    assert_true(metric(&figures, "nll") != want.nll.value);
    assert_true(isnan(metric(&figures, "mig")));
    model_close(&m);
    model_open(&m, comm, bernoulli, BLOCK); /* grey values have scores */
    subject.task = m.task;
    subject.test = &m.reader;
    subject.samples = 1000;
    figures.count = 0;
    succeeds(gt_eval_run(&choice, &subject, &figures));
    assert_true(isnan(metric(&figures, "nll")));
    assert_true(isnan(metric(&figures, "bits_per_dimension")));
    assert_true(metric(&figures, "nll_score") > 0);
    assert_true(metric(&figures, "elbo_score") < 0);
    model_close(&m);
    model_open(&m, comm, adversarial, BLOCK);
    subject.task = m.task;
    subject.test = &m.reader;
    assert_int_equal(gt_eval_check(&choice, &subject), GT_ERR_MISMATCH);
    model_close(&m);
}

static void what_has_no_likelihood_is_refused(void **state)
{
    (void)state;
    gt_likelihood_figures out;
    gt_likelihood_options options = {.draws = 0};
    gt_codes codes;
    model m;
    model_open(&m, comm, linear, BLOCK);
    assert_int_equal(
        gt_likelihood_evaluate(m.task, &m.reader, TESTS, &options, &out),
        GT_ERR_CONFIG);
    tensor(&m, DECODER, 1)[3] = NAN;
    gt_network_parametrize(m.task->learner[DECODER]->net);
    options.draws = 2;
    assert_int_equal(
        gt_likelihood_evaluate(m.task, &m.reader, TESTS, &options, &out),
        GT_ERR_NUMERIC);
    model_close(&m);
    model_open(&m, comm, adversarial, BLOCK);
    assert_int_equal(
        gt_likelihood_evaluate(m.task, &m.reader, TESTS, &options, &out),
        GT_ERR_MISMATCH);
    assert_int_equal(
        gt_codes_collect(&codes, m.task, &m.reader, m.source, TESTS),
        GT_ERR_MISMATCH);
    model_close(&m);
}

int main(int argc, char **argv)
{
    if (gt_comm_init(&comm, &argc, &argv) != GT_OK)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            the_exact_posterior_finds_the_likelihood_with_one_draw),
        cmocka_unit_test(a_sloppy_encoder_finds_it_with_many_draws),
        cmocka_unit_test(one_draw_is_the_weight_of_the_draw_at_its_address),
        cmocka_unit_test(the_bound_of_one_draw_is_that_of_validation),
        cmocka_unit_test(any_number_of_ranks_finds_the_same_bits),
        cmocka_unit_test(a_sample_does_not_depend_on_others),
        cmocka_unit_test(bits_are_of_the_data),
        cmocka_unit_test(the_error_is_in_units_of_the_data),
        cmocka_unit_test(grey_values_have_no_bernoulli_likelihood),
        cmocka_unit_test(codes_come_with_all_that_is_known_of_samples),
        cmocka_unit_test(metrics_have_the_names_of_figures),
        cmocka_unit_test(what_has_no_likelihood_is_refused),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    gt_comm_finalize(comm);
    return failed;
}
