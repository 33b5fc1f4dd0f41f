/* Whole networks through a tape, against finite differences: whether views,
 * layers in place, batch norm and dropout leave each other's numbers alone. */
#include "stack.h"

static void check_stack(gt_shape in, const char *const *layers)
{
    for (int training = 0; training < 2; training++) {
        stack s;
        stack_open(&s, in, layers, training);
        gt_real *dx = back(&s, true);
        assert_non_null(dx);
        gt_real *kept = gt_real_alloc(s.in);
        assert_non_null(kept);
        memcpy(kept, dx, s.in * sizeof *dx);
        function f = {loss, &s, 1e-5, 1e-2};
        assert_gradient(&f, "x", s.x, s.in, kept);
        assert_gradient(&f, "parameter", s.net->params, s.net->n_params,
                        s.grad);
        free(kept);
        stack_close(&s);
    }
}

static void generator_like_network_matches_finite_differences(void **state)
{
    (void)state;
    check_stack((gt_shape){1, 1, 4},
                (const char *const[]){"mix 12", "reshape shape=2x2x3",
                                      "batch_norm", "leaky_relu", "dropout",
                                      "upsample", "silu", "avg_pool kernel=3",
                                      "tanh", NULL});
}

static void discriminator_like_network_matches_finite_differences(void **state)
{
    (void)state;
    check_stack((gt_shape){4, 4, 2},
                (const char *const[]){"flatten", "mix 9", "elu", "dropout",
                                      "dropout rate=0.2", "sigmoid", "tanh",
                                      "mix 6", "batch_norm", "silu", "mix 1",
                                      "reshape shape=1", NULL});
}

static void
network_that_begins_with_views_and_noise_leaves_its_input(void **state)
{
    (void)state;
    stack s;
    stack_open(&s, (gt_shape){2, 2, 2},
               (const char *const[]){"flatten", "reshape shape=2x1x4",
                                     "dropout", "relu", "flatten", NULL},
               true);
    gt_real before[SAMPLES * 8];
    memcpy(before, s.x, sizeof before);
    back(&s, true);
    assert_memory_equal(before, s.x, sizeof before);
    stack_close(&s);
}

static const char *const mixed[] = {"mix 6", "elu",   "batch_norm", "mix 5",
                                    "tanh",  "mix 2", NULL};

static void unwanted_gradients_change_nothing_else(void **state)
{
    (void)state;
    stack s;
    stack_open(&s, (gt_shape){1, 1, 4}, mixed, true);
    gt_real *dx = back(&s, true);
    gt_real *first = gt_real_alloc(s.in);
    gt_real *grad = gt_real_alloc(s.net->n_params);
    assert_true(first && grad);
    memcpy(first, dx, s.in * sizeof *dx);
    memcpy(grad, s.grad, s.net->n_params * sizeof *grad);

    memset(s.grad, 0, s.net->n_params * sizeof *grad);
    assert_null(back(&s, false));
    assert_memory_equal(grad, s.grad, s.net->n_params * sizeof *grad);

    s.pass.grad = NULL;
    dx = back(&s, true);
    assert_memory_equal(first, dx, s.in * sizeof *dx);
    assert_null(back(&s, false));
    free(first);
    free(grad);
    stack_close(&s);
}

static void passes_accumulate_into_one_gradient(void **state)
{
    (void)state;
    stack s;
    stack_open(&s, (gt_shape){1, 1, 4}, mixed, true);
    back(&s, false);
    gt_real *once = gt_real_alloc(s.net->n_params);
    assert_non_null(once);
    memcpy(once, s.grad, s.net->n_params * sizeof *once);
    s.pass.accumulate = true;
    back(&s, false);
    for (size_t i = 0; i < s.net->n_params; i++)
        assert_true(fabs(s.grad[i] - 2 * once[i]) <=
                    1e-12 * (1 + fabs(once[i])));
    free(once);
    stack_close(&s);
}

/* What D makes of G's output. */
static double loss_of_both(void *context)
{
    stack *g = context, *d = g + 1;
    memcpy(d->x, output(g), d->in * sizeof *d->x);
    return loss(d);
}

/* A generator's step: the discriminator's input gradient is the generator's
 * output gradient. */
static void gradients_cross_from_one_network_to_another(void **state)
{
    (void)state;
    stack both[2], *g = &both[0], *d = &both[1];
    stack_open(g, (gt_shape){1, 1, 4},
               (const char *const[]){"mix 8", "reshape shape=2x2x2",
                                     "batch_norm", "upsample", "tanh", NULL},
               true);
    stack_open(d, (gt_shape){4, 4, 2},
               (const char *const[]){"avg_pool", "leaky_relu", "flatten",
                                     "mix 3", "tanh", "mix 1", NULL},
               true);
    d->pass.grad = NULL;
    loss_of_both(both);
    memcpy(gt_tape_loss_gradient(&g->tape), back(d, true),
           d->in * sizeof *d->x);
    gt_tape_backward(&g->tape, &g->pass, NULL);
    assert_gradient(&(function){loss_of_both, both, 1e-5, 1e-2}, "parameter",
                    g->net->params, g->net->n_params, g->grad);
    stack_close(g);
    stack_close(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(generator_like_network_matches_finite_differences),
        cmocka_unit_test(discriminator_like_network_matches_finite_differences),
        cmocka_unit_test(
            network_that_begins_with_views_and_noise_leaves_its_input),
        cmocka_unit_test(unwanted_gradients_change_nothing_else),
        cmocka_unit_test(passes_accumulate_into_one_gradient),
        cmocka_unit_test(gradients_cross_from_one_network_to_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
