/* A fused activation has the same bits as one that is computed as a layer of
 * its own: outputs, gradients of inputs and of parameters, in training and
 * evaluation, with gradients wanted and not wanted. */
#include "nn/init.h"
#include "nn/tape.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "mix_layer.h"

enum { MAX_LAYERS = 4, N = 5 };

typedef struct stack {
    gt_shape in;
    const char *layers[MAX_LAYERS];
} stack;

/* Each is long enough to be computed in several pieces: by im2col and by
 * winograd, by image and by line, narrow and wide. */
static const stack stacks[] = {
    {{1, 1, 300}, {"dense units=200", "leaky_relu slope=0.1"}},
    {{40, 40, 3}, {"dense units=20", "elu"}},
    {{40, 40, 3}, {"dense units=20 bias=false", "relu"}},
    {{1, 1, 1}, {"dense units=9000", "tanh"}},
    {{30, 30, 3},
     {"conv2d filters=20 kernel=5 stride=2 padding=same", "leaky_relu"}},
    {{30, 30, 20},
     {"conv2d filters=24 kernel=4 stride=2 padding=1 bias=false", "relu"}},
    {{30, 30, 20}, {"conv2d filters=3 kernel=5 padding=same", "tanh"}},
    {{5, 5, 20}, {"conv2d filters=17 kernel=5", "sigmoid"}},
    {{15, 15, 20},
     {"conv2d_transpose filters=16 kernel=4 stride=2 padding=1", "relu"}},
    {{15, 15, 20},
     {"conv2d_transpose filters=1 kernel=4 stride=2 padding=1", "sigmoid"}},
    {{1, 1, 40}, {"conv2d_transpose filters=90 kernel=4", "elu alpha=0.5"}},
    {{17, 17, 40}, {"batch_norm", "leaky_relu"}},
    {{1, 1, 700}, {"batch_norm", "flatten", "tanh"}},
    {{1, 1, 50}, {"dense units=72", "reshape shape=[3,3,8]", "relu"}},
    {{9, 9, 6}, {"conv2d filters=8 kernel=3", "batch_norm", "relu", "elu"}},
};
enum { STACKS = sizeof stacks / sizeof *stacks };

typedef struct trial {
    gt_network *net;
    gt_workspace ws;
    gt_tape tape;
    gt_layer_spec specs[MAX_LAYERS];
    gt_real *x, *y, *dx, *grad, *batch_state;
    size_t in, out;
} trial;

static void fill(gt_real *to, size_t n, double phase)
{
    for (size_t i = 0; i < n; i++)
        to[i] = (gt_real)sin(phase + 1.37 * (double)i);
}

static void unfuse(gt_network *net)
{
    for (int i = 0; i < net->n_layers; i++) {
        net->layers[i].fused = NULL;
        net->layers[i].is_fused = false;
    }
    gt__placement_free(&net->placement);
    assert_int_equal(gt__placement_new(&net->placement, net->layers,
                                       net->n_layers, net->max_n),
                     GT_OK);
}

static void open_trial(trial *b, const stack *s, bool fuse)
{
    int n = 0;
    while (n < MAX_LAYERS && s->layers[n]) {
        b->specs[n] = spec_of(s->layers[n]);
        assert_non_null(b->specs[n++].options);
    }
    assert_int_equal(gt_network_new(&b->net, "net",
                                    &(gt_network_input){"x", s->in}, 1,
                                    b->specs, n, N),
                     GT_OK);
    if (!fuse)
        unfuse(b->net);
    gt_network_init(b->net, GT_INIT_GLOROT, 5, 0);
    fill(b->net->params, b->net->n_params, 0.3);
    b->in = N * gt_shape_size(b->net->in);
    b->out = N * gt_shape_size(b->net->out);
    assert_int_equal(
        gt_workspace_plan(&b->ws, &(const gt_network *){b->net}, 1), GT_OK);
    assert_int_equal(gt_tape_plan(&b->tape, b->net, &b->ws), GT_OK);
    b->x = gt_real_alloc(b->in);
    b->y = gt_real_alloc(b->out);
    b->dx = gt_real_alloc(b->in);
    b->grad = gt_real_alloc(b->net->n_params);
    b->batch_state = gt_real_alloc(b->net->n_state);
    assert_true(b->x && b->y && b->dx && b->grad && b->batch_state);
    fill(b->x, b->in, 0.1);
}

static void close_trial(trial *b)
{
    free(b->x);
    free(b->y);
    free(b->dx);
    free(b->grad);
    free(b->batch_state);
    for (int i = 0; i < b->net->n_layers; i++)
        free(b->specs[i].options);
    gt_tape_free(&b->tape);
    gt_workspace_free(&b->ws);
    gt_network_free(b->net);
}

static void run(trial *b, bool training, bool want_grad, bool want_dx)
{
    gt_pass pass = {.n = N,
                    .training = training,
                    .param = b->net->params,
                    .state = b->net->state,
                    .grad = want_grad ? b->grad : NULL,
                    .batch_state = training ? b->batch_state : NULL,
                    .weight = 1};
    memcpy(b->y, gt_tape_forward(&b->tape, &pass, &(const gt_real *){b->x}),
           b->out * sizeof *b->y);
    fill(gt_tape_loss_gradient(&b->tape), b->out, 0.7);
    gt_tape_backward(&b->tape, &pass, want_dx ? &b->dx : NULL);
}

static void check(const char *what, const stack *s, const gt_real *a,
                  const gt_real *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (memcmp(&a[i], &b[i], sizeof *a))
            fail_msg("%s, %s: %s %zu is %g, not %g", s->layers[0], s->layers[1],
                     what, i, (double)a[i], (double)b[i]);
}

static void one_activation_is_fused(const gt_network *net)
{
    int fused = 0;
    for (int i = 0; i < net->n_layers; i++)
        fused += net->layers[i].is_fused;
    assert_int_equal(fused, 1);
}

static void a_fused_activation_has_the_same_bits(void **state)
{
    (void)state;
    for (int i = 0; i < STACKS; i++) {
        const stack *s = &stacks[i];
        trial with = {0}, without = {0};
        open_trial(&with, s, true);
        open_trial(&without, s, false);
        one_activation_is_fused(with.net);
        for (int k = 0; k < 8; k++) {
            bool training = k & 1, want_grad = k & 2, want_dx = k & 4;
            if (!want_grad && !want_dx)
                continue;
            run(&with, training, want_grad, want_dx);
            run(&without, training, want_grad, want_dx);
            check("output", s, with.y, without.y, with.out);
            check("gradient of input", s, with.dx, without.dx, with.in);
            check("gradient of parameter", s, with.grad, without.grad,
                  with.net->n_params);
            check("statistic", s, with.batch_state, without.batch_state,
                  with.net->n_state);
        }
        close_trial(&with);
        close_trial(&without);
    }
}

/* Benchmarks replace the gt_layer_type of layers by copies of their own. */
static void a_fused_activation_works_under_another_table(void **state)
{
    (void)state;
    trial b = {0};
    open_trial(&b, &stacks[0], true);
    run(&b, true, true, true);
    gt_real *y = gt_real_alloc(b.out);
    assert_non_null(y);
    memcpy(y, b.y, b.out * sizeof *y);
    gt_layer_type copy = *b.net->layers[1].type;
    b.net->layers[1].type = &copy;
    run(&b, true, true, true);
    check("output", &stacks[0], b.y, y, b.out);
    free(y);
    close_trial(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fused_activation_has_the_same_bits),
        cmocka_unit_test(a_fused_activation_works_under_another_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
