/* Planning a network: what it refuses and how it says so, where activations
 * lie, where parameters start. */
#include "nn/init.h"
#include "nn/tape.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mix_layer.h"
#include "near.h"

enum { MOST_LAYERS = 32, MAX_N = 4 };

typedef struct stack {
    gt_layer_spec specs[MOST_LAYERS];
    int n;
    gt_network *net;
} stack;

static gt_status stack_open(stack *s, gt_shape in, const char *const *layers)
{
    *s = (stack){0};
    for (; *layers; layers++) {
        s->specs[s->n] = spec_of(*layers);
        assert_non_null(s->specs[s->n++].options);
    }
    return gt_network_new(&s->net, "generator", &(gt_network_input){"x", in}, 1,
                          s->specs, s->n, MAX_N);
}

static void stack_close(stack *s)
{
    for (int i = 0; i < s->n; i++)
        free(s->specs[i].options);
    gt_network_free(s->net);
}

#define LAYERS(...) ((const char *const[]){__VA_ARGS__, NULL})

static const gt_shape vector8 = {1, 1, 8};

static void misfit_is_refused_with_the_chain_of_shapes(void **state)
{
    (void)state;
    stack s;
    assert_int_equal(stack_open(&s, vector8,
                                LAYERS("mix 12", "reshape shape=2x2x3",
                                       "avg_pool kernel=5x1")),
                     GT_ERR_CONFIG);
    assert_null(s.net);
    assert_string_equal(gt_message(),
                        "generator: layer 2 avg_pool: kernel 5x1 does not fit "
                        "2x2x3; make it smaller (shapes: 8 -> 12 -> 2x2x3 -> "
                        "?)");
    stack_close(&s);
    assert_int_equal(stack_open(&s, vector8, LAYERS("reshape shape=3x3x1")),
                     GT_ERR_CONFIG);
    assert_string_equal(gt_message(),
                        "generator: layer 0 reshape: shape 3x3x1 holds 9 "
                        "values, but the input 8 has 8 (shapes: 8 -> ?)");
    stack_close(&s);
}

static void long_chains_of_shapes_show_their_end(void **state)
{
    (void)state;
    const char *layers[22] = {0};
    for (int i = 0; i < 20; i++)
        layers[i] = "relu";
    layers[20] = "avg_pool";
    stack s;
    assert_int_equal(stack_open(&s, vector8, layers), GT_ERR_CONFIG);
    assert_non_null(strstr(gt_message(), "layer 20 avg_pool"));
    assert_non_null(strstr(gt_message(), "(shapes: ... -> 8 -> 8"));
    stack_close(&s);
}

static void absurd_networks_are_refused(void **state)
{
    (void)state;
    stack s = {0};
    assert_int_equal(gt_network_new(&s.net, "d",
                                    &(gt_network_input){"x", vector8}, 1,
                                    s.specs, 0, 1),
                     GT_ERR_CONFIG);
    assert_non_null(strstr(gt_message(), "d: has 0 layers"));
    s.specs[0] = spec_of("relu");
    s.n = 1;
    assert_int_equal(gt_network_new(&s.net, "d",
                                    &(gt_network_input){"x", vector8}, 1,
                                    s.specs, 1, 0),
                     GT_ERR_CONFIG);
    assert_int_equal(
        gt_network_new(&s.net, "d",
                       &(gt_network_input){"x", (gt_shape){0, 1, 1}}, 1,
                       s.specs, 1, 1),
        GT_ERR_CONFIG);
    stack_close(&s);
    assert_int_equal(
        stack_open(&s, (gt_shape){256, 256, 64}, LAYERS("upsample factor=16")),
        GT_ERR_CONFIG);
    assert_non_null(strstr(gt_message(), "4096x4096x64"));
    stack_close(&s);
}

static void layers_of_images_refuse_volumes(void **state)
{
    (void)state;
    static const char *const layers[] = {"conv2d filters=2 kernel=3",
                                         "conv2d_transpose filters=2 kernel=3",
                                         "upsample", "avg_pool"};
    for (size_t i = 0; i < sizeof layers / sizeof *layers; i++) {
        stack s;
        assert_int_equal(
            stack_open(&s, (gt_shape){28, 20, 1, 12}, LAYERS(layers[i])),
            GT_ERR_CONFIG);
        assert_non_null(strstr(gt_message(),
                               "it takes images, but its input is a volume of "
                               "12x28x20x1; flatten it, or use dense layers"));
        stack_close(&s);
        assert_int_equal(stack_open(&s, (gt_shape){8, 6, 1, 2},
                                    LAYERS("reshape shape=16x6x1", layers[i])),
                         GT_OK);
        stack_close(&s);
    }
}

static void layers_that_take_volumes_keep_them(void **state)
{
    (void)state;
    stack s;
    assert_int_equal(stack_open(&s, (gt_shape){3, 2, 1, 4},
                                LAYERS("dense units=5", "batch_norm", "relu",
                                       "dropout", "reshape shape=2x3x4x5")),
                     GT_OK);
    assert_true(gt_shape_equal(s.net->layers[3].out, (gt_shape){3, 2, 5, 4}));
    assert_true(gt_shape_equal(s.net->out, (gt_shape){3, 4, 5, 2}));
    stack_close(&s);
    assert_int_equal(
        stack_open(&s, (gt_shape){3, 2, 1, 4}, LAYERS("reshape shape=2x3x4x5")),
        GT_ERR_CONFIG);
    assert_non_null(strstr(gt_message(), "shape 2x3x4x5 holds 120 values, but "
                                         "the input 4x3x2x1 has 24"));
    stack_close(&s);
}

/* Sizes that an int cannot count are found before anything is computed of them.
 */
static void layers_too_large_to_count_are_refused(void **state)
{
    (void)state;
    static const struct {
        gt_shape in;
        const char *layer, *says;
    } cases[] = {
        {{1, 1, 4096},
         "conv2d filters=1 kernel=1024 padding=1024",
         "4294967296 weights"},
        {{1024, 1024, 4096},
         "conv2d_transpose filters=4096 kernel=16",
         "4294967296 weights"},
        {{4194304, 1, 1},
         "conv2d_transpose filters=1 kernel=1 stride=1024",
         "height 4294967297"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        stack s = {0};
        assert_int_equal(stack_open(&s, cases[i].in, LAYERS(cases[i].layer)),
                         GT_ERR_CONFIG);
        if (!strstr(gt_message(), cases[i].says))
            fail_msg("%s", gt_message());
        stack_close(&s);
    }
    stack s = {.specs = {spec_of("conv2d filters=1 kernel=3")}, .n = 1};
    assert_int_equal(
        gt_network_new(&s.net, "d",
                       &(gt_network_input){"x", (gt_shape){4096, 4096, 1}}, 1,
                       s.specs, 1, 200),
        GT_ERR_CONFIG);
    assert_non_null(strstr(gt_message(), "3355443200 positions"));
    stack_close(&s);
}

/* Which layers share the buffer of the layer before them, as a word of + and
 * -; c: the output is the caller's input. */
static char *sharing(stack *s, gt_shape in, const char *const *layers,
                     char *word)
{
    gt_workspace ws;
    gt_tape tape;
    if (stack_open(s, in, layers) != GT_OK)
        fail_msg("%s", gt_message());
    assert_int_equal(gt_workspace_plan(&ws, &(const gt_network *){s->net}, 1),
                     GT_OK);
    assert_int_equal(gt_tape_plan(&tape, s->net, &ws), GT_OK);
    const gt_real *before = NULL;
    for (int i = 0; i < s->n; i++) {
        const gt_real *y = gt__tape_io(&tape, i).y;
        word[i] = !y ? 'c' : y == before ? '+' : '-';
        before = y;
    }
    word[s->n] = '\0';
    gt_tape_free(&tape);
    gt_workspace_free(&ws);
    stack_close(s);
    return word;
}

static void activations_share_buffers_where_they_may(void **state)
{
    (void)state;
    char word[32];
    stack s;
    gt_shape in = {1, 1, 8};
    /* the caller's input is never overwritten, a view of it is no copy */
    assert_string_equal(sharing(&s, in, LAYERS("relu"), word), "-");
    assert_string_equal(
        sharing(&s, in, LAYERS("flatten", "reshape shape=8", "tanh"), word),
        "cc-");
    /* in place after a layer that does not read its output, through views */
    assert_string_equal(
        sharing(&s, in,
                LAYERS("mix 8", "reshape shape=2x2x2", "dropout", "relu"),
                word),
        "-+++");
    /* what a backward reads stays: outputs of relu and tanh, also seen through
     * a view, inputs of batch_norm and silu */
    assert_string_equal(
        sharing(&s, in, LAYERS("mix 8", "relu", "flatten", "dropout", "tanh"),
                word),
        "-++-+");
    assert_string_equal(
        sharing(&s, in,
                LAYERS("mix 8", "tanh", "sigmoid", "batch_norm", "leaky_relu"),
                word),
        "-+--+");
    assert_string_equal(
        sharing(&s, in, LAYERS("mix 8", "silu", "dropout", "silu"), word),
        "--+-");
}

static void tapes_of_one_workspace_keep_their_activations(void **state)
{
    (void)state;
    stack s;
    assert_int_equal(stack_open(&s, vector8, LAYERS("mix 6", "tanh", "mix 3")),
                     GT_OK);
    gt_network_init(s.net, GT_INIT_GLOROT, 5, 0);
    gt_workspace ws;
    gt_tape one, two;
    assert_int_equal(gt_workspace_plan(&ws, &(const gt_network *){s.net}, 1),
                     GT_OK);
    assert_int_equal(gt_tape_plan(&one, s.net, &ws), GT_OK);
    assert_int_equal(gt_tape_plan(&two, s.net, &ws), GT_OK);
    gt_real x[8 * MAX_N], z[8 * MAX_N], dx[8 * MAX_N], kept[3 * MAX_N];
    for (int i = 0; i < 8 * MAX_N; i++) {
        x[i] = (gt_real)sin(i);
        z[i] = (gt_real)cos(i);
    }
    gt_pass pass = {.n = MAX_N,
                    .training = true,
                    .param = s.net->params,
                    .state = s.net->state};
    const gt_real *y = gt_tape_forward(&one, &pass, &(const gt_real *){x});
    memcpy(kept, y, sizeof kept);
    gt_tape_forward(&two, &pass, &(const gt_real *){z});
    memset(gt_tape_loss_gradient(&two), 0, sizeof kept);
    gt_tape_backward(&two, &pass, &(gt_real *){dx});
    assert_memory_equal(kept, y, sizeof kept);
    gt_tape_free(&one);
    gt_tape_free(&two);
    gt_workspace_free(&ws);
    stack_close(&s);
}

static void tensors_are_packed_at_multiples_of_sixteen(void **state)
{
    (void)state;
    stack s;
    assert_int_equal(
        stack_open(&s, vector8, LAYERS("mix 5", "batch_norm", "mix 16")),
        GT_OK);
    const gt_layer *l = s.net->layers;
    assert_int_equal(l[0].param[0].offset, 0);  /* 40 */
    assert_int_equal(l[0].param[1].offset, 48); /* 5 */
    assert_int_equal(l[1].param[0].offset, 64);
    assert_int_equal(l[1].param[1].offset, 80);
    assert_int_equal(l[2].param[0].offset, 96); /* 80 */
    assert_int_equal(l[2].param[1].offset, 176);
    assert_int_equal(s.net->n_params, 192);
    assert_int_equal(l[1].state[1].offset, 16);
    assert_int_equal(s.net->n_state, 32);

    gt_network_init(s.net, GT_INIT_DCGAN, 1, 0);
    for (size_t i = 0; i < s.net->n_params; i++) {
        bool padding = (i >= 40 && i < 48) || (i >= 53 && i < 64) ||
                       (i >= 69 && i < 80) || (i >= 85 && i < 96);
        assert_true(!padding || s.net->params[i] == 0);
    }
    stack_close(&s);
}

static void moments(const gt_real *x, size_t n, double *mean, double *variance)
{
    *mean = *variance = 0;
    for (size_t i = 0; i < n; i++)
        *mean += x[i] / (double)n;
    for (size_t i = 0; i < n; i++)
        *variance += pow(x[i] - *mean, 2) / (double)n;
}

/* Mean 0 and the variance asked for, within 5 deviations of either estimate
 * (kurtosis 3 at most). */
static void check_moments(const gt_real *x, size_t n, double mean,
                          double variance)
{
    double m, v;
    moments(x, n, &m, &v);
    assert_true(fabs(m - mean) < 5 * sqrt(variance / (double)n));
    assert_true(fabs(v / variance - 1) < 5 * sqrt(2 / (double)n));
}

static void weights_start_with_the_moments_of_their_scheme(void **state)
{
    (void)state;
    enum { IN = 200, OUT = 300, WEIGHTS = IN * OUT };
    stack s;
    assert_int_equal(
        stack_open(&s, (gt_shape){1, 1, IN},
                   LAYERS("mix 300", "reshape shape=10x10x3", "batch_norm",
                          "leaky_relu slope=0.5", "flatten", "mix 200", "relu",
                          "mix 300", "tanh", "leaky_relu slope=0.5")),
        GT_OK);
    const gt_layer *l = s.net->layers;
    const gt_real *leaky = s.net->params + l[0].param[0].offset;
    const gt_real *relu = s.net->params + l[5].param[0].offset;
    const gt_real *other = s.net->params + l[7].param[0].offset;
    const gt_real *scale = s.net->params + l[2].param[0].offset;
    const gt_real *bias = s.net->params + l[0].param[1].offset;

    gt_network_init(s.net, GT_INIT_GLOROT, 1, 0);
    check_moments(leaky, WEIGHTS, 0, 2.0 / (IN + OUT));
    double bound = sqrt(6.0 / (IN + OUT)), most = 0;
    for (int i = 0; i < WEIGHTS; i++)
        if (fabs(leaky[i]) > most) /* gcc 12 for arm64 fails at fmax() here */
            most = fabs(leaky[i]);
    assert_true(most <= bound * 1.000001 && most > 0.99 * bound);
    assert_true(scale[0] == 1 && scale[1] == 1 && scale[2] == 1);

    gt_network_init(s.net, GT_INIT_HE, 1, 0);
    check_moments(leaky, WEIGHTS, 0, 2.0 / (1.25 * IN));
    check_moments(relu, WEIGHTS, 0, 2.0 / OUT);
    check_moments(other, WEIGHTS, 0, 2.0 / IN);

    gt_network_init(s.net, GT_INIT_DCGAN, 1, 0);
    check_moments(leaky, WEIGHTS, 0, 4e-4);
    for (int i = 0; i < 3; i++)
        assert_true(scale[i] != 1 && fabs(scale[i] - 1) < 0.12);
    for (int i = 0; i < OUT; i++)
        assert_true(bias[i] == 0);
    for (int i = 0; i < 3; i++) {
        assert_true(s.net->state[l[2].state[0].offset + i] == 0);
        assert_true(s.net->state[l[2].state[1].offset + i] == 1);
    }
    stack_close(&s);
}

static void start_depends_on_seed_network_and_tensor_alone(void **state)
{
    (void)state;
    enum { WEIGHTS = 64, BYTES = WEIGHTS * sizeof(gt_real) };
    stack s;
    assert_int_equal(stack_open(&s, vector8, LAYERS("mix 8", "mix 8")), GT_OK);
    const gt_real *first = s.net->params;
    const gt_real *second = s.net->params + s.net->layers[1].param[0].offset;
    gt_real kept[WEIGHTS];
    gt_network_init(s.net, GT_INIT_HE, 1, 0);
    memcpy(kept, first, BYTES);
    assert_memory_not_equal(first, second, BYTES);
    gt_network_init(s.net, GT_INIT_HE, 1, 1);
    assert_memory_not_equal(first, kept, BYTES);
    gt_network_init(s.net, GT_INIT_HE, 2, 0);
    assert_memory_not_equal(first, kept, BYTES);
    gt_network_init(s.net, GT_INIT_HE, 1, 0);
    assert_memory_equal(first, kept, BYTES);
    stack_close(&s);
}

static void state_follows_the_batch_at_its_rate(void **state)
{
    (void)state;
    stack s;
    assert_int_equal(
        stack_open(&s, vector8,
                   LAYERS("mix 2", "batch_norm", "batch_norm momentum=0.5")),
        GT_OK);
    gt_network_init(s.net, GT_INIT_HE, 1, 0);
    gt_real batch[64];
    assert_int_equal(s.net->n_state, 64);
    for (int i = 0; i < 64; i++)
        batch[i] = 3;
    gt_network_update_stats(s.net, batch);
    const gt_layer *l = s.net->layers;
    assert_near(s.net->state[l[1].state[0].offset], 0.3, 1e-6);
    assert_near(s.net->state[l[1].state[1].offset + 1], 1.2, 1e-6);
    assert_near(s.net->state[l[2].state[0].offset + 1], 1.5, 1e-6);
    assert_near(s.net->state[l[2].state[1].offset], 2, 1e-6);
    assert_true(s.net->state[l[1].state[0].offset + 2] == 0);
    stack_close(&s);
}

static void bad_gradient_is_found_by_name(void **state)
{
    (void)state;
    stack s;
    char text[GT_LAYER_LABEL + 32];
    assert_int_equal(
        stack_open(&s, vector8, LAYERS("mix 2", "relu", "batch_norm")), GT_OK);
    gt_real *grads = gt_real_alloc(s.net->n_params);
    assert_non_null(grads);
    assert_false(gt_network_find_nonfinite(s.net, grads, text));
    grads[s.net->layers[2].param[1].offset + 1] = INFINITY;
    assert_true(gt_network_find_nonfinite(s.net, grads, text));
    assert_string_equal(text, "02_batch_norm/bias");
    grads[s.net->layers[0].param[0].offset + 3] = NAN;
    assert_true(gt_network_find_nonfinite(s.net, grads, text));
    assert_string_equal(text, "00_mix/weight");
    free(grads);
    stack_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(misfit_is_refused_with_the_chain_of_shapes),
        cmocka_unit_test(long_chains_of_shapes_show_their_end),
        cmocka_unit_test(absurd_networks_are_refused),
        cmocka_unit_test(layers_of_images_refuse_volumes),
        cmocka_unit_test(layers_that_take_volumes_keep_them),
        cmocka_unit_test(layers_too_large_to_count_are_refused),
        cmocka_unit_test(activations_share_buffers_where_they_may),
        cmocka_unit_test(tapes_of_one_workspace_keep_their_activations),
        cmocka_unit_test(tensors_are_packed_at_multiples_of_sixteen),
        cmocka_unit_test(weights_start_with_the_moments_of_their_scheme),
        cmocka_unit_test(start_depends_on_seed_network_and_tensor_alone),
        cmocka_unit_test(state_follows_the_batch_at_its_rate),
        cmocka_unit_test(bad_gradient_is_found_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
