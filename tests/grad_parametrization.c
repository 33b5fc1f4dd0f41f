/* Weights that follow from what is stored: against the formula written out,
 * and gradients against finite differences of what is stored, through networks
 * with dense layers and convolutions. */
#include "stack.h"

#define NORM " parametrization=weight_norm"

/* Lengths that are not those of v, as after some updates. */
static void move_away(stack *t)
{
    gt_real *by = numbers(t->net->n_params, 4);
    for (int i = 0; i < t->net->n_layers; i++)
        for (int k = 0; k < t->net->layers[i].n_params; k++) {
            const gt_tensor *p = &t->net->layers[i].param[k];
            for (size_t j = p->offset; j < p->offset + p->count; j++)
                t->net->params[j] += 0.3 * by[j];
        }
    free(by);
}

static void check_gradients(stack *t)
{
    assert_gradient(&(function){loss, t, 1e-5, 1e-2}, "element", t->net->params,
                    t->net->n_params, t->grad);
}

typedef struct kind {
    gt_shape in;
    const char *layers[MOST_LAYERS];
} kind;

/* All layers that have it, with and without bias, with wide and narrow weights,
 * beside layers that do not have it. */
static const kind kinds[] = {
    {{1, 1, 5},
     {"dense units=7" NORM, "tanh", "dense units=3 bias=false" NORM}},
    {{1, 1, 2}, {"dense units=70" NORM, "silu", "dense units=1" NORM}},
    {{1, 1, 4}, {"dense units=6", "silu", "dense units=6" NORM, "mix 3"}},
    {{6, 6, 2},
     {"conv2d filters=4 kernel=3 stride=2 padding=same" NORM, "leaky_relu",
      "conv2d filters=3 kernel=2 bias=false" NORM, "batch_norm", "flatten",
      "dense units=1" NORM}},
    {{5, 5, 20}, {"conv2d filters=3 kernel=3 padding=same" NORM, "tanh"}},
    {{3, 3, 3},
     {"conv2d_transpose filters=4 kernel=4 stride=2 padding=1 bias=false" NORM,
      "batch_norm", "silu", "conv2d_transpose filters=2 kernel=3" NORM}},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static void gradients_match_finite_differences_of_what_is_stored(void **state)
{
    (void)state;
    for (int k = 0; k < KINDS; k++) {
        stack t;
        stack_open(&t, kinds[k].in, kinds[k].layers, true);
        move_away(&t);
        back(&t, false);
        gt_network_pull_back(t.net, t.grad, 0, t.net->n_params);
        check_gradients(&t);
        stack_close(&t);
    }
}

/* Two passes, the second of which adds to the gradients of the first, are
 * pulled back once. */
static void passes_accumulate_before_the_pull_back(void **state)
{
    (void)state;
    for (int k = 0; k < KINDS; k++) {
        stack t;
        stack_open(&t, kinds[k].in, kinds[k].layers, true);
        size_t n = t.net->n_params;
        move_away(&t);
        back(&t, false);
        gt_network_pull_back(t.net, t.grad, 0, n);
        gt_real *once = gt_real_alloc(n);
        assert_non_null(once);
        memcpy(once, t.grad, n * sizeof *once);
        back(&t, false);
        t.pass.accumulate = true;
        back(&t, false);
        gt_network_pull_back(t.net, t.grad, 0, n);
        for (size_t i = 0; i < n; i++)
            assert_true(fabs(t.grad[i] - 2 * once[i]) <=
                        1e-12 * (1 + fabs(once[i])));
        free(once);
        stack_close(&t);
    }
}

/* As gradients become complete, from the last layer to the first. */
static void layers_are_pulled_back_one_by_one_as_all_together(void **state)
{
    (void)state;
    for (int k = 0; k < KINDS; k++) {
        stack t;
        stack_open(&t, kinds[k].in, kinds[k].layers, true);
        size_t n = t.net->n_params, done = n;
        move_away(&t);
        back(&t, false);
        gt_real *together = gt_real_alloc(n);
        assert_non_null(together);
        memcpy(together, t.grad, n * sizeof *together);
        gt_network_pull_back(t.net, together, 0, n);
        for (int i = t.net->n_layers - 1; i >= 0; i--) {
            if (t.net->layers[i].n_params == 0)
                continue;
            size_t from = t.net->layers[i].param[0].offset;
            gt_network_pull_back(t.net, t.grad, from, done);
            done = from;
        }
        assert_memory_equal(t.grad, together, n * sizeof *together);
        free(together);
        stack_close(&t);
    }
}

/* w = g v / |v|, written out for each output. */
static void weights_are_lengths_times_directions(void **state)
{
    (void)state;
    int seen = 0;
    for (int k = 0; k < KINDS; k++) {
        stack t;
        stack_open(&t, kinds[k].in, kinds[k].layers, true);
        move_away(&t);
        gt_network_parametrize(t.net);
        for (int i = 0; i < t.net->n_layers; i++) {
            const gt_layer *layer = &t.net->layers[i];
            if (!layer->parametrization)
                continue;
            const gt_tensor *stored = &layer->param[0];
            const gt_tensor *length = &layer->param[layer->n_params - 1];
            assert_string_equal(stored->name, "weight_v");
            assert_string_equal(length->name, "weight_g");
            size_t m = (size_t)layer->out.c;
            assert_int_equal(length->count, m);
            const gt_real *v = t.net->params + stored->offset;
            const gt_real *g = t.net->params + length->offset;
            const gt_real *w = t.net->weights + stored->offset;
            for (size_t j = 0; j < m; j++) {
                double square = 0;
                for (size_t r = j; r < stored->count; r += m)
                    square += v[r] * v[r];
                for (size_t r = j; r < stored->count; r += m)
                    assert_true(fabs(w[r] - g[j] * v[r] / sqrt(square)) <
                                1e-12);
            }
            seen++;
        }
        stack_close(&t);
    }
    assert_int_equal(seen, 11);
}

/* torch.nn.utils.weight_norm of Linear(3, 2), PyTorch 1.13 in double; here a
 * weight is the transpose of PyTorch's. */
static void values_are_those_of_pytorch(void **state)
{
    (void)state;
    static const gt_real x[] = {1, -2, 0.5, 0.25, 1, -1, 2, 0.5, 0.75};
    static const gt_real probe[] = {1, -0.5, 0.5, 2, -1.5, 1};
    static const gt_real v[] = {0.5, 1.5, -1, 0.25, 2, -0.75};
    static const gt_real bias[] = {0.1, -0.2}, g[] = {1.25, -0.5};
    static const double y[] = {2.009406539564933,  -0.384302445193621,
                               -1.468441086071195, -0.605465379425967,
                               1.191089451179962,  -0.955640025293848};
    static const double dv[] = {-0.974187009982109, 0.179494555319005,
                                -1.324894333575668, -0.903883296427848,
                                -0.418900414292307, 0.057694678495395};
    static const double dbias[] = {0, 2.5};
    static const double dg[] = {-0.409158544192486, 2.948839123097942};
    stack t;
    stack_open(&t, (gt_shape){1, 1, 3},
               (const char *const[]){"dense units=2" NORM, NULL}, true);
    const gt_tensor *p = t.net->layers[0].param;
    memcpy(t.x, x, sizeof x);
    memcpy(t.probe, probe, sizeof probe);
    memcpy(t.net->params + p[0].offset, v, sizeof v);
    memcpy(t.net->params + p[1].offset, bias, sizeof bias);
    memcpy(t.net->params + p[2].offset, g, sizeof g);
    back(&t, false);
    gt_network_pull_back(t.net, t.grad, 0, t.net->n_params);
    const gt_real *got = gt_tape_output(&t.tape);
    for (int i = 0; i < 6; i++)
        assert_true(fabs(got[i] - y[i]) < 1e-14 &&
                    fabs(t.grad[p[0].offset + i] - dv[i]) < 1e-14);
    for (int j = 0; j < 2; j++)
        assert_true(fabs(t.grad[p[1].offset + j] - dbias[j]) < 1e-14 &&
                    fabs(t.grad[p[2].offset + j] - dg[j]) < 1e-14);
    stack_close(&t);
}

/* A network begins with the weights that it would have without. */
static void it_begins_with_the_usual_weights(void **state)
{
    (void)state;
    static const char *const with[] = {"dense units=7" NORM, "tanh",
                                       "dense units=5 bias=false" NORM, NULL};
    static const char *const without[] = {"dense units=7", "tanh",
                                          "dense units=5 bias=false", NULL};
    stack a, b;
    stack_open(&a, (gt_shape){1, 1, 6}, with, true);
    stack_open(&b, (gt_shape){1, 1, 6}, without, true);
    assert_ptr_equal(b.net->weights, b.net->params);
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < b.net->layers[i].n_params; k++) {
            const gt_tensor *p = &a.net->layers[i].param[k];
            const gt_tensor *q = &b.net->layers[i].param[k];
            for (size_t j = 0; j < q->count; j++)
                assert_true(fabs(a.net->weights[p->offset + j] -
                                 b.net->params[q->offset + j]) < 1e-14);
        }
    stack_close(&a);
    stack_close(&b);
}

/* There is no direction, so the weight is 0, and nothing is NaN. */
static void a_direction_of_zeros_makes_weights_of_zeros(void **state)
{
    (void)state;
    stack t;
    stack_open(&t, (gt_shape){1, 1, 3},
               (const char *const[]){"dense units=2" NORM, NULL}, true);
    for (int i = 0; i < 3; i++)
        t.net->params[2 * i] = 0;
    back(&t, false);
    gt_network_pull_back(t.net, t.grad, 0, t.net->n_params);
    for (int i = 0; i < 3; i++)
        assert_true(t.net->weights[2 * i] == 0 && t.net->weights[2 * i + 1]);
    for (size_t i = 0; i < t.net->n_params; i++)
        assert_true(isfinite(t.grad[i]));
    stack_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradients_match_finite_differences_of_what_is_stored),
        cmocka_unit_test(passes_accumulate_before_the_pull_back),
        cmocka_unit_test(layers_are_pulled_back_one_by_one_as_all_together),
        cmocka_unit_test(weights_are_lengths_times_directions),
        cmocka_unit_test(values_are_those_of_pytorch),
        cmocka_unit_test(it_begins_with_the_usual_weights),
        cmocka_unit_test(a_direction_of_zeros_makes_weights_of_zeros),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
