/* Layers with products in bf16: gradients against finite differences, within
 * what bf16 leaves; and passes that do not train are fp32, bit for bit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/precision.h"
#include "core/product.h"
#include "core/rng.h"

#include "bf16.h"
#include "stack.h"

typedef struct kind {
    gt_shape in;
    const char *layers[2];
} kind;

/* One layer each, as the loss is then linear in the parameters and in the
 * inputs, so that long steps show what rounding would hide in short ones:
 * dense, as patches, in runs, turned, and with fewer multiplications. */
static const kind kinds[] = {
    {{4, 4, 50}, {"dense units=40"}},
    {{9, 9, 4}, {"conv2d filters=20 kernel=4 stride=2 padding=1"}},
    {{16, 16, 24}, {"conv2d filters=24 kernel=3 padding=same"}},
    {{11, 13, 3}, {"conv2d filters=40 kernel=5 stride=2 padding=same"}},
    {{8, 8, 20}, {"conv2d filters=3 kernel=3 padding=same"}},
    {{16, 16, 64}, {"conv2d filters=64 kernel=4 stride=2 padding=1"}},
    {{8, 8, 256}, {"conv2d filters=256 kernel=3 padding=same"}},
    {{8, 8, 64}, {"conv2d_transpose filters=64 kernel=4 stride=2 padding=1"}},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static void open_in(stack *t, const kind *k, gt_precision precision)
{
    const char *const layers[] = {k->layers[0], NULL};
    stack_open_in(t, precision, k->in, layers, true);
}

static double square(const gt_real *x, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (double)x[i] * (double)x[i];
    return sum;
}

/* Along the gradient itself the loss changes by its square. */
static double change_along(stack *t, gt_real *at, size_t n,
                           const gt_real *gradient)
{
    double step = 1 / sqrt(square(gradient, n)), side[2];
    gt_real *before = gt_real_alloc(n);
    assert_non_null(before);
    memcpy(before, at, n * sizeof *at);
    for (int s = 0; s < 2; s++) {
        for (size_t i = 0; i < n; i++)
            at[i] = before[i] + (gt_real)((s ? step : -step) * gradient[i]);
        side[s] = loss(t);
    }
    memcpy(at, before, n * sizeof *at);
    free(before);
    return (side[1] - side[0]) / (2 * step);
}

static void check_along(stack *t, const char *what, gt_real *at, size_t n,
                        const gt_real *gradient)
{
    double want = square(gradient, n), got = change_along(t, at, n, gradient);
    if (fabs(got - want) > 0.01 * want)
        fail_msg("%s: the loss changes by %g along the gradient, not %g", what,
                 got, want);
}

static void gradients_match_finite_differences(void **state)
{
    (void)state;
    for (int k = 0; k < KINDS; k++) {
        stack t;
        open_in(&t, &kinds[k], GT_BF16);
        back(&t, true);
        check_along(&t, kinds[k].layers[0], t.net->params, t.net->n_params,
                    t.grad);
        check_along(&t, kinds[k].layers[0], t.x, t.in, t.dx);
        stack_close(&t);
    }
}

static double distance(const gt_real *a, const gt_real *b, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += ((double)a[i] - (double)b[i]) * ((double)a[i] - (double)b[i]);
    return sqrt(sum / square(a, n));
}

/* Outputs and gradients of both kinds: near to fp32, and not the same. */
static void results_are_as_near_to_fp32_as_bf16_is(void **state)
{
    (void)state;
    for (int k = 0; k < KINDS; k++) {
        stack t, u;
        open_in(&t, &kinds[k], GT_FP32);
        open_in(&u, &kinds[k], GT_BF16);
        back(&t, true);
        back(&u, true);
        double off[] = {distance(output(&t), output(&u), t.out),
                        distance(t.grad, u.grad, t.net->n_params),
                        distance(t.dx, u.dx, t.in)};
        for (int i = 0; i < 3; i++)
            if (off[i] > 0.006 || off[i] < 1e-4)
                fail_msg("%s: number %d is off by %g", kinds[k].layers[0], i,
                         off[i]);
        stack_close(&t);
        stack_close(&u);
    }
}

/* Beside a large matrix for few rows, and for few terms, rounding and packing
 * would take longer than it saves: there products are fp32, but not
 * where bits must follow from the row alone. */
static void products_that_wait_for_memory_are_fp32(void **state)
{
    static const int sizes[][3] = {{3, 250, 5000}, {5000, 250, 3}};
    (void)state;
    for (int i = 0; i < 2; i++) {
        int m = sizes[i][0], n = sizes[i][1], k = sizes[i][2];
        size_t size = (size_t)m * (size_t)n;
        gt_real *a = gt_real_alloc((size_t)m * (size_t)k);
        gt_real *b = gt_real_alloc((size_t)k * (size_t)n);
        gt_real *c = gt_real_alloc(3 * size);
        assert_true(a && b && c);
        gt_rng_normal((gt_rng){.seed = 1}, a, (size_t)m * (size_t)k);
        gt_rng_normal((gt_rng){.seed = 2}, b, (size_t)k * (size_t)n);
        gt_product(GT_FP32, GT_PLAIN, GT_PLAIN, m, n, k, a, k, b, n, 0, c, n);
        gt_product(GT_BF16, GT_PLAIN, GT_PLAIN, m, n, k, a, k, b, n, 0,
                   c + size, n);
        gt_product_stable(GT_BF16, GT_PLAIN, GT_PLAIN, m, n, k, a, k, b, n, 0,
                          c + 2 * size, n);
        assert_memory_equal(c, c + size, size * sizeof *c);
        assert_memory_not_equal(c, c + 2 * size, size * sizeof *c);
        free(a);
        free(b);
        free(c);
    }
}

static void passes_that_do_not_train_are_fp32(void **state)
{
    (void)state;
    for (int k = 0; k < KINDS; k++) {
        stack t, u;
        open_in(&t, &kinds[k], GT_FP32);
        open_in(&u, &kinds[k], GT_BF16);
        t.pass.training = u.pass.training = false;
        assert_memory_equal(output(&t), output(&u), t.out * sizeof(gt_real));
        stack_close(&t);
        stack_close(&u);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradients_match_finite_differences),
        cmocka_unit_test(results_are_as_near_to_fp32_as_bf16_is),
        cmocka_unit_test(products_that_wait_for_memory_are_fp32),
        cmocka_unit_test(passes_that_do_not_train_are_fp32),
    };
    bf16_on_any_cpu();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
