/* Networks that are no rows of layers, against finite differences: several
 * inputs, several readers of one layer, sums of gradients, memory that layers
 * share. Random graphs look for what nobody thought of. */
#include "nn/init.h"
#include "nn/tape.h"

#include "finite_difference.h"
#include "mix_layer.h"

enum { MOST_LAYERS = 24, SAMPLES = 3, INPUTS = 2 };

/* A line of a description: "NAME: LAYER OPTIONS < FROM FROM". */
typedef struct line {
    char name[16], from[6][16];
    const char *reads[6];
} line;

typedef struct trial {
    line lines[MOST_LAYERS];
    gt_layer_spec specs[MOST_LAYERS];
    int n;
    gt_network *net;
    gt_workspace ws;
    gt_tape tape;
    gt_pass pass;
    gt_real *x[INPUTS], *dx[INPUTS], *probe, *grad;
    size_t in[INPUTS], out;
} trial;

static const gt_network_input inputs[INPUTS] = {{"x", {2, 2, 3}},
                                                {"c", {1, 1, 2}}};

static void read_line(trial *t, const char *text)
{
    line *l = &t->lines[t->n];
    gt_layer_spec *spec = &t->specs[t->n++];
    char rest[96], *from;
    const char *colon = strchr(text, ':');
    if (colon)
        snprintf(l->name, sizeof l->name, "%.*s", (int)(colon - text), text);
    snprintf(rest, sizeof rest, "%s", colon ? colon + 2 : text);
    from = strstr(rest, " <");
    if (from)
        *from = '\0';
    *spec = spec_of(rest);
    assert_non_null(spec->options);
    spec->name = l->name;
    spec->from = l->reads;
    char *save, *word = from ? strtok_r(from + 2, " ", &save) : NULL;
    for (; word; word = strtok_r(NULL, " ", &save)) {
        snprintf(l->from[spec->n_from], 16, "%s", word);
        l->reads[spec->n_from] = l->from[spec->n_from];
        spec->n_from++;
    }
}

static void open_trial(trial *t, const char *const *lines, bool training)
{
    *t = (trial){.n = 0};
    for (; *lines; lines++)
        read_line(t, *lines);
    if (gt_network_new(&t->net, "net", inputs, INPUTS, t->specs, t->n,
                       SAMPLES + 1) != GT_OK)
        fail_msg("%s", gt_message());
    assert_int_equal(
        gt_workspace_plan(&t->ws, &(const gt_network *){t->net}, 1), GT_OK);
    assert_int_equal(gt_tape_plan(&t->tape, t->net, &t->ws), GT_OK);
    gt_network_init(t->net, GT_INIT_GLOROT, 11, 0);
    for (int k = 0; k < INPUTS; k++) {
        t->in[k] = SAMPLES * gt_shape_size(inputs[k].shape);
        t->x[k] = numbers(t->in[k], 1 + (uint32_t)k);
        t->dx[k] = numbers(t->in[k], 5);
    }
    t->out = SAMPLES * gt_shape_size(t->net->out);
    t->probe = numbers(t->out, 6);
    t->grad = gt_real_alloc(t->net->n_params); /* between tensors: zeros */
    assert_non_null(t->grad);
    t->pass = (gt_pass){.n = SAMPLES,
                        .training = training,
                        .seed = 1,
                        .step = 2,
                        .first_sample = 6,
                        .param = t->net->weights,
                        .state = t->net->state,
                        .grad = t->grad};
}

static void close_trial(trial *t)
{
    for (int i = 0; i < t->n; i++)
        free(t->specs[i].options);
    gt_tape_free(&t->tape);
    gt_workspace_free(&t->ws);
    gt_network_free(t->net);
    for (int k = 0; k < INPUTS; k++) {
        free(t->x[k]);
        free(t->dx[k]);
    }
    free(t->probe);
    free(t->grad);
}

static double loss(void *context)
{
    trial *t = context;
    const gt_real *y =
        gt_tape_forward(&t->tape, &t->pass, (const gt_real *const *)t->x);
    double sum = 0;
    for (size_t i = 0; i < t->out; i++)
        sum += t->probe[i] * y[i];
    return sum;
}

static void back(trial *t, gt_real *const dx[])
{
    loss(t);
    memcpy(gt_tape_loss_gradient(&t->tape), t->probe,
           t->out * sizeof *t->probe);
    gt_tape_backward(&t->tape, &t->pass, dx);
}

/* Each gradient alone has the bits that it has among all. */
static void check_alone(trial *t)
{
    gt_real *dx[INPUTS], *grad = numbers(t->net->n_params, 8);
    back(t, t->dx);
    memcpy(grad, t->grad, t->net->n_params * sizeof *grad);
    back(t, NULL);
    assert_memory_equal(grad, t->grad, t->net->n_params * sizeof *grad);
    t->pass.grad = NULL;
    for (int k = 0; k < INPUTS; k++) {
        gt_real *alone[INPUTS] = {NULL};
        dx[k] = alone[k] = numbers(t->in[k], 9);
        back(t, alone);
        assert_memory_equal(dx[k], t->dx[k], t->in[k] * sizeof *dx[k]);
        free(dx[k]);
    }
    t->pass.grad = t->grad;
    free(grad);
}

static void check_graph(const char *const *lines)
{
    for (int training = 0; training < 2; training++) {
        trial t;
        open_trial(&t, lines, training);
        for (int k = 0; k < INPUTS; k++)
            memset(t.dx[k], 0, t.in[k] * sizeof *t.dx[k]);
        back(&t, t.dx);
        function f = {loss, &t, 1e-5, 1};
        assert_gradient(&f, "x", t.x[0], t.in[0], t.dx[0]);
        assert_gradient(&f, "c", t.x[1], t.in[1], t.dx[1]);
        assert_gradient(&f, "parameter", t.net->params, t.net->n_params,
                        t.grad);
        check_alone(&t);
        close_trial(&t);
    }
}

#define GRAPH(...) check_graph((const char *const[]){__VA_ARGS__, NULL})

static void residual_blocks_match_finite_differences(void **state)
{
    (void)state;
    GRAPH("dense units=3 < x c", "a: elu",
          "conv2d filters=3 kernel=3 padding=same", "batch_norm", "elu",
          "conv2d filters=3 kernel=3 padding=same", "b: add < a previous",
          "elu", "d: conv2d filters=4 kernel=3 padding=same",
          "e: conv2d filters=4 kernel=1 < b", "f: add < g d", "g: tanh < e",
          "add < f g");
}

static void conditions_join_where_they_are_named(void **state)
{
    (void)state;
    GRAPH("flatten < x", "mix 5 < previous c", "tanh", "dropout",
          "mix 4 < c previous c", "sigmoid", "mix 1");
    /* a layer may name one that comes later in the text */
    GRAPH("concat < c x", "conv2d filters=2 kernel=2", "y: elu",
          "e: dense units=3 < c", "t: tanh", "w: concat < t z y",
          "z: dense units=2 < e", "silu < w");
}

static void outputs_with_several_readers_get_the_sum(void **state)
{
    (void)state;
    GRAPH("f: flatten < x", "e: dense units=12 < c", "add < f e f", "a: tanh",
          "b: dropout < a", "d: sigmoid < a", "g: elu < a",
          "h: reshape shape=2x2x3 < a", "i: flatten < h",
          "add < a b d g i previous");
    /* one layer in both places, of the inputs themselves, and in place */
    GRAPH("d: dense units=3 < c", "a: add < d d", "concat < x a", "b: dropout",
          "add < b b", "mixed: concat < previous x c", "add < mixed mixed");
}

static void views_of_inputs_and_outputs_are_no_copies(void **state)
{
    (void)state;
    GRAPH("f: flatten < x", "e: dense units=12 < c", "add < e f",
          "reshape shape=2x2x3", "g: flatten", "h: dense units=12 < g",
          "add < h g", "reshape shape=2x3x2");
}

/* --- Penalties on the gradient towards x. */

static double penalty(void *context)
{
    trial *t = context;
    double sum = 0;
    gt_pass pass = t->pass;
    pass.grad = NULL;
    gt_network_parametrize(t->net);
    gt_tape_forward(&t->tape, &pass, (const gt_real *const *)t->x);
    for (size_t i = 0; i < t->out; i++)
        gt_tape_loss_gradient(&t->tape)[i] = 1;
    gt_tape_backward(&t->tape, &pass, (gt_real *[INPUTS]){t->dx[0]});
    for (size_t i = 0; i < t->in[0]; i++)
        sum += t->dx[0][i] * t->dx[0][i] / 2;
    return sum;
}

/* The gradient of the penalty is that of the tangent along dx. */
static void penalty_gradient(trial *t)
{
    static const gt_real still[8] = {0}; /* the condition does not move */
    penalty(t);
    gt_tape_tangent(&t->tape, &t->pass,
                    (const gt_real *[INPUTS]){t->dx[0], still});
    for (size_t i = 0; i < t->out; i++)
        gt_tape_loss_gradient(&t->tape)[i] = 1;
    gt_tape_backward_tangent(&t->tape, &t->pass);
}

static void check_penalty(const char *const *lines)
{
    trial t;
    open_trial(&t, lines, true);
    assert_int_equal(gt_tape_plan_tangent(&t.tape), GT_OK);
    penalty_gradient(&t);
    gt_real *once = numbers(t.net->n_params, 8);
    memcpy(once, t.grad, t.net->n_params * sizeof *once);
    gt_network_pull_back(t.net, t.grad, 0, t.net->n_params);
    assert_gradient(&(function){penalty, &t, 1e-6, 0.1}, "parameter",
                    t.net->params, t.net->n_params, t.grad);
    /* Added to another gradient, the bias's 0 is none. */
    memcpy(t.grad, once, t.net->n_params * sizeof *once);
    t.pass.accumulate = true;
    penalty_gradient(&t);
    for (size_t i = 0; i < t.net->n_params; i++)
        assert_true(fabs(t.grad[i] - 2 * once[i]) <=
                    1e-12 * (1 + fabs(once[i])));
    free(once);
    close_trial(&t);
}

static void penalties_match_central_differences(void **state)
{
    (void)state;
    check_penalty(
        (const char *const[]){"conv2d filters=4 kernel=3 padding=same < x c",
                              "a: leaky_relu",
                              "conv2d filters=4 kernel=3 padding=same",
                              "leaky_relu slope=0.1",
                              "conv2d filters=4 kernel=3 padding=same",
                              "b: add < a previous",
                              "leaky_relu",
                              "upsample",
                              "d: conv2d filters=3 kernel=2 stride=2",
                              "e: conv2d filters=3 kernel=1 < b",
                              "add < d e",
                              "relu",
                              "dropout",
                              "conv2d_transpose filters=2 kernel=2 stride=2",
                              "avg_pool",
                              "flatten",
                              "dense units=6",
                              "leaky_relu",
                              "concat < previous c",
                              "dense units=1",
                              NULL});
    check_penalty((const char *const[]){"flatten < x", "leaky_relu", "f: relu",
                                        "dense units=1 < f c", NULL});
    check_penalty((const char *const[]){
        "a: conv2d filters=3 kernel=3 padding=same "
        "parametrization=weight_norm < x c",
        "leaky_relu",
        "conv2d filters=3 kernel=3 padding=same parametrization=weight_norm",
        "add < a previous", "flatten",
        "dense units=1 parametrization=weight_norm", NULL});
}

static void curved_layers_have_no_tangent(void **state)
{
    (void)state;
    trial t;
    open_trial(&t,
               (const char *const[]){"concat < x c", "dense units=3", "tanh",
                                     "dense units=1", NULL},
               true);
    assert_int_equal(gt_tape_plan_tangent(&t.tape), GT_ERR_CONFIG);
    assert_non_null(strstr(gt_message(), "net: layer 2 tanh is curved"));
    close_trial(&t);
}

/* --- Random graphs. */

static uint32_t next(uint32_t *seed, uint32_t below)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (*seed >> 12) % below;
}

/* Layers that keep 12 numbers, of which some may be read several times. */
static void check_random(uint32_t seed)
{
    static const char *const single[] = {"mix 12",     "tanh",
                                         "elu",        "silu",
                                         "dropout",    "mix 12",
                                         "sigmoid",    "tanh",
                                         "batch_norm", "batch_norm",
                                         "elu",        "flatten",
                                         "mix 12",     "reshape shape=12"};
    char text[MOST_LAYERS][96];
    const char *lines[MOST_LAYERS + 1] = {"n0: flatten < x",
                                          "n1: dense units=12 < c"};
    bool is_read[MOST_LAYERS] = {false};
    int n = 2, last = 6 + (int)next(&seed, 10);
    for (; n < last; n++) {
        int a = (int)next(&seed, (uint32_t)n),
            b = (int)next(&seed, (uint32_t)n);
        if (next(&seed, 3) == 0) {
            snprintf(text[n], sizeof text[n], "n%d: add < n%d n%d", n, a, b);
            is_read[b] = true;
        } else {
            snprintf(text[n], sizeof text[n], "n%d: %s < n%d", n,
                     single[next(&seed, sizeof single / sizeof *single)], a);
        }
        is_read[a] = true;
        lines[n] = text[n];
    }
    for (int i = 0; i < n - 1 && n < MOST_LAYERS - 1; i++)
        if (!is_read[i]) {
            snprintf(text[n], sizeof text[n], "n%d: add < n%d n%d", n, n - 1,
                     i);
            lines[n] = text[n];
            n++;
        }
    lines[n] = NULL;
    check_graph(lines);
}

static void random_graphs_match_finite_differences(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 60; seed++)
        check_random(seed * 7919);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(residual_blocks_match_finite_differences),
        cmocka_unit_test(conditions_join_where_they_are_named),
        cmocka_unit_test(outputs_with_several_readers_get_the_sum),
        cmocka_unit_test(views_of_inputs_and_outputs_are_no_copies),
        cmocka_unit_test(penalties_match_central_differences),
        cmocka_unit_test(curved_layers_have_no_tangent),
        cmocka_unit_test(random_graphs_match_finite_differences),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
