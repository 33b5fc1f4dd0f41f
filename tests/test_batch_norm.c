/* batch_norm against PyTorch, and where a careless variance breaks down. */
#include "core/arena.h"
#include "core/rng.h"
#include "nn/layers.h"

#include "layer_options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "near.h"

/* Reference: torch.nn.BatchNorm2d of PyTorch 1.13 in double precision, three
 * samples of 2x1 pixels and two channels, with weight, bias, running mean and
 * variance as below. */
enum { N = 3, COUNT = 12, CHANNELS = 2 };
static const gt_real x[COUNT] = {0.5f, -1, 2,      0.25f, -0.75f, 3,
                                 1.5f, -2, 0.125f, 1,     -1.25f, 0.5f};
static const gt_real dy[COUNT] = {1,    -0.5f, 0.25f,  2, -1, 0.75f,
                                  0.5f, 0.5f,  -0.25f, 1, 2,  -1.5f};
static const gt_real param[] = {1.5f, -0.5f, 0.25f, 1};
static const gt_real running[] = {0.5f, -0.25f, 2, 0.5f};

static gt_layer layer_of(gt_shape in, int max_n)
{
    gt_layer layer = {.type = gt_layer_type_find("batch_norm"), .in = in};
    layer.options = layer_options_new(layer.type, "");
    assert_non_null(layer.options);
    assert_int_equal(layer.type->plan(&layer, max_n), GT_OK);
    layer.param[1].offset = layer.state[1].offset = (size_t)in.c;
    return layer;
}

static void run(const gt_layer *layer, const gt_pass *pass, const gt_real *in,
                const gt_real *gradient, gt_real *y, gt_real *dx)
{
    gt_real *saved = gt_real_alloc(layer->saved);
    gt_real *scratch = gt_real_alloc(layer->scratch);
    assert_true(saved && scratch);
    gt_layer_io io = {.x = {in}, .y = y, .saved = saved, .scratch = scratch};
    layer->type->forward(layer, pass, &io);
    size_t count = (size_t)pass->n * gt_shape_size(layer->in);
    gt_real *loss = gt_real_alloc(count);
    assert_non_null(loss);
    if (gradient) {
        memcpy(loss, gradient, count * sizeof *loss);
        io.dy = loss;
        io.dx[0] = dx;
        layer->type->backward(layer, pass, &io);
    }
    free(loss);
    free(saved);
    free(scratch);
}

static void training_matches_reference_values(void **state)
{
    (void)state;
    static const double want_y[] = {0.44078227, 1.4111817,  2.4031142,
                                    1.0132639,  -1.1944943, 0.13784482,
                                    1.7490035,  1.7295159,  -0.049800709,
                                    0.77451326, -1.848605,  0.93368037};
    static const double want_dx[] = {0.78529971,  0.22732579,  0.032174553,
                                     -0.51894526, -2.0211768,  -0.011985573,
                                     0.28321627,  -0.13066004, -0.90698708,
                                     -0.17087234, 1.8274734,   0.60513741};
    static const double want_grad[] = {-0.79946856, 1.1738574, 2.5, 2.25};
    static const double want_state[] = {0.48541667, -0.19583333, 1.9577604,
                                        0.74604167};
    gt_layer layer = layer_of((gt_shape){2, 1, CHANNELS}, N);
    gt_real y[COUNT], dx[COUNT], grad[4], batch[4] = {0};
    gt_pass pass = {.n = N,
                    .training = true,
                    .param = param,
                    .state = running,
                    .grad = grad,
                    .batch_state = batch,
                    .weight = 1};
    run(&layer, &pass, x, dy, y, dx);
    assert_all_near(y, want_y, COUNT, 1e-6);
    assert_all_near(dx, want_dx, COUNT, 1e-6);
    assert_all_near(grad, want_grad, 4, 1e-6);
    for (int i = 0; i < 4; i++)
        batch[i] = running[i] + layer.state_rate * (batch[i] - running[i]);
    assert_all_near(batch, want_state, 4, 1e-6);
    free((void *)layer.options);
    gt_layer_free(&layer);
}

static void evaluation_matches_reference_values(void **state)
{
    (void)state;
    static const double want_y[] = {
        0.25,      1.5303248, 1.8409863,   0.64645014, -1.0758219, -1.2980741,
        1.3106575, 2.2374245, -0.14774657, 0.11612536, -1.6061507, 0.46967522};
    static const double want_dx[] = {1.0606575,   0.35354986,  0.26516438,
                                     -1.4141994,  -1.0606575,  -0.53032478,
                                     0.53032876,  -0.35354986, -0.26516438,
                                     -0.70709971, 2.121315,    1.0606496};
    static const double want_grad[] = {-0.9059783, 4.3309857, 2.5, 2.25};
    gt_layer layer = layer_of((gt_shape){2, 1, CHANNELS}, N);
    gt_real y[COUNT], dx[COUNT], grad[4], batch[4] = {0};
    gt_pass pass = {.n = N,
                    .param = param,
                    .state = running,
                    .grad = grad,
                    .batch_state = batch,
                    .weight = 1};
    run(&layer, &pass, x, dy, y, dx);
    assert_all_near(y, want_y, COUNT, 1e-6);
    assert_all_near(dx, want_dx, COUNT, 1e-6);
    assert_all_near(grad, want_grad, 4, 1e-6);
    for (int i = 0; i < 4; i++)
        assert_true(batch[i] == 0);
    free((void *)layer.options);
    gt_layer_free(&layer);
}

static void statistics_of_passes_add_up_by_share(void **state)
{
    (void)state;
    gt_layer layer = layer_of((gt_shape){2, 1, CHANNELS}, N);
    gt_real y[COUNT], one[4] = {0}, other[4] = {0}, both[4] = {0};
    gt_pass pass = {
        .training = true, .param = param, .state = running, .weight = 1};
    pass.n = 1;
    pass.batch_state = one;
    run(&layer, &pass, x, NULL, y, NULL);
    pass.n = 2;
    pass.batch_state = other;
    run(&layer, &pass, x + 4, NULL, y, NULL);

    pass.batch_state = both;
    pass.n = 1;
    pass.weight = 0.25f;
    run(&layer, &pass, x, NULL, y, NULL);
    pass.n = 2;
    pass.weight = 0.75f;
    run(&layer, &pass, x + 4, NULL, y, NULL);
    for (int i = 0; i < 4; i++)
        assert_near(both[i], 0.25 * one[i] + 0.75 * other[i], 1e-6);
    free((void *)layer.options);
    gt_layer_free(&layer);
}

static void single_value_is_its_own_mean_and_has_no_variance(void **state)
{
    (void)state;
    gt_layer layer = layer_of((gt_shape){1, 1, CHANNELS}, 1);
    gt_real y[2], dx[2], batch[4] = {0};
    gt_pass pass = {.n = 1,
                    .training = true,
                    .param = param,
                    .state = running,
                    .batch_state = batch,
                    .weight = 1};
    run(&layer, &pass, x, dy, y, dx);
    for (int c = 0; c < CHANNELS; c++) {
        assert_near(y[c], param[CHANNELS + c], 1e-6);
        assert_near(dx[c], 0, 1e-6);
        assert_near(batch[c], x[c], 1e-6);
        assert_true(batch[CHANNELS + c] == running[CHANNELS + c]);
    }
    free((void *)layer.options);
    gt_layer_free(&layer);
}

/* A batch of three, of which one shard has a single sample: the variance is
 * that of the other shard, in its share. */
static void shards_of_one_value_leave_the_running_variance(void **state)
{
    (void)state;
    gt_layer layer = layer_of((gt_shape){1, 1, CHANNELS}, 2);
    gt_real y[2 * CHANNELS], batch[4] = {0};
    gt_pass pass = {.n = 1,
                    .training = true,
                    .param = param,
                    .state = running,
                    .batch_state = batch,
                    .weight = (gt_real)1 / 3};
    run(&layer, &pass, x, NULL, y, NULL);
    pass.n = 2;
    pass.weight = (gt_real)2 / 3;
    run(&layer, &pass, x + CHANNELS, NULL, y, NULL);
    for (int c = 0; c < CHANNELS; c++) {
        double a = x[CHANNELS + c], b = x[2 * CHANNELS + c];
        double variance = (a - b) * (a - b) / 2, old = running[CHANNELS + c];
        assert_near(batch[c], (x[c] + a + b) / 3, 1e-6);
        assert_near(batch[CHANNELS + c], (2 * variance + old) / 3, 1e-6);
    }
    free((void *)layer.options);
    gt_layer_free(&layer);
}

/* E[x^2] - E[x]^2 in single precision has no correct digit left at a mean of
 * 1000 deviations; at 300000 even the mean's own rounding, squared, would show
 * in the variance if it were not corrected. */
static void check_far_from_zero(double offset)
{
    enum { SIDE = 64, SAMPLES = 8, VALUES = SIDE * SIDE * SAMPLES * 3 };
    gt_real *far = gt_real_alloc(VALUES), *y = gt_real_alloc(VALUES);
    assert_true(far && y);
    gt_rng_normal((gt_rng){.seed = 1}, far, VALUES);
    double mean[3] = {0}, square[3] = {0}, n = VALUES / 3;
    for (int i = 0; i < VALUES; i++) {
        far[i] = (gt_real)(offset + (double)far[i]);
        mean[i % 3] += far[i] / n;
    }
    for (int i = 0; i < VALUES; i++)
        square[i % 3] += pow(far[i] - mean[i % 3], 2);

    gt_layer layer = layer_of((gt_shape){SIDE, SIDE, 3}, SAMPLES);
    const gt_real plain[] = {1, 1, 1, 0, 0, 0};
    gt_real batch[6] = {0};
    gt_pass pass = {.n = SAMPLES,
                    .training = true,
                    .param = plain,
                    .batch_state = batch,
                    .weight = 1};
    run(&layer, &pass, far, NULL, y, NULL);
    double rounding = 1e-7 * offset; /* of the mean, which is a gt_real */
    for (int c = 0; c < 3; c++) {
        assert_near(batch[c], mean[c], 1e-7);
        assert_near(batch[3 + c], square[c] / (n - 1), 1e-5);
    }
    for (int i = 0; i < VALUES; i++) {
        int c = i % 3;
        assert_near(y[i], (far[i] - mean[c]) / sqrt(square[c] / n + 1e-5),
                    1e-5 + rounding);
    }
    free(far);
    free(y);
    free((void *)layer.options);
    gt_layer_free(&layer);
}

static void variance_survives_a_large_mean(void **state)
{
    (void)state;
    check_far_from_zero(1000);
    check_far_from_zero(300000.013); /* midway between two floats */
}

/* Shards of one sample each, whose means are far from zero and apart. */
static void merged_statistics_survive_a_large_mean(void **state)
{
    (void)state;
    enum { SHARDS = 7, SIDE = 16, VALUES = SIDE * SIDE * 2 };
    gt_layer layer = layer_of((gt_shape){SIDE, SIDE, 2}, 1);
    gt_real *far = gt_real_alloc(SHARDS * VALUES);
    gt_real *scratch = gt_real_alloc(layer.scratch);
    assert_true(far && scratch && layer.stat_count == 5);
    gt_rng_normal((gt_rng){.seed = 4}, far, SHARDS * VALUES);
    double mean[2] = {0}, square[2] = {0}, n = SHARDS * VALUES / 2;
    double stats[SHARDS + 1][5] = {{0}}; /* the last has no samples */
    for (int i = 0; i < SHARDS * VALUES; i++) {
        far[i] = (gt_real)(300000 + i / VALUES + (double)far[i]);
        mean[i % 2] += (double)far[i] / n;
    }
    for (int i = 0; i < SHARDS * VALUES; i++)
        square[i % 2] += pow((double)far[i] - mean[i % 2], 2);
    for (int k = 0; k < SHARDS; k++) {
        gt_layer_io io = {.x = {far + (size_t)k * VALUES}, .scratch = scratch};
        layer.type->stat_local(&layer, &(gt_pass){.n = 1, .training = true},
                               &io, stats[k]);
    }
    for (int k = 1; k <= SHARDS; k++)
        layer.type->stat_merge(stats[0], stats[k], 5);
    assert_true(stats[0][0] == n);
    for (int c = 0; c < 2; c++) {
        assert_near(stats[0][1 + c], mean[c], 1e-9);
        assert_near(stats[0][3 + c], square[c] / n, 1e-5);
    }
    free(far);
    free(scratch);
    free((void *)layer.options);
    gt_layer_free(&layer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(training_matches_reference_values),
        cmocka_unit_test(evaluation_matches_reference_values),
        cmocka_unit_test(statistics_of_passes_add_up_by_share),
        cmocka_unit_test(single_value_is_its_own_mean_and_has_no_variance),
        cmocka_unit_test(shards_of_one_value_leave_the_running_variance),
        cmocka_unit_test(variance_survives_a_large_mean),
        cmocka_unit_test(merged_statistics_survive_a_large_mean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
