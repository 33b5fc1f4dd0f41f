/* Shards that meet at batch_norm: their gradients are those of finite
 * differences, and together they are the one batch they were cut from. */
#include "core/rng.h"
#include "nn/init.h"
#include "nn/lockstep.h"

#include "mix_layer.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { MOST_LAYERS = 12, SHARDS = 3, MOST_COUNT = 64 };

/* A batch in shards, and what passes of them leave behind. `present` counts
 * those with samples, which come first. */
typedef struct crew {
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
} crew;

/* All shards of the batch are here; those without samples tell zeros. */
static const double *merge_all(void *context, int n, size_t count,
                               void (*merge)(double *, const double *, size_t))
{
    crew *c = context;
    c->syncs++;
    assert_true(count <= MOST_COUNT);
    assert_int_equal(n, c->present);
    memcpy(c->outcome, c->contributions, count * sizeof *c->contributions);
    memset(c->contributions + (size_t)n * count, 0,
           (size_t)(SHARDS - n) * count * sizeof *c->contributions);
    for (int k = 1; k < SHARDS; k++)
        merge(c->outcome, c->contributions + (size_t)k * count, count);
    return c->outcome;
}

static gt_real *numbers(size_t n, uint32_t stream)
{
    gt_real *x = gt_real_alloc(n);
    assert_non_null(x);
    gt_rng_normal((gt_rng){.seed = 3, .stream = stream}, x, n);
    return x;
}

static void enter(crew *c, int k, int first, int n)
{
    c->shard[k] =
        (gt_shard_pass){.tape = &c->tape[k],
                        .pass = {.n = n,
                                 .training = true,
                                 .seed = 1,
                                 .step = 2,
                                 .first_sample = (uint64_t)first,
                                 .param = c->net->params,
                                 .state = c->net->state,
                                 .grad = c->grad[k],
                                 .batch_state = c->state[k],
                                 .weight = (gt_real)n / (gt_real)c->samples},
                        .x = c->x + (size_t)first * c->in};
}

static void crew_open(crew *c, gt_shape in, const char *const *layers,
                      const int sizes[SHARDS])
{
    *c = (crew){.sync = {.merge_all = merge_all, .context = c}};
    c->sync.contributions = c->contributions;
    for (; *layers; layers++) {
        c->specs[c->n_layers] = spec_of(*layers);
        assert_non_null(c->specs[c->n_layers++].options);
    }
    for (int k = 0; k < SHARDS; k++) {
        c->samples += sizes[k];
        c->present += sizes[k] > 0;
    }
    assert_int_equal(
        gt_network_new(&c->net, "net", in, c->specs, c->n_layers, c->samples),
        GT_OK);
    gt_network_init(c->net, GT_INIT_GLOROT, 11, 0);
    c->in = gt_shape_size(in);
    c->out = gt_shape_size(c->net->out);
    c->x = numbers((size_t)c->samples * c->in, 1);
    c->probe = numbers((size_t)c->samples * c->out, 2);
    c->dx = numbers((size_t)c->samples * c->in, 3);
    for (int k = 0, first = 0; k < c->present; first += sizes[k++]) {
        c->grad[k] = gt_real_alloc(c->net->n_params);
        c->state[k] = gt_real_alloc(c->net->n_state);
        assert_true(c->grad[k] && c->state[k]);
        assert_int_equal(
            gt_workspace_plan(&c->ws[k], &(const gt_network *){c->net}, 1),
            GT_OK);
        assert_int_equal(gt_tape_plan(&c->tape[k], c->net, &c->ws[k]), GT_OK);
        enter(c, k, first, sizes[k]);
    }
}

static void crew_close(crew *c)
{
    for (int i = 0; i < c->n_layers; i++)
        free(c->specs[i].options);
    for (int k = 0; k < SHARDS; k++) {
        gt_tape_free(&c->tape[k]);
        gt_workspace_free(&c->ws[k]);
        free(c->grad[k]);
        free(c->state[k]);
    }
    gt_network_free(c->net);
    free(c->x);
    free(c->probe);
    free(c->dx);
}

static size_t at_sample(const crew *c, int k)
{
    return (size_t)c->shard[k].pass.first_sample;
}

static double loss(crew *c)
{
    double sum = 0;
    gt_lockstep_forward(c->net, c->shard, c->present, &c->sync);
    for (int k = 0; k < c->present; k++) {
        const gt_real *probe = c->probe + at_sample(c, k) * c->out;
        for (size_t i = 0; i < (size_t)c->shard[k].pass.n * c->out; i++)
            sum += probe[i] * c->shard[k].y[i];
    }
    return sum;
}

/* Forward and back; leaves dx in c->dx if it is wanted, and the sum of the
 * shards' gradients and statistics in those of the first. */
static void run(crew *c, bool want_dx)
{
    for (int k = 0; k < c->present; k++)
        memset(c->state[k], 0, c->net->n_state * sizeof(gt_real));
    loss(c);
    for (int k = 0; k < c->present; k++) {
        c->shard[k].dy = gt_tape_loss_gradient(c->shard[k].tape, NULL);
        memcpy(c->shard[k].dy, c->probe + at_sample(c, k) * c->out,
               (size_t)c->shard[k].pass.n * c->out * sizeof(gt_real));
    }
    gt_lockstep_backward(c->net, c->shard, c->present, want_dx, &c->sync);
    for (int k = 0; k < c->present; k++) {
        assert_int_equal(c->shard[k].dy != NULL, want_dx);
        if (want_dx)
            memcpy(c->dx + at_sample(c, k) * c->in, c->shard[k].dy,
                   (size_t)c->shard[k].pass.n * c->in * sizeof(gt_real));
        for (size_t i = 0; k > 0 && i < c->net->n_params; i++)
            c->grad[0][i] += c->grad[k][i];
        for (size_t i = 0; k > 0 && i < c->net->n_state; i++)
            c->state[0][i] += c->state[k][i];
    }
}

static void check_span(crew *c, gt_real *at, size_t n, const gt_real *gradient)
{
    const double h = 1e-5;
    for (size_t i = 0; i < n; i++) {
        gt_real here = at[i];
        at[i] = here + h;
        double above = loss(c);
        at[i] = here - h;
        double below = loss(c);
        at[i] = here;
        double numeric = (above - below) / (2 * h);
        double size = fmax(fmax(fabs(numeric), fabs(gradient[i])), 1e-2);
        if (!(fabs(numeric - gradient[i]) <= 1e-6 * size))
            fail_msg("element %zu: gradient %.10g, finite difference %.10g", i,
                     gradient[i], numeric);
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
        crew c;
        crew_open(&c, vector, stacks[i], (const int[]){2, 3, 1});
        run(&c, true);
        check_span(&c, c.x, (size_t)c.samples * c.in, c.dx);
        check_span(&c, c.net->params, c.net->n_params, c.grad[0]);
        crew_close(&c);
    }
}

static void assert_equal(const char *what, const gt_real *got,
                         const gt_real *want, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!(fabs(got[i] - want[i]) <= 1e-11 * (1 + fabs(want[i]))))
            fail_msg("%s %zu is %.15g, not %.15g", what, i, got[i], want[i]);
}

/* The whole batch in one pass that never heard of shards. */
static void compare_with_one_batch(crew *c, crew *one)
{
    gt_shard_pass *whole = &one->shard[0];
    const gt_real *y = gt_tape_forward(whole->tape, &whole->pass, whole->x);
    for (int k = 0; k < c->present; k++)
        assert_equal("output", c->shard[k].y, y + at_sample(c, k) * c->out,
                     (size_t)c->shard[k].pass.n * c->out);
    gt_real *dy = gt_tape_loss_gradient(whole->tape, NULL);
    memcpy(dy, one->probe, (size_t)one->samples * one->out * sizeof *dy);
    dy = gt_tape_backward(whole->tape, &whole->pass, dy, true);
    assert_equal("dx", c->dx, dy, (size_t)c->samples * c->in);
    assert_equal("gradient", c->grad[0], one->grad[0], c->net->n_params);
    assert_equal("statistic", c->state[0], one->state[0], c->net->n_state);
}

static void shards_side_by_side_are_the_batch_they_were_cut_from(void **state)
{
    (void)state;
    for (int i = 0; i < STACKS; i++)
        for (int k = 0; k < CUTS; k++) {
            crew c, one;
            crew_open(&c, vector, stacks[i], cuts[k]);
            crew_open(&one, vector, stacks[i], (const int[]){9, 0, 0});
            run(&c, true);
            compare_with_one_batch(&c, &one);
            crew_close(&c);
            crew_close(&one);
        }
}

static void shards_that_do_not_meet_are_batches_of_their_own(void **state)
{
    (void)state;
    crew c;
    crew_open(&c, vector, stacks[1], cuts[1]);
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
    crew_close(&c);
}

/* Meetings on the way forward and, after these, back. */
static void check_meetings(crew *c, bool want_dx, int forward, int back)
{
    c->syncs = 0;
    run(c, want_dx);
    assert_int_equal(c->syncs, forward + back);
    /* Who has no samples comes to the same syncs. */
    int present = c->present;
    c->present = c->syncs = 0;
    gt_lockstep_forward(c->net, c->shard, 0, &c->sync);
    assert_int_equal(c->syncs, forward);
    gt_lockstep_backward(c->net, c->shard, 0, want_dx, &c->sync);
    assert_int_equal(c->syncs, forward + back);
    c->present = present;
}

static void nobody_meets_for_what_nobody_wants(void **state)
{
    (void)state;
    crew c;
    crew_open(&c, vector, stacks[2], cuts[0]);
    check_meetings(&c, true, 3, 3);
    gt_real *grad = numbers(c.net->n_params, 8);
    memcpy(grad, c.grad[0], c.net->n_params * sizeof *grad);
    check_meetings(&c, false, 3, 2);
    assert_memory_equal(grad, c.grad[0], c.net->n_params * sizeof *grad);
    free(grad);
    crew_close(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradients_of_three_shards_match_finite_differences),
        cmocka_unit_test(shards_side_by_side_are_the_batch_they_were_cut_from),
        cmocka_unit_test(shards_that_do_not_meet_are_batches_of_their_own),
        cmocka_unit_test(nobody_meets_for_what_nobody_wants),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
