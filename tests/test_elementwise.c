/* Activations and dropout against reference values and their promises. */
#include "core/rng.h"
#include "nn/layers.h"

#include "layer_options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "near.h"

/* Values and derivatives of PyTorch 1.13 in double precision. */
static const gt_real points[] = {-3, -0.5f, 0, 0.75f, 2.5f};
enum { POINTS = 5 };
static const struct {
    const char *type;
    double y[POINTS], slope[POINTS];
} known[] = {
    {"relu", {0, 0, 0, 0.75, 2.5}, {0, 0, 0, 1, 1}},
    {"leaky_relu", {-0.6, -0.1, 0, 0.75, 2.5}, {0.2, 0.2, 0.2, 1, 1}},
    {"elu",
     {-0.95021293, -0.39346934, 0, 0.75, 2.5},
     {0.049787068, 0.60653066, 1, 1, 1}},
    {"silu",
     {-0.14227762, -0.18877033, 0, 0.50938402, 2.3103545},
     {-0.088104106, 0.26003881, 0.5, 0.84259994, 1.0994011}},
    {"tanh",
     {-0.99505475, -0.46211716, 0, 0.63514895, 0.9866143},
     {0.0098660372, 0.78644773, 1, 0.59658581, 0.026592227}},
    {"sigmoid",
     {0.047425873, 0.37754067, 0.5, 0.6791787, 0.92414182},
     {0.04517666, 0.23500371, 0.25, 0.21789499, 0.070103717}},
};
enum { KNOWN = sizeof known / sizeof *known };

static gt_layer planned(const char *name, void *options, int size)
{
    gt_layer layer = {.type = gt_layer_type_find(name),
                      .options = options,
                      .in = {1, 1, size}};
    assert_non_null(options);
    assert_int_equal(layer.type->plan(&layer, 1), GT_OK);
    return layer;
}

static void activations_match_reference_values(void **state)
{
    (void)state;
    const gt_pass pass = {.n = 1};
    gt_real ones[POINTS] = {1, 1, 1, 1, 1};
    for (int i = 0; i < KNOWN; i++) {
        gt_real y[POINTS], dx[POINTS];
        void *options =
            layer_options_new(gt_layer_type_find(known[i].type), "");
        gt_layer layer = planned(known[i].type, options, POINTS);
        gt_layer_io io = {.x = {points}, .y = y, .dy = ones, .dx = {dx}};
        layer.type->forward(&layer, &pass, &io);
        layer.type->backward(&layer, &pass, &io);
        assert_all_near(y, known[i].y, POINTS, 1e-6);
        assert_all_near(dx, known[i].slope, POINTS, 1e-6);
        free(options);
    }
}

static void activations_pass_nan_on_and_stand_large_numbers(void **state)
{
    (void)state;
    const gt_pass pass = {.n = 1};
    const gt_real x[] = {NAN, 1e30f, -1e30f};
    gt_real dy[] = {1, 1, 1};
    for (int i = 0; i < KNOWN; i++) {
        gt_real y[3], dx[3];
        void *options =
            layer_options_new(gt_layer_type_find(known[i].type), "");
        gt_layer layer = planned(known[i].type, options, 3);
        gt_layer_io io = {.x = {x}, .y = y, .dy = dy, .dx = {dx}};
        layer.type->forward(&layer, &pass, &io);
        layer.type->backward(&layer, &pass, &io);
        assert_true(isnan(y[0]));
        for (int k = 1; k < 3; k++)
            assert_true(isfinite(y[k]) && isfinite(dx[k]));
        free(options);
    }
}

enum { SIZE = 1001, BATCH = 100 };

static void dropped(gt_layer *layer, gt_pass pass, gt_real *y)
{
    gt_real *x = malloc((size_t)pass.n * SIZE * sizeof *x);
    assert_non_null(x);
    for (int i = 0; i < pass.n * SIZE; i++)
        x[i] = 1;
    layer->type->forward(layer, &pass, &(gt_layer_io){.x = {x}, .y = y});
    free(x);
}

static void dropout_drops_at_its_rate_and_keeps_the_mean(void **state)
{
    (void)state;
    static gt_real y[BATCH * SIZE];
    void *options =
        layer_options_new(gt_layer_type_find("dropout"), "rate=0.3");
    gt_layer layer = planned("dropout", options, SIZE);
    gt_pass pass = {.n = BATCH, .training = true, .seed = 3};
    dropped(&layer, pass, y);
    double kept = 0, n = BATCH * SIZE;
    for (int i = 0; i < BATCH * SIZE; i++) {
        assert_true(y[i] == 0 || y[i] == (gt_real)(1 / 0.7));
        kept += y[i] != 0;
    }
    assert_true(fabs(kept / n - 0.7) < 4 * sqrt(0.3 * 0.7 / n));

    pass.training = false;
    dropped(&layer, pass, y);
    for (int i = 0; i < BATCH * SIZE; i++)
        assert_true(y[i] == 1);
    free(options);
}

static bool same_masks(const gt_real *a, const gt_real *b, size_t n)
{
    return !memcmp(a, b, n * sizeof *a);
}

static void dropout_masks_belong_to_samples_not_to_passes(void **state)
{
    (void)state;
    static gt_real all[4 * SIZE], part[4 * SIZE];
    void *options = layer_options_new(gt_layer_type_find("dropout"), "");
    gt_layer layer = planned("dropout", options, SIZE);
    gt_pass pass = {.n = 4, .training = true, .seed = 3, .first_sample = 8};
    dropped(&layer, pass, all);
    assert_false(same_masks(all, all + SIZE, SIZE));

    gt_pass later = pass;
    later.n = 2;
    later.first_sample = 10;
    dropped(&layer, later, part);
    assert_true(same_masks(all + 2 * SIZE, part, 2 * SIZE));

    gt_pass other = pass;
    other.step++;
    dropped(&layer, other, part);
    assert_false(same_masks(all, part, SIZE));
    other = pass;
    other.stream = 0x1000;
    dropped(&layer, other, part);
    assert_false(same_masks(all, part, SIZE));
    layer.index++;
    dropped(&layer, pass, part);
    assert_false(same_masks(all, part, SIZE));
    free(options);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(activations_match_reference_values),
        cmocka_unit_test(activations_pass_nan_on_and_stand_large_numbers),
        cmocka_unit_test(dropout_drops_at_its_rate_and_keeps_the_mean),
        cmocka_unit_test(dropout_masks_belong_to_samples_not_to_passes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
