/* What comes with a sample reaches the networks that ask for it: one-hot labels
 * and condition columns, in a step and after it, in the order of the inputs,
 * and the results do not depend on the number of ranks. */
#include "near.h"
#include "read_one.h"
#include "task_fixture.h"

enum { G, D };
enum { CLASSES = 8 }; /* of a ring */

static gt_comm *comm;

/* 100 samples: the fifth batch has 4, in two shards. */
static const char *const gan =
    "task: gan\n"
    "data: {uri: \"glyphs?count=100&test_count=41\", image: [12, 12, 1],\n"
    "  classes: 10, conditions: [thickness, slant]}\n"
    "model:\n"
    "  latent: 4\n"
    "  generator:\n"
    "    - dense: {units: 72, bias: false, from: [z, label, condition]}\n"
    "    - batch_norm\n"
    "    - relu\n"
    "    - dense: {units: 144}\n"
    "    - tanh\n"
    "    - reshape: {shape: [12, 12, 1]}\n"
    "  discriminator:\n"
    "    - conv2d: {filters: 4, kernel: 4, stride: 2, padding: 1,\n"
    "        from: [x, label]}\n"
    "    - batch_norm\n"
    "    - leaky_relu\n"
    "    - flatten: {name: seen}\n"
    "    - dense: {units: 6, bias: false, from: condition, name: told}\n"
    "    - dense: {units: 1, from: [seen, told]}\n"
    "optimizer: {kind: sgd, lr: 0.01, momentum: 0.5}\n"
    "train: {batch: 24, shards: 12, steps: 10}\n";

static const char *const vae =
    "task: vae\n"
    "data: {uri: \"glyphs?count=100&test_count=41\", image: [12, 12, 1],\n"
    "  range: unit, classes: 10, conditions: [slant]}\n"
    "model:\n"
    "  latent: 2\n"
    "  encoder:\n"
    "    - flatten\n"
    "    - dense: {units: 12, from: [previous, label, condition]}\n"
    "    - batch_norm\n"
    "    - tanh\n"
    "    - dense: {units: 4}\n"
    "  decoder:\n"
    "    - dense: {units: 144, from: [z, label]}\n"
    "    - reshape: {shape: [12, 12, 1]}\n"
    "  likelihood: bernoulli\n"
    "optimizer: {kind: adam, lr: 1e-3}\n"
    "train: {batch: 24, shards: 12, steps: 10}\n";

/* Points whose only inputs are labels: every weight is one of a class. */
static const char *const labels =
    "task: gan\n"
    "data: {uri: \"ring?count=103&test_count=41\", image: 2,\n"
    "  classes: 8}\n"
    "model:\n"
    "  latent: 2\n"
    "  generator: [dense: {units: 2, bias: false, from: label}]\n"
    "  discriminator: [dense: {units: 1, bias: false, from: [label, x]}]\n"
    "optimizer: {kind: sgd, lr: 0.1, momentum: 0}\n"
    "train: {batch: 12, shards: 12, steps: 10}\n";

static void one_rank_alone_comes_to_the_same_results(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++) {
        const char *sync = i & 1 ? "norm.sync=true" : "norm.sync=false";
        const char *pieces =
            i == 4 ? "train.accumulate=2" : "train.accumulate=1";
        const char *text = i & 2 ? vae : gan;
        fixture all, one;
        fixture_open(&all, comm, text, SETS(sync, pieces));
        fixture_open(&one, comm_of_one(), text, SETS(sync, pieces));
        fixture_step(&all, 7);
        fixture_step(&one, 7);
        assert_states_near(&all, &one, 0);
        assert_replicas_are_equal(&all);
        fixture_validate(&all);
        fixture_validate(&one);
        for (int k = 0; k < all.metrics.count; k++)
            assert_near(all.metrics.entry[k].value, one.metrics.entry[k].value,
                        1e-6);
        fixture_close(&all);
        fixture_close(&one);
    }
}

/* A pass of a step, which keeps G's activations, and one that is made anew to
 * save memory see the same labels. */
static void pieces_of_a_shard_are_told_the_same(void **state)
{
    (void)state;
    fixture kept, again;
    gt_comm *alone = comm_of_one();
    fixture_open(&kept, alone, labels, NO_SETS);
    fixture_open(&again, alone, labels, SETS("train.accumulate=2"));
    fixture_step(&kept, 7);
    fixture_step(&again, 7);
    assert_states_near(&kept, &again, 0);
    fixture_close(&kept);
    fixture_close(&again);
}

/* The label of a batch's sample, as batch_sample finds it. */
static int batch_label(const fixture *f, uint64_t number, int position)
{
    uint64_t count = f->source->count,
             batch = (uint64_t)gt_train_config_of(f->config)->batch;
    uint64_t per_epoch = gt_batches_per_epoch(count, (int)batch);
    uint64_t epoch = number / per_epoch;
    uint64_t sample =
        gt_shuffle((uint64_t)gt_train_config_of(f->config)->seed, epoch, count,
                   number % per_epoch * batch + (uint64_t)position);
    return label_of(f->source, sample + epoch * count);
}

static double sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

/* D's logit is the weight of the label, and those of x. */
static double logit_of(const fixture *f, int label, const gt_real *x)
{
    const gt_real *w = param_of(f, D, 1, 0);
    return (double)w[label] +
           (double)(x[0] * w[CLASSES] + x[1] * w[CLASSES + 1]);
}

/* A step by hand: real and generated samples have the labels of the batch. */
static void a_step_s_gradients_are_those_of_the_labels(void **state)
{
    (void)state;
    fixture f;
    fixture_open(&f, comm, labels, NO_SETS);
    for (uint64_t step = 0; step < 3; step++) {
        double of_d[CLASSES] = {0}, of_g[CLASSES][2] = {{0}};
        const gt_real *g = param_of(&f, G, 0, 0);
        gt_real before[2 * CLASSES];
        int n = batch_samples(&f, step);
        memcpy(before, g, sizeof before);
        for (int i = 0; i < n; i++) {
            int label = batch_label(&f, step, i);
            gt_real x[2];
            batch_sample(&f, step, i, x);
            of_d[label] += (sigmoid(logit_of(&f, label, x)) - 1 +
                            sigmoid(logit_of(&f, label, g + 2 * label))) /
                           n;
        }
        fixture_step(&f, 1);
        const gt_real *w = param_of(&f, D, 1, 0);
        for (int i = 0; i < n; i++) {
            int label = batch_label(&f, step, i);
            double slope = sigmoid(logit_of(&f, label, before + 2 * label)) - 1;
            for (int c = 0; c < 2; c++)
                of_g[label][c] += slope * (double)w[CLASSES + c] / n;
        }
        const gt_real *of = whole_m(&f, D);
        of += f.task->learner[D]->net->layers[1].param[0].offset;
        assert_all_near(of, of_d, CLASSES, 1e-5);
        assert_all_near(whole_m(&f, G), &of_g[0][0], 2 * CLASSES, 1e-5);
    }
    fixture_close(&f);
}

static void samples_are_made_of_the_labels_that_are_given(void **state)
{
    (void)state;
    enum { N = 4 };
    static const int given[N] = {7, 0, -1, 3};
    fixture f;
    gt_real out[2 * N], latents[2 * N] = {0};
    fixture_open(&f, comm, labels, SETS("train.batch=48"));
    f.task->type->generate(f.task, latents,
                           &(gt_samples){.n = N, .labels = given}, out);
    const gt_real *w = param_of(&f, G, 0, 0);
    for (int i = 0; i < N; i++)
        for (int c = 0; c < 2; c++)
            assert_true(out[2 * i + c] ==
                        (given[i] < 0 ? 0 : w[2 * given[i] + c]));
    /* None at all are none of each. */
    f.task->type->generate(f.task, latents, &(gt_samples){.n = N}, out);
    for (int i = 0; i < 2 * N; i++)
        assert_true(out[i] == 0);
    fixture_close(&f);
}

static void conditions_come_in_the_order_of_the_configuration(void **state)
{
    (void)state;
    static const char *const text =
        "task: gan\n"
        "data: {uri: \"shapes?count=40\", image: [8, 8, 1],\n"
        "  conditions: [x, size]}\n"
        "model:\n"
        "  latent: 2\n"
        "  generator:\n"
        "    - dense: {units: 64, bias: false, from: condition}\n"
        "    - reshape: {shape: [8, 8, 1]}\n"
        "  discriminator: [flatten, dense: {units: 1}]\n"
        "train: {batch: 24, shards: 12, steps: 10}\n";
    static const gt_real given[] = {1, 0, 0, 1};
    fixture f;
    gt_real out[2 * 64], latents[4] = {0};
    fixture_open(&f, comm, text, NO_SETS);
    f.task->type->generate(f.task, latents,
                           &(gt_samples){.n = 2, .conditions = given}, out);
    assert_memory_equal(out, param_of(&f, G, 0, 0), sizeof out);
    /* And none are zeros. */
    f.task->type->generate(f.task, latents, &(gt_samples){.n = 2}, out);
    for (int i = 0; i < 2 * 64; i++)
        assert_true(out[i] == 0);
    fixture_step(&f, 2);
    fixture_close(&f);
}

int main(int argc, char **argv)
{
    if (gt_comm_init(&comm, &argc, &argv) != GT_OK)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_rank_alone_comes_to_the_same_results),
        cmocka_unit_test(pieces_of_a_shard_are_told_the_same),
        cmocka_unit_test(a_step_s_gradients_are_those_of_the_labels),
        cmocka_unit_test(samples_are_made_of_the_labels_that_are_given),
        cmocka_unit_test(conditions_come_in_the_order_of_the_configuration),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    gt_comm_finalize(comm);
    return failed;
}
