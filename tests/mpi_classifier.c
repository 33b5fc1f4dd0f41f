/* A classifier's step and its held-out figures, compared with the formula, and
 * equal on any number of ranks. */
#include "near.h"
#include "read_one.h"
#include "task_fixture.h"

enum { CLASSES = 8 }; /* of a ring */

static gt_comm *comm;

/* 103 samples: batches of 48, 48 and 7. The last fills two shards of 3 and 4
 * samples, so that from three ranks on some have none. */
static const char *const points =
    "task: classifier\n"
    "data: {uri: \"ring?count=103&test_count=41\", image: 2, classes: 8}\n"
    "model: {classifier: [dense: {units: 8}]}\n"
    "optimizer: {kind: sgd, lr: 0.3, momentum: 0}\n"
    "train: {batch: 48, shards: 12, steps: 10}\n";

/* Every kind of state, and a condition. */
static const char *const pictures =
    "task: classifier\n"
    "data: {uri: \"glyphs?count=100&test_count=41\", image: [12, 12, 1],\n"
    "  classes: 10, conditions: [thickness]}\n"
    "model:\n"
    "  classifier:\n"
    "    - conv2d: {filters: 4, kernel: 4, stride: 2, padding: 1,\n"
    "        from: [x, condition]}\n"
    "    - batch_norm\n"
    "    - relu\n"
    "    - dropout\n"
    "    - flatten\n"
    "    - dense: {units: 10}\n"
    "optimizer: {kind: adam, lr: 1e-2}\n"
    "train: {batch: 24, shards: 12, steps: 10}\n";

/* Means over samples: figures, and gradients of the bias. */
typedef struct means {
    double loss, accuracy, d_bias[CLASSES];
} means;

/* One of n samples. */
static void add_sample(const fixture *f, const gt_real x[2], int label, int n,
                       means *m)
{
    const gt_real *w = param_of(f, 0, 0, 0), *bias = param_of(f, 0, 0, 1);
    double logit[CLASSES], sum = 0;
    int top = 0;
    for (int c = 0; c < CLASSES; c++) {
        logit[c] = (double)(x[0] * w[c] + x[1] * w[CLASSES + c] + bias[c]);
        sum += exp(logit[c]);
        top = logit[c] > logit[top] ? c : top;
    }
    m->loss += (log(sum) - logit[label]) / n;
    m->accuracy += (double)(top == label) / n;
    for (int c = 0; c < CLASSES; c++)
        m->d_bias[c] += (exp(logit[c]) / sum - (c == label)) / n;
}

static void a_step_follows_the_mean_over_the_batch(void **state)
{
    (void)state;
    fixture f;
    fixture_open(&f, comm, points, NO_SETS);
    uint64_t seed = (uint64_t)gt_train_config_of(f.config)->seed;
    for (uint64_t step = 0; step < 7; step++) {
        means want = {0};
        uint64_t count = f.source->count, epoch = step / 3;
        int n = batch_samples(&f, step);
        for (int i = 0; i < n; i++) {
            gt_real x[2];
            batch_sample(&f, step, i, x);
            uint64_t number =
                gt_shuffle(seed, epoch, count, step % 3 * 48 + (uint64_t)i) +
                epoch * count;
            add_sample(&f, x, label_of(f.source, number), n, &want);
        }
        fixture_step(&f, 1);
        assert_near(figure(&f, "loss"), want.loss, 1e-5);
        assert_near(figure(&f, "accuracy"), want.accuracy, 1e-6);
        const gt_real *m = whole_m(&f, 0);
        m += f.task->learner[0]->net->layers[0].param[1].offset;
        assert_all_near(m, want.d_bias, CLASSES, 1e-5);
    }
    fixture_close(&f);
}

static void held_out_figures_are_means_over_all_samples(void **state)
{
    (void)state;
    fixture f;
    fixture_open(&f, comm, points, NO_SETS);
    double first = 0;
    for (int round = 0; round < 2; round++) {
        means want = {0};
        int n = (int)f.test_source->count;
        for (uint64_t i = 0; i < (uint64_t)n; i++) {
            gt_real x[2];
            read_one(f.test_source, i, GT_RANGE_SYMMETRIC, x);
            add_sample(&f, x, label_of(f.test_source, i), n, &want);
        }
        fixture_validate(&f);
        assert_int_equal(f.metrics.count, 2);
        assert_near(figure(&f, "test_loss"), want.loss, 1e-5);
        assert_near(figure(&f, "test_accuracy"), want.accuracy, 1e-6);
        first = round ? first : want.accuracy;
        assert_true(round == 0 || want.accuracy > first);
        fixture_step(&f, 40);
    }
    fixture_close(&f);
}

static void one_rank_alone_comes_to_the_same_results(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        const char *sync = i & 1 ? "norm.sync=true" : "norm.sync=false";
        const char *text = i & 2 ? pictures : points;
        fixture all, one;
        fixture_open(&all, comm, text, SETS(sync));
        fixture_open(&one, comm_of_one(), text, SETS(sync));
        fixture_step(&all, 7);
        fixture_step(&one, 7);
        assert_states_near(&all, &one, 0);
        assert_replicas_are_equal(&all);
        fixture_validate(&all);
        fixture_validate(&one);
        assert_int_equal(all.metrics.count, i & 2 ? 4 : 2);
        for (int k = 0; k < all.metrics.count; k++)
            assert_true(all.metrics.entry[k].value ==
                        one.metrics.entry[k].value);
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
        cmocka_unit_test(a_step_follows_the_mean_over_the_batch),
        cmocka_unit_test(held_out_figures_are_means_over_all_samples),
        cmocka_unit_test(one_rank_alone_comes_to_the_same_results),
        cmocka_unit_test(a_stop_that_one_rank_wants_reaches_all_ranks),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    gt_comm_finalize(comm);
    return failed;
}
