/* Training with normalised weights: a step is that of the formulas, the bits
 * are those of one rank, with gradients on their way while others are still
 * computed or not, and averages are of what is stored.
 *
 * ctest: ranks 6 */
#include "task_fixture.h"

#include "tasks/average.h"

#define NORM "parametrization: weight_norm"

/* 100 samples: the fifth batch is short, and some ranks have nothing of it. */
#define VAE(norm)                                                              \
    "task: vae\n"                                                              \
    "data: {uri: \"glyphs?count=100&test_count=40\", image: [12, 12, 1],\n"    \
    "  range: unit}\n"                                                         \
    "model:\n"                                                                 \
    "  latent: 4\n"                                                            \
    "  encoder: [flatten, dense: {units: 40" norm "}, relu,\n"                 \
    "    dense: {units: 8" norm "}]\n"                                         \
    "  decoder: [dense: {units: 40, bias: false" norm "}, batch_norm, relu,\n" \
    "    dense: {units: 144" norm "}, reshape: {shape: [12, 12, 1]}]\n"        \
    "  likelihood: bernoulli\n"                                                \
    "optimizer: {lr: 0.01}\n"                                                  \
    "train: {batch: 24, shards: 12, steps: 100}\n"                             \
    "communication: {bucket_mb: 0.004}\n"

static const char *const vae = VAE(", " NORM);
static const char *const plain = VAE("");

/* D has two passes an update, G's gradient comes through it. */
static const char *const gan =
    "task: gan\n"
    "data: {uri: \"glyphs?count=100&test_count=40\", image: [12, 12, 1]}\n"
    "model:\n"
    "  latent: 4\n"
    "  generator: [dense: {units: 72, " NORM "}, reshape: {shape: [3, 3, 8]},\n"
    "    batch_norm, relu, conv2d_transpose: {filters: 8, kernel: 4, stride: "
    "2,\n"
    "    padding: 1, " NORM "}, relu, conv2d_transpose: {filters: 1,\n"
    "    kernel: 4, stride: 2, padding: 1, " NORM "}, tanh]\n"
    "  discriminator: [conv2d: {filters: 8, kernel: 4, stride: 2, " NORM "},\n"
    "    leaky_relu, batch_norm, flatten, dense: {units: 1, " NORM "}]\n"
    "train: {batch: 24, shards: 12, steps: 100}\n"
    "communication: {bucket_mb: 0.004}\n";

static gt_comm *comm;

/* What a step does to the stored length and direction of one output follows
 * from what the same step does to a weight that is trained itself: with w = g v
 * / |v|, dg = dw . v / |v| and dv = g / |v| (dw - dg v / |v|). */
static void check_output(const gt_real *v0, const gt_real *v1, double dg,
                         const gt_real *w0, const gt_real *w1, size_t rows,
                         size_t m)
{
    double square = 0, along = 0;
    for (size_t r = 0; r < rows * m; r += m) {
        square += (double)v0[r] * (double)v0[r];
        along += ((double)w1[r] - (double)w0[r]) * (double)v0[r];
    }
    along /= sqrt(square);
    assert_true(fabs(dg - along) < 1e-5);
    for (size_t r = 0; r < rows * m; r += m) {
        double dw = (double)w1[r] - (double)w0[r]; /* and g is |v| */
        double dv = dw - along * (double)v0[r] / sqrt(square);
        assert_true(fabs((double)v1[r] - (double)v0[r] - dv) < 1e-5);
    }
}

static void check_layer(const gt_layer *a, const gt_layer *b,
                        const gt_real *before, const gt_real *after,
                        const gt_real *w0, const gt_real *w1)
{
    size_t v = a->param[0].offset, w = b->param[0].offset;
    size_t g = a->param[a->n_params - 1].offset, m = (size_t)a->out.c;
    size_t rows = a->param[0].count / m;
    double moved = 0;
    for (size_t j = 0; j < m; j++) {
        double dg = (double)after[g + j] - (double)before[g + j];
        check_output(before + v + j, after + v + j, dg, w0 + w + j, w1 + w + j,
                     rows, m);
        moved = fmax(moved, fabs(dg));
    }
    assert_true(moved > 1e-3);
}

static gt_real *params_of(const fixture *f, int i)
{
    const gt_network *net = f->task->learner[i]->net;
    gt_real *copy = gt_real_alloc(net->n_params);
    assert_non_null(copy);
    memcpy(copy, net->params, net->n_params * sizeof *copy);
    return copy;
}

static void a_step_moves_length_and_direction_by_the_formulas(void **state)
{
    (void)state;
    const char *const *sets =
        SETS("optimizer.kind=sgd", "optimizer.lr=1e-2", "optimizer.momentum=0");
    fixture a, b;
    fixture_open(&a, comm, vae, sets);
    fixture_open(&b, comm, plain, sets);
    gt_real *before[2], *w0[2];
    for (int i = 0; i < 2; i++) {
        before[i] = params_of(&a, i);
        w0[i] = params_of(&b, i);
    }
    fixture_step(&a, 1);
    fixture_step(&b, 1);
    int seen = 0;
    for (int i = 0; i < 2; i++) {
        const gt_network *net = a.task->learner[i]->net;
        const gt_network *other = b.task->learner[i]->net;
        for (int k = 0; k < net->n_layers; k++)
            if (net->layers[k].parametrization) {
                check_layer(&net->layers[k], &other->layers[k], before[i],
                            net->params, w0[i], other->params);
                seen++;
            }
        free(before[i]);
        free(w0[i]);
    }
    assert_int_equal(seen, 4);
    fixture_close(&a);
    fixture_close(&b);
}

static void bits_are_those_of_one_rank(void **state)
{
    (void)state;
    for (int k = 0; k < 8; k++) {
        const char *const *sets =
            SETS(k & 1 ? "norm.sync=true" : "norm.sync=false",
                 k & 2 ? "optimizer.clip_norm=0.1" : "optimizer.ema=0.7");
        const char *recipe = k & 4 ? gan : vae;
        fixture all, one;
        fixture_open(&all, k & 2 ? comm_apart(comm) : comm, recipe, sets);
        fixture_open(&one, comm_of_one(), recipe, sets);
        for (int round = 0; round < 2; round++) {
            fixture_step(&all, 3);
            fixture_step(&one, 3);
            assert_states_near(&all, &one, 0);
            fixture_validate(&all);
            fixture_validate(&one);
            assert_states_near(&all, &one, 0);
        }
        assert_replicas_are_equal(&all);
        fixture_close(&all);
        fixture_close(&one);
    }
}

/* The whole vector at once, or piece by piece while it is written. */
static void overlap_changes_no_bit(void **state)
{
    (void)state;
    fixture a, b;
    fixture_open(&a, comm, gan, NO_SETS);
    fixture_open(&b, comm, gan, SETS("communication.bucket_mb=0"));
    fixture_step(&a, 6);
    fixture_step(&b, 6);
    assert_states_near(&a, &b, 0);
    fixture_close(&a);
    fixture_close(&b);
}

/* Passes of an evaluation read weights that follow from the averages. */
static void an_evaluation_takes_weights_of_the_averages(void **state)
{
    (void)state;
    fixture f;
    fixture_open(&f, comm, vae, SETS("optimizer.ema=0.9"));
    fixture_step(&f, 3);
    for (int i = 0; i < 2; i++)
        assert_true(f.task->learner[i]->net->weights !=
                    f.task->learner[i]->net->params);
    const gt_network *net = f.task->learner[0]->net;
    size_t size = net->n_params * sizeof(gt_real);
    uint64_t trained = hash_of(net->weights, size);
    gt_task_begin_evaluation(f.task);
    assert_true(hash_of(net->weights, size) != trained);
    assert_same_on_all_ranks(comm, "weights", net->weights, size);
    uint64_t averaged = hash_of(net->weights, size);
    gt_network_parametrize(f.task->learner[0]->net);
    assert_true(hash_of(net->weights, size) == averaged);
    gt_task_end_evaluation(f.task);
    assert_true(hash_of(net->weights, size) == trained);
    fixture_close(&f);
}

int main(int argc, char **argv)
{
    if (gt_comm_init(&comm, &argc, &argv) != GT_OK)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_step_moves_length_and_direction_by_the_formulas),
        cmocka_unit_test(bits_are_those_of_one_rank),
        cmocka_unit_test(overlap_changes_no_bit),
        cmocka_unit_test(an_evaluation_takes_weights_of_the_averages),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    gt_comm_finalize(comm);
    return failed;
}
