/* Metrics that are no sums: the same bits on any number of ranks, and what
 * their definitions say. */
#include "near.h"
#include "task_fixture.h"

static gt_comm *comm;

/* Both kinds of figures: batch norm computes otherwise in training. A pass has
 * two samples, and the last block of 41 has one. */
static const char *const text =
    "task: gan\n"
    "data: {uri: \"glyphs?count=100&test_count=41\", image: [12, 12, 1]}\n"
    "model:\n"
    "  latent: 8\n"
    "  generator:\n"
    "    - dense: {units: 144}\n"
    "    - reshape: {shape: [12, 12, 1]}\n"
    "  discriminator:\n"
    "    - conv2d: {filters: 4, kernel: 4, stride: 2, padding: 1}\n"
    "    - batch_norm\n"
    "    - leaky_relu\n"
    "    - flatten\n"
    "    - dense: {units: 1}\n"
    "train: {batch: 24, shards: 12, steps: 10}\n";

enum { TESTS = 41, BLOCKS = 21 };

/* What D says of each sample that this rank evaluates, and how many blocks. */
static gt_real logits[TESTS];
static int evaluations;

static gt_evaluation *of_the_task;

static void judge(gt_task *task, uint64_t first, const gt_samples *samples,
                  gt_evaluated *out)
{
    of_the_task(task, first, samples, out);
    for (int i = 0; i < samples->n; i++)
        logits[first + (uint64_t)i] = out->outputs[i];
    evaluations++;
}

static void count(gt_task *task, uint64_t first, const gt_samples *samples,
                  gt_evaluated *out)
{
    (void)task;
    (void)first;
    assert_true(out->sum[0] == 0 && out->samples == samples);
    out->sum[0] = samples->n;
}

/* --- The greatest logit. */

static void begin_most(double *state)
{
    *state = -INFINITY;
}

static void add_most(double *state, const gt_evaluated *block, int of)
{
    (void)of;
    for (int i = 0; i < block->samples->n; i++)
        *state = fmax(*state, (double)block->outputs[i]);
}

static void merge_most(double *state, const double *next)
{
    *state = fmax(*state, *next);
}

static double finish_most(const double *state, uint64_t n)
{
    (void)n;
    return *state;
}

static const gt_metric_kind most = {1, begin_most, add_most, merge_most,
                                    finish_most};

/* --- The variance of logits (Chan, Golub, LeVeque 1983). */

enum { N, MEAN, SQUARES, SIZE };

static void begin_variance(double *state)
{
    memset(state, 0, SIZE * sizeof *state);
}

static void merge_variance(double *state, const double *next)
{
    double n = state[N] + next[N], apart = next[MEAN] - state[MEAN];
    state[SQUARES] += next[SQUARES] + apart * apart * state[N] * next[N] / n;
    state[MEAN] += apart * next[N] / n;
    state[N] = n;
}

static void add_variance(double *state, const gt_evaluated *block, int of)
{
    (void)of;
    for (int i = 0; i < block->samples->n; i++)
        merge_variance(state,
                       (const double[SIZE]){1, (double)block->outputs[i], 0});
}

static double finish_variance(const double *state, uint64_t n)
{
    assert_true(state[N] == (double)n);
    return state[SQUARES] / (double)n;
}

static const gt_metric_kind variance = {SIZE, begin_variance, add_variance,
                                        merge_variance, finish_variance};

static const gt_metric metrics[] = {
    {"test_most", "train_most", judge, &most, 0},
    {"test_variance", "train_variance", judge, &variance, 0},
    {"test_share", "train_share", count, &gt_metric_mean, 0},
    {0}};

/* The task with these metrics, validated after three steps. */
static void validate(fixture *f, gt_comm *ranks)
{
    static gt_task_type type;
    fixture_open(f, ranks, text, NO_SETS);
    fixture_step(f, 3);
    type = *f->task->type;
    of_the_task = type.metrics[0].needs;
    type.metrics = metrics;
    f->task->type = &type;
    evaluations = 0;
    fixture_validate(f);
}

static void any_number_of_ranks_finds_the_same_bits(void **state)
{
    (void)state;
    fixture all, one;
    validate(&all, comm);
    int blocks = (BLOCKS - comm->rank + comm->size - 1) / comm->size;
    assert_int_equal(evaluations, 2 * blocks);
    validate(&one, comm_of_one());
    assert_int_equal(evaluations, 2 * BLOCKS);
    assert_int_equal(all.metrics.count, 6);
    for (int i = 0; i < 6; i++) {
        assert_string_equal(all.metrics.entry[i].key, one.metrics.entry[i].key);
        assert_true(all.metrics.entry[i].value == one.metrics.entry[i].value);
    }
    fixture_close(&all);
    fixture_close(&one);
}

/* The last set that is evaluated is of training samples. */
static void figures_are_those_of_all_samples(void **state)
{
    (void)state;
    fixture f;
    validate(&f, comm_of_one());
    double greatest = -INFINITY, mean = 0, squares = 0;
    for (int i = 0; i < TESTS; i++) {
        greatest = fmax(greatest, (double)logits[i]);
        mean += (double)logits[i] / TESTS;
    }
    for (int i = 0; i < TESTS; i++)
        squares += pow((double)logits[i] - mean, 2);
    assert_true(figure(&f, "train_most") == greatest);
    assert_true(squares > 0);
    assert_near(figure(&f, "train_variance") / (squares / TESTS), 1, 1e-10);
    assert_true(figure(&f, "test_variance") != figure(&f, "train_variance"));
    assert_true(figure(&f, "test_share") == 1);
    fixture_close(&f);
}

int main(int argc, char **argv)
{
    if (gt_comm_init(&comm, &argc, &argv) != GT_OK)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_number_of_ranks_finds_the_same_bits),
        cmocka_unit_test(figures_are_those_of_all_samples),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    gt_comm_finalize(comm);
    return failed;
}
