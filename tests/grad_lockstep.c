/* Shards that merge their statistics at batch_norm: their gradients are those
 * of finite differences, and together they are the batch they were cut from. */
#include "nn/init.h"
#include "nn/lockstep.h"

#include "finite_difference.h"
#include "mix_layer.h"

enum { MOST_LAYERS = 12, SHARDS = 3, MOST_COUNT = 64 };

/* A batch in shards, and what passes of them leave behind. `present` counts
 * those with samples, which come first. */
typedef struct trial {
    gt_layer_spec specs[MOST_LAYERS];
    int n_layers;
    gt_network *net;
    gt_workspace ws[SHARDS];
    gt_tape tape[SHARDS];
    gt_shard_pass shard[SHARDS];
    int present, samples;
    size_t in, out; /* reals a sample */
    gt_real *x, *probe, *dx;
    gt_real *grad[SHARDS], *state[SHARDS];
    gt_stat_sync sync;
    double contributions[SHARDS * MOST_COUNT], outcome[MOST_COUNT];
    int syncs;
} trial;

/* All shards of the batch are here; those without samples contribute zeros. */
static const double *merge_all(void *context, int n, size_t count,
                               void (*merge)(double *, const double *, size_t))
{
    trial *t = context;
    t->syncs++;
    assert_true(count <= MOST_COUNT);
    assert_int_equal(n, t->present);
    memcpy(t->outcome, t->contributions, count * sizeof *t->contributions);
    memset(t->contributions + (size_t)n * count, 0,
           (size_t)(SHARDS - n) * count * sizeof *t->contributions);
    for (int k = 1; k < SHARDS; k++)
        merge(t->outcome, t->contributions + (size_t)k * count, count);
    return t->outcome;
}

static void enter(trial *t, int k, int first, int n)
{
    t->shard[k] =
        (gt_shard_pass){.tape = &t->tape[k],
                        .pass = {.n = n,
                                 .training = true,
                                 .seed = 1,
                                 .step = 2,
                                 .first_sample = (uint64_t)first,
                                 .param = t->net->params,
                                 .state = t->net->state,
                                 .grad = t->grad[k],
                                 .batch_state = t->state[k],
                                 .weight = (gt_real)n / (gt_real)t->samples},
                        .x = {t->x + (size_t)first * t->in}};
}

static void trial_open(trial *t, gt_shape in, const char *const *layers,
                       const int sizes[SHARDS])
{
    *t = (trial){.sync = {.merge_all = merge_all, .context = t}};
    t->sync.contributions = t->contributions;
    for (; *layers; layers++) {
        t->specs[t->n_layers] = spec_of(*layers);
        assert_non_null(t->specs[t->n_layers++].options);
    }
    for (int k = 0; k < SHARDS; k++) {
        t->samples += sizes[k];
        t->present += sizes[k] > 0;
    }
    assert_int_equal(gt_network_new(&t->net, "net",
                                    &(gt_network_input){"x", in}, 1, t->specs,
                                    t->n_layers, t->samples),
                     GT_OK);
    gt_network_init(t->net, GT_INIT_GLOROT, 11, 0);
    t->in = gt_shape_size(in);
    t->out = gt_shape_size(t->net->out);
    t->x = numbers((size_t)t->samples * t->in, 1);
    t->probe = numbers((size_t)t->samples * t->out, 2);
    t->dx = numbers((size_t)t->samples * t->in, 3);
    for (int k = 0, first = 0; k < t->present; first += sizes[k++]) {
        t->grad[k] = gt_real_alloc(t->net->n_params);
        t->state[k] = gt_real_alloc(t->net->n_state);
        assert_true(t->grad[k] && t->state[k]);
        assert_int_equal(
            gt_workspace_plan(&t->ws[k], &(const gt_network *){t->net}, 1),
            GT_OK);
        assert_int_equal(gt_tape_plan(&t->tape[k], t->net, &t->ws[k]), GT_OK);
        enter(t, k, first, sizes[k]);
    }
}

static void trial_close(trial *t)
{
    for (int i = 0; i < t->n_layers; i++)
        free(t->specs[i].options);
    for (int k = 0; k < SHARDS; k++) {
        gt_tape_free(&t->tape[k]);
        gt_workspace_free(&t->ws[k]);
        free(t->grad[k]);
        free(t->state[k]);
    }
    gt_network_free(t->net);
    free(t->x);
    free(t->probe);
    free(t->dx);
}

static size_t at_sample(const trial *t, int k)
{
    return (size_t)t->shard[k].pass.first_sample;
}

static double loss(void *context)
{
    trial *t = context;
    double sum = 0;
    gt_lockstep_forward(t->net, t->shard, t->present, &t->sync);
    for (int k = 0; k < t->present; k++) {
        const gt_real *probe = t->probe + at_sample(t, k) * t->out;
        for (size_t i = 0; i < (size_t)t->shard[k].pass.n * t->out; i++)
            sum += probe[i] * t->shard[k].y[i];
    }
    return sum;
}

/* Forward and back; leaves dx in t->dx if it is wanted, and the sum of the
 * shards' gradients and statistics in those of the first. */
static void run(trial *t, bool want_dx)
{
    for (int k = 0; k < t->present; k++)
        memset(t->state[k], 0, t->net->n_state * sizeof(gt_real));
    loss(t);
    for (int k = 0; k < t->present; k++) {
        memcpy(gt_tape_loss_gradient(t->shard[k].tape),
               t->probe + at_sample(t, k) * t->out,
               (size_t)t->shard[k].pass.n * t->out * sizeof(gt_real));
        t->shard[k].dx[0] = want_dx ? t->dx + at_sample(t, k) * t->in : NULL;
    }
    gt_lockstep_backward(t->net, t->shard, t->present,
                         (gt_wanted){.params = true, .inputs = want_dx},
                         &t->sync);
    for (int k = 0; k < t->present; k++) {
        for (size_t i = 0; k > 0 && i < t->net->n_params; i++)
            t->grad[0][i] += t->grad[k][i];
        for (size_t i = 0; k > 0 && i < t->net->n_state; i++)
            t->state[0][i] += t->state[k][i];
    }
}

static const char *const stacks[][MOST_LAYERS] = {
    {"batch_norm", NULL},
    {"mix 6", "batch_norm", "elu", "mix 4", "batch_norm", "tanh", "mix 2"},
    {"batch_norm", "batch_norm", "tanh", "mix 3", "batch_norm", NULL},
    {"mix 12", "reshape shape=2x2x3", "batch_norm", "leaky_relu", "dropout",
     "upsample", "batch_norm epsilon=0.1", "silu", NULL},
};
enum { STACKS = sizeof stacks / sizeof *stacks };

static const int cuts[][SHARDS] = {{3, 3, 3}, {4, 3, 2}, {6, 3, 0}, {7, 1, 1}};
enum { CUTS = sizeof cuts / sizeof *cuts };

static const gt_shape vector = {1, 1, 4};

static void gradients_of_three_shards_match_finite_differences(void **state)
{
    (void)state;
    for (int i = 0; i < STACKS; i++) {
        trial c;
        trial_open(&c, vector, stacks[i], (const int[]){2, 3, 1});
        run(&c, true);
        function f = {loss, &c, 1e-5, 1e-2};
        assert_gradient(&f, "x", c.x, (size_t)c.samples * c.in, c.dx);
        assert_gradient(&f, "parameter", c.net->params, c.net->n_params,
                        c.grad[0]);
        trial_close(&c);
    }
}

static void assert_equal(const char *what, const gt_real *got,
                         const gt_real *want, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!(fabs(got[i] - want[i]) <= 1e-11 * (1 + fabs(want[i]))))
            fail_msg("%s %zu is %.15g, not %.15g", what, i, got[i], want[i]);
}

/* The whole batch in one pass. */
static void compare_with_one_batch(trial *t, trial *one)
{
    gt_shard_pass *whole = &one->shard[0];
    const gt_real *y = gt_tape_forward(whole->tape, &whole->pass, whole->x);
    for (int k = 0; k < t->present; k++)
        assert_equal("output", t->shard[k].y, y + at_sample(t, k) * t->out,
                     (size_t)t->shard[k].pass.n * t->out);
    memcpy(gt_tape_loss_gradient(whole->tape), one->probe,
           (size_t)one->samples * one->out * sizeof *one->probe);
    gt_tape_backward(whole->tape, &whole->pass, &one->dx);
    assert_equal("dx", t->dx, one->dx, (size_t)t->samples * t->in);
    assert_equal("gradient", t->grad[0], one->grad[0], t->net->n_params);
    assert_equal("statistic", t->state[0], one->state[0], t->net->n_state);
}

static void shards_side_by_side_are_the_batch_they_were_cut_from(void **state)
{
    (void)state;
    for (int i = 0; i < STACKS; i++)
        for (int k = 0; k < CUTS; k++) {
            trial c, one;
            trial_open(&c, vector, stacks[i], cuts[k]);
            trial_open(&one, vector, stacks[i], (const int[]){9, 0, 0});
            run(&c, true);
            compare_with_one_batch(&c, &one);
            trial_close(&c);
            trial_close(&one);
        }
}

static void shards_without_a_sync_are_batches_of_their_own(void **state)
{
    (void)state;
    trial c;
    trial_open(&c, vector, stacks[1], cuts[1]);
    gt_lockstep_forward(c.net, c.shard, c.present, NULL);
    assert_int_equal(c.syncs, 0);
    for (int k = 0; k < c.present; k++) {
        size_t n = (size_t)c.shard[k].pass.n * c.out;
        gt_real *y = numbers(n, 7);
        memcpy(y, c.shard[k].y, n * sizeof *y);
        assert_memory_equal(
            y, gt_tape_forward(&c.tape[k], &c.shard[k].pass, c.shard[k].x),
            n * sizeof *y);
        free(y);
    }
    trial_close(&c);
}

/* The numbers of merges in forward and in backward. */
static void check_syncs(trial *t, bool want_dx, int forward, int back)
{
    t->syncs = 0;
    run(t, want_dx);
    assert_int_equal(t->syncs, forward + back);
    /* Without samples there are as many merges. */
    int present = t->present;
    t->present = t->syncs = 0;
    gt_lockstep_forward(t->net, t->shard, 0, &t->sync);
    assert_int_equal(t->syncs, forward);
    gt_lockstep_backward(t->net, t->shard, 0,
                         (gt_wanted){.params = true, .inputs = want_dx},
                         &t->sync);
    assert_int_equal(t->syncs, forward + back);
    t->present = present;
}

static void statistics_that_no_gradient_needs_are_not_merged(void **state)
{
    (void)state;
    trial c;
    trial_open(&c, vector, stacks[2], cuts[0]);
    check_syncs(&c, true, 3, 3);
    gt_real *grad = numbers(c.net->n_params, 8);
    memcpy(grad, c.grad[0], c.net->n_params * sizeof *grad);
    check_syncs(&c, false, 3, 2);
    assert_memory_equal(grad, c.grad[0], c.net->n_params * sizeof *grad);
    free(grad);
    trial_close(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradients_of_three_shards_match_finite_differences),
        cmocka_unit_test(shards_side_by_side_are_the_batch_they_were_cut_from),
        cmocka_unit_test(shards_without_a_sync_are_batches_of_their_own),
        cmocka_unit_test(statistics_that_no_gradient_needs_are_not_merged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
