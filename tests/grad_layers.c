/* The conformance test: all layers of the table keep the promises of layer.h,
 * above all that their gradients are those of finite differences. It fails for
 * a layer type without a case below. */
#include "core/rng.h"
#include "nn/layers.h"

#include "layer_options.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

typedef struct layer_case {
    const char *type;
    const char *options;
    gt_shape in;
    int n;
    gt_shape more[2]; /* of further inputs; size 0: none */
} layer_case;

static const layer_case cases[] = {
    {"dense", "units=5", {1, 1, 7}, 3},
    {"dense", "units=1", {1, 1, 4}, 1},
    {"dense", "units=3 bias=false", {1, 1, 6}, 4},
    {"dense", "units=3", {2, 1, 4, 3}, 2},
    {"conv2d", "filters=3 kernel=3 stride=2 padding=1", {6, 5, 2}, 3},
    {"conv2d", "filters=4 kernel=3x2 stride=1 padding=0", {4, 5, 3}, 2},
    {"conv2d", "filters=1 kernel=4 stride=1 padding=0", {4, 4, 5}, 3},
    {"conv2d", "filters=2 kernel=1 stride=1 padding=0", {3, 3, 4}, 2},
    {"conv2d_transpose", "filters=3 kernel=4 stride=2 padding=1", {3, 4, 2}, 3},
    {"conv2d_transpose", "filters=2 kernel=3 stride=1 padding=0", {1, 1, 5}, 2},
    {"conv2d_transpose",
     "filters=1 kernel=3x2 stride=3x2 padding=0",
     {2, 3, 4},
     2},
    {"batch_norm", "", {3, 4, 2}, 3},
    {"batch_norm", "epsilon=0.1", {1, 1, 5}, 4},
    {"batch_norm", "momentum=0.5", {2, 3, 70}, 2},
    {"batch_norm", "", {9, 11, 3}, 27},
    {"batch_norm", "", {2, 2, 1}, 1},
    {"batch_norm", "", {2, 3, 2, 3}, 2},
    {"relu", "", {3, 3, 2}, 2},
    {"relu", "", {3, 1, 2, 2}, 2},
    {"leaky_relu", "", {3, 3, 2}, 2},
    {"leaky_relu", "", {3, 1, 2, 2}, 2},
    {"leaky_relu", "slope=0.01", {1, 1, 300}, 2},
    {"elu", "", {3, 3, 2}, 2},
    {"elu", "", {1, 3, 2, 2}, 2},
    {"elu", "alpha=0.3", {1, 1, 300}, 1},
    {"silu", "", {1, 1, 300}, 1},
    {"silu", "", {1, 3, 2, 2}, 2},
    {"tanh", "", {3, 3, 2}, 2},
    {"tanh", "", {3, 1, 2, 2}, 2},
    {"sigmoid", "", {3, 3, 2}, 2},
    {"sigmoid", "", {3, 1, 2, 2}, 2},
    {"dropout", "", {3, 3, 2}, 2},
    {"dropout", "", {3, 1, 2, 2}, 2},
    {"dropout", "rate=0.1", {1, 1, 33}, 3},
    {"dropout", "rate=0", {1, 1, 3}, 1},
    {"reshape", "shape=3x2x4", {1, 1, 24}, 2},
    {"reshape", "shape=24", {3, 2, 4}, 2},
    {"reshape", "shape=2x3x1x4", {1, 1, 24}, 2},
    {"reshape", "shape=3x2x4", {3, 2, 1, 4}, 2},
    {"flatten", "", {3, 2, 4}, 2},
    {"flatten", "", {3, 2, 1, 4}, 2},
    {"upsample", "", {3, 2, 4}, 2},
    {"upsample", "factor=1x3", {2, 3, 1}, 2},
    {"avg_pool", "", {4, 5, 3}, 2},
    {"avg_pool", "kernel=3x2 stride=1x2", {5, 6, 2}, 2},
    {"avg_pool", "kernel=1 stride=2", {4, 5, 1}, 2},
    {"add", "", {3, 2, 4}, 2, {{3, 2, 4}}},
    {"add", "", {1, 1, 7}, 3, {{1, 1, 7}, {1, 1, 7}}},
    {"add", "", {1, 3, 2, 2}, 2, {{1, 3, 2, 2}}},
    {"concat", "", {1, 1, 3}, 3, {{1, 1, 5}, {1, 1, 1}}},
    {"concat", "", {3, 2, 4}, 2, {{3, 2, 1}, {1, 1, 3}}},
    {"concat", "", {1, 1, 2}, 2, {{2, 3, 3}}},
    {"concat", "", {2, 3, 3, 2}, 2, {{2, 3, 1, 2}, {1, 1, 2}}},
};
enum { CASES = sizeof cases / sizeof *cases };

/* One layer with all it is handed, each span of just its size, so that the
 * address sanitizer sees a step beyond it. */
typedef struct trial {
    gt_layer layer;
    void *options;
    gt_pass pass;
    size_t in, out, n_params, n_state; /* reals, for the pass's n */
    /* Of each input in x and dx, where they lie one after the other. */
    size_t first[GT_LAYER_MAX_INPUTS], size[GT_LAYER_MAX_INPUTS];
    gt_real *x, *y, *dy, *dx, *param, *state, *grad, *saved, *scratch, *probe;
} trial;

enum { MARGIN = 32 }; /* reals before the layer's first tensor */

static gt_real *reals(size_t n)
{
    gt_real *p = malloc((n ? n : 1) * sizeof *p);
    assert_non_null(p);
    return p;
}

static gt_real *copy_of(const gt_real *x, size_t n)
{
    return memcpy(reals(n), x, n * sizeof *x);
}

static void spoil(gt_real *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        x[i] = NAN;
}

/* Normal numbers, kept away from 0 where piecewise functions have kinks. */
static void draw(gt_real *x, size_t n, uint32_t stream)
{
    gt_rng_normal((gt_rng){.seed = 5, .stream = stream}, x, n);
    for (size_t i = 0; i < n; i++)
        x[i] += x[i] < 0 ? -0.05 : 0.05;
}

static size_t place(gt_tensor *tensors, int n)
{
    size_t at = MARGIN;
    for (int i = 0; i < n; i++) {
        tensors[i].offset = at;
        at += (tensors[i].count + 15) / 16 * 16 + 16;
    }
    return at;
}

static void add_input(trial *b, gt_shape shape, int n)
{
    int k = b->layer.n_inputs++;
    b->layer.input[k] = shape;
    b->first[k] = b->in;
    b->size[k] = (size_t)n * gt_shape_size(shape);
    b->in += b->size[k];
}

static void trial_open(trial *b, const layer_case *c, bool training)
{
    const gt_layer_type *type = gt_layer_type_find(c->type);
    *b = (trial){.options = layer_options_new(type, c->options)};
    assert_non_null(b->options);
    b->layer = (gt_layer){
        .type = type, .options = b->options, .index = 3, .in = c->in};
    add_input(b, c->in, c->n);
    for (int k = 0; k < 2 && gt_shape_size(c->more[k]) > 0; k++)
        add_input(b, c->more[k], c->n);
    gt_status status = type->plan(&b->layer, c->n + 2);
    if (status != GT_OK)
        fail_msg("%s %s: %s", c->type, c->options, gt_message());
    b->out = (size_t)c->n * gt_shape_size(b->layer.out);
    b->n_params = place(b->layer.param, b->layer.n_params);
    b->n_state = place(b->layer.state, b->layer.n_states);
    b->x = reals(b->in);
    b->dx = reals(b->in);
    b->y = reals(b->out);
    b->dy = reals(b->out);
    b->probe = reals(b->out);
    b->param = reals(b->n_params);
    b->grad = reals(b->n_params);
    b->state = reals(b->n_state);
    b->saved = reals(b->layer.saved);
    b->scratch = reals(b->layer.scratch);
    draw(b->x, b->in, 1);
    draw(b->param, b->n_params, 2);
    draw(b->state, b->n_state, 3);
    draw(b->probe, b->out, 4);
    for (size_t i = 0; i < b->n_state; i++) /* a variance is positive */
        b->state[i] = fabs(b->state[i]) + 0.1;
    b->pass = (gt_pass){.n = c->n,
                        .training = training,
                        .seed = 9,
                        .step = 4,
                        .first_sample = 17,
                        .stream = 0x1000,
                        .param = b->param,
                        .state = b->state,
                        .grad = b->grad};
}

static void trial_close(trial *b)
{
    gt_real *all[] = {b->x,     b->y,    b->dy,    b->dx,      b->param,
                      b->state, b->grad, b->saved, b->scratch, b->probe};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]);
    free(b->options);
    gt_layer_free(&b->layer);
}

/* From the inputs of x. */
static void forward(trial *b, const gt_real *x, gt_real *y)
{
    spoil(b->saved, b->layer.saved);
    spoil(b->scratch, b->layer.scratch);
    gt_layer_io io = {.y = y, .saved = b->saved, .scratch = b->scratch};
    for (int k = 0; k < b->layer.n_inputs; k++)
        io.x[k] = x + b->first[k];
    b->layer.type->forward(&b->layer, &b->pass, &io);
}

/* Backward from the probe after a forward. The layer gets only what its type
 * says it reads; the rest is NaN. */
static void backward_to(trial *b, gt_real *dy, gt_real *const dx[])
{
    const gt_layer_type *type = b->layer.type;
    gt_real *none = reals(b->in + b->out);
    spoil(none, b->in + b->out);
    spoil(b->scratch, b->layer.scratch);
    memcpy(dy, b->probe, b->out * sizeof *dy);
    gt_layer_io io = {.y = type->reads_output ? b->y : none,
                      .dy = dy,
                      .saved = b->saved,
                      .scratch = b->scratch};
    for (int k = 0; k < b->layer.n_inputs; k++) {
        io.x[k] = type->reads_input ? b->x + b->first[k] : none;
        io.dx[k] = dx[k];
    }
    type->backward(&b->layer, &b->pass, &io);
    free(none);
}

/* Towards all inputs, or none if dx is NULL. */
static void backward(trial *b, gt_real *dy, gt_real *dx)
{
    gt_real *to[GT_LAYER_MAX_INPUTS] = {NULL};
    for (int k = 0; dx && k < b->layer.n_inputs; k++)
        to[k] = dx + b->first[k];
    backward_to(b, dy, to);
}

/* Central difference of the loss probe . y by *at. Outputs are subtracted
 * before they are summed, which loses fewer digits. */
static double difference(trial *b, gt_real *at)
{
    const double h = 1e-5;
    gt_real here = *at, *above = reals(b->out);
    *at = here + h;
    forward(b, b->x, above);
    *at = here - h;
    forward(b, b->x, b->y);
    *at = here;
    double sum = 0;
    for (size_t i = 0; i < b->out; i++)
        sum += b->probe[i] * (above[i] - b->y[i]);
    free(above);
    return sum / (2 * h);
}

static void check_span(trial *b, const layer_case *c, const char *what,
                       gt_real *at, size_t n, const gt_real *gradient)
{
    const double tolerance = 1e-6, floor = 1e-2;
    for (size_t i = 0; i < n; i++) {
        double numeric = difference(b, &at[i]);
        double size = fmax(fmax(fabs(numeric), fabs(gradient[i])), floor);
        if (!(fabs(numeric - gradient[i]) <= tolerance * size))
            fail_msg("%s %s, %s: gradient of %s[%zu] is %.10g, finite "
                     "difference %.10g",
                     c->type, c->options,
                     b->pass.training ? "training" : "evaluation", what, i,
                     gradient[i], numeric);
    }
}

typedef void check(trial *b, const layer_case *c);

static void for_all_cases(check *one)
{
    for (int i = 0; i < CASES; i++) {
        const gt_layer_type *type = gt_layer_type_find(cases[i].type);
        for (int training = 0; type && !type->view && training < 2;
             training++) {
            trial b;
            trial_open(&b, &cases[i], training);
            one(&b, &cases[i]);
            trial_close(&b);
        }
    }
}

static void every_layer_type_has_a_case_and_a_complete_entry(void **state)
{
    (void)state;
    for (int i = 0; i < gt_layer_type_count; i++) {
        const gt_layer_type *type = gt_layer_types[i];
        int found = 0, volumes = 0;
        for (int k = 0; k < CASES; k++) {
            bool is = !strcmp(cases[k].type, type->name);
            found += is;
            volumes += is && gt_shape_is_volume(cases[k].in);
        }
        if (!found)
            fail_msg("layer type %s has no case here: add one", type->name);
        if (type->volumes && !volumes)
            fail_msg("layer type %s takes volumes, but no case here is one: "
                     "add it",
                     type->name);
        assert_non_null(type->help);
        assert_non_null(type->options);
        assert_non_null(type->plan);
        assert_true(type->view || (type->forward && type->backward));
        assert_true(!type->stat_local == !type->stat_merge &&
                    !type->stat_local == !type->stat_local_backward);
        assert_ptr_equal(gt_layer_type_find(type->name), type);
    }
    assert_null(gt_layer_type_find("no such layer"));
}

static void views_keep_the_number_of_values(void **state)
{
    (void)state;
    int views = 0;
    for (int i = 0; i < CASES; i++) {
        const gt_layer_type *type = gt_layer_type_find(cases[i].type);
        if (!type || !type->view)
            continue;
        trial b;
        trial_open(&b, &cases[i], true);
        assert_int_equal(b.in, b.out);
        assert_int_equal(b.layer.n_params + b.layer.n_states, 0);
        trial_close(&b);
        views++;
    }
    assert_true(views > 0);
}

static void check_differences(trial *b, const layer_case *c)
{
    forward(b, b->x, b->y);
    backward(b, b->dy, b->dx);
    check_span(b, c, "input", b->x, b->in, b->dx);
    for (int k = 0; k < b->layer.n_params; k++) {
        const gt_tensor *t = &b->layer.param[k];
        check_span(b, c, t->name, b->param + t->offset, t->count,
                   b->grad + t->offset);
    }
}

static void gradients_match_finite_differences(void **state)
{
    (void)state;
    for_all_cases(check_differences);
}

static bool in_a_param(const gt_layer *layer, size_t i)
{
    for (int k = 0; k < layer->n_params; k++)
        if (i >= layer->param[k].offset &&
            i < layer->param[k].offset + layer->param[k].count)
            return true;
    return false;
}

static void check_span_of_gradients(trial *b, const layer_case *c)
{
    (void)c;
    spoil(b->grad, b->n_params);
    forward(b, b->x, b->y);
    backward(b, b->dy, b->dx);
    for (size_t i = 0; i < b->n_params; i++)
        assert_int_equal(!isnan(b->grad[i]), in_a_param(&b->layer, i));
}

static void gradients_overwrite_their_tensors_and_nothing_else(void **state)
{
    (void)state;
    for_all_cases(check_span_of_gradients);
}

static void check_accumulation(trial *b, const layer_case *c)
{
    (void)c;
    forward(b, b->x, b->y);
    backward(b, b->dy, b->dx);
    gt_real *once = copy_of(b->grad, b->n_params);
    draw(b->grad, b->n_params, 6);
    gt_real *before = copy_of(b->grad, b->n_params);
    b->pass.accumulate = true;
    backward(b, b->dy, b->dx);
    for (size_t i = 0; i < b->n_params; i++) {
        double want = before[i];
        if (in_a_param(&b->layer, i))
            want += once[i];
        assert_true(fabs(b->grad[i] - want) <= 1e-12 * (1 + fabs(want)));
    }
    free(once);
    free(before);
}

static void gradients_accumulate_on_request(void **state)
{
    (void)state;
    for_all_cases(check_accumulation);
}

static void check_halves(trial *b, const layer_case *c)
{
    (void)c;
    forward(b, b->x, b->y);
    backward(b, b->dy, b->dx);
    gt_real *dx = copy_of(b->dx, b->in);
    gt_real *grad = copy_of(b->grad, b->n_params);

    spoil(b->dx, b->in);
    b->pass.grad = NULL;
    backward(b, b->dy, b->dx);
    assert_memory_equal(dx, b->dx, b->in * sizeof *dx);

    b->pass.grad = b->grad;
    spoil(b->grad, b->n_params);
    backward(b, b->dy, NULL);
    for (size_t i = 0; i < b->n_params; i++)
        assert_true(!in_a_param(&b->layer, i) || grad[i] == b->grad[i]);
    free(dx);
    free(grad);
}

static void either_gradient_can_be_left_out(void **state)
{
    (void)state;
    for_all_cases(check_halves);
}

/* Input k takes turns with the output, and its gradient with the output's. */
static void check_in_place_of(trial *b, int k)
{
    gt_real *to[GT_LAYER_MAX_INPUTS] = {NULL};
    for (int i = 0; i < b->layer.n_inputs; i++)
        to[i] = i == k ? b->dy : b->dx + b->first[i];
    assert_int_equal(b->size[k], b->out);
    forward(b, b->x, b->y);
    backward(b, b->dy, b->dx);
    gt_real *x = copy_of(b->x, b->in);
    gt_real *y = copy_of(b->y, b->out);
    gt_real *dx = copy_of(b->dx, b->in);
    if (!b->layer.type->reads_input) {
        forward(b, b->x, b->x + b->first[k]);
        for (size_t i = 0; i < b->out; i++)
            assert_true(fabs(b->x[b->first[k] + i] - y[i]) <=
                        1e-15 * (b->layer.n_inputs - 1) * (1 + fabs(y[i])));
        memcpy(b->x, x, b->in * sizeof *x);
        forward(b, b->x, b->y);
    }
    backward_to(b, b->dy, to);
    for (int i = 0; i < b->layer.n_inputs; i++)
        assert_memory_equal(to[i], dx + b->first[i], b->size[i] * sizeof *dx);
    free(x);
    free(y);
    free(dx);
}

static void check_in_place(trial *b, const layer_case *c)
{
    (void)c;
    for (int k = 0; b->layer.type->in_place && k < b->layer.n_inputs; k++)
        check_in_place_of(b, k);
}

/* The gradient towards one input does not depend on who wants the others. */
static void check_one_input(trial *b, const layer_case *c)
{
    (void)c;
    forward(b, b->x, b->y);
    backward(b, b->dy, b->dx);
    gt_real *dx = copy_of(b->dx, b->in);
    for (int k = 0; k < b->layer.n_inputs; k++) {
        gt_real *to[GT_LAYER_MAX_INPUTS] = {NULL};
        to[k] = b->dx + b->first[k];
        spoil(b->dx, b->in);
        backward_to(b, b->dy, to);
        assert_memory_equal(to[k], dx + b->first[k], b->size[k] * sizeof *dx);
    }
    free(dx);
}

/* The direction in which the output moves with the inputs, against differences
 * of the forward map. */
static void check_tangent(trial *b, const layer_case *c)
{
    const double h = 1e-5;
    const gt_layer_type *type = b->layer.type;
    if (!type->piecewise_linear)
        return;
    gt_real *u = reals(b->in), *x = copy_of(b->x, b->in);
    gt_real *above = reals(b->out), *below = reals(b->out);
    draw(u, b->in, 7);
    for (size_t i = 0; i < b->in; i++)
        b->x[i] = x[i] + h * u[i];
    forward(b, b->x, above);
    for (size_t i = 0; i < b->in; i++)
        b->x[i] = x[i] - h * u[i];
    forward(b, b->x, below);
    forward(b, x, b->y);
    b->pass.tangent = true;
    if (type->apply_grad)
        type->apply_grad(&b->layer, b->y, memcpy(b->dy, u, b->in * sizeof *u),
                         b->in);
    else
        forward(b, u, b->dy);
    for (size_t i = 0; i < b->out; i++) {
        double numeric = (above[i] - below[i]) / (2 * h);
        if (!(fabs(numeric - b->dy[i]) <= 1e-6 * fmax(1, fabs(numeric))))
            fail_msg("%s %s: the tangent's output %zu is %.10g, the difference "
                     "%.10g",
                     c->type, c->options, i, b->dy[i], numeric);
    }
    free(u);
    free(x);
    free(above);
    free(below);
}

static void tangents_match_differences_of_the_forward_map(void **state)
{
    (void)state;
    for_all_cases(check_tangent);
}

static void gradients_towards_single_inputs_are_the_same(void **state)
{
    (void)state;
    for_all_cases(check_one_input);
}

static void layers_that_may_run_in_place_do_so_unharmed(void **state)
{
    (void)state;
    for_all_cases(check_in_place);
}

static void check_purity(trial *b, const layer_case *c)
{
    (void)c;
    gt_real *x = copy_of(b->x, b->in);
    forward(b, b->x, b->y);
    assert_memory_equal(b->x, x, b->in * sizeof *x);
    gt_real *y = copy_of(b->y, b->out);
    spoil(b->y, b->out);
    forward(b, b->x, b->y);
    assert_memory_equal(b->y, y, b->out * sizeof *y);
    free(x);
    free(y);
}

static void forward_is_repeatable_and_leaves_its_input(void **state)
{
    (void)state;
    for_all_cases(check_purity);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_layer_type_has_a_case_and_a_complete_entry),
        cmocka_unit_test(views_keep_the_number_of_values),
        cmocka_unit_test(gradients_match_finite_differences),
        cmocka_unit_test(gradients_overwrite_their_tensors_and_nothing_else),
        cmocka_unit_test(gradients_accumulate_on_request),
        cmocka_unit_test(either_gradient_can_be_left_out),
        cmocka_unit_test(layers_that_may_run_in_place_do_so_unharmed),
        cmocka_unit_test(gradients_towards_single_inputs_are_the_same),
        cmocka_unit_test(tangents_match_differences_of_the_forward_map),
        cmocka_unit_test(forward_is_repeatable_and_leaves_its_input),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
