/* How much larger errors of convolutions with fewer multiplications are in bf16
 * than those of plain products: measured, against what the plan expects of a
 * tile, and what it lets pass. Products in runs have those of plain ones. */
#include "core/rng.h"
#include "nn/conv/algorithms.h"
#include "nn/conv/winograd_plan.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "bf16.h"

enum { N = 4, PRODUCTS = 3 };

/* A geometry with its numbers. */
typedef struct trial {
    gt__conv_geometry g;
    size_t n_big, n_small, n_kernel;
    gt_real *big, *small, *kernel;
} trial;

static gt_real *drawn(size_t n, uint32_t stream)
{
    gt_real *x = malloc(n * sizeof *x);
    assert_non_null(x);
    gt_rng_normal((gt_rng){.seed = 3, .stream = stream}, x, n);
    return x;
}

static gt_real *room(size_t n)
{
    gt_real *x = calloc(n + 1, sizeof *x);
    assert_non_null(x);
    return x;
}

/* A multiple of all sizes of tiles, so that none ends beyond the image. */
enum { OUTPUTS = 12 };

static void open_trial(trial *t, int kernel, int stride)
{
    int size = OUTPUTS * stride + kernel - stride;
    t->g = (gt__conv_geometry){.h = size,
                               .w = size,
                               .c = 16,
                               .oh = OUTPUTS,
                               .ow = OUTPUTS,
                               .m = 16,
                               .kh = kernel,
                               .kw = kernel,
                               .sh = stride,
                               .sw = stride};
    t->n_big = (size_t)N * size * size * t->g.c;
    t->n_small = (size_t)N * OUTPUTS * OUTPUTS * t->g.m;
    t->n_kernel = (size_t)gt__conv_patch_size(&t->g) * t->g.m;
    t->big = drawn(t->n_big, 1);
    t->small = drawn(t->n_small, 2);
    t->kernel = drawn(t->n_kernel, 3);
}

static void close_trial(trial *t)
{
    free(t->big);
    free(t->small);
    free(t->kernel);
}

static size_t result_size(const trial *t, int product)
{
    return product == 0 ? t->n_small : product == 1 ? t->n_big : t->n_kernel;
}

/* Product 0: forward, 1: of data, 2: of weights. */
static gt_real *compute_with(const trial *t, const gt__conv_algorithm *by,
                             const void *plan, int product, gt_kept *kept)
{
    gt_real *scratch = room(by->scratch(plan));
    gt_real *to = room(result_size(t, product));
    const gt__conv_kernel kernel = {
        t->kernel, product == 0 ? GT_PLAIN : GT_TRANSPOSED, kept};
    if (product == 0)
        by->forward(plan, N, t->big, &kernel, to, NULL, scratch);
    else if (product == 1)
        by->backward_data(plan, N, t->small, &kernel, to, NULL, scratch);
    else
        by->backward_weights(plan, N, t->big, t->small, GT_PLAIN, to, false,
                             scratch);
    free(scratch);
    return to;
}

/* With what is made of the kernel kept, too: to the same bits. */
static gt_real *compute(const trial *t, const gt__conv_algorithm *by,
                        const void *plan, int product)
{
    gt_real *result = compute_with(t, by, plan, product, NULL);
    if (!by->keeps)
        return result;
    gt_kept kept = {.values = room(by->keeps(plan))};
    for (int pass = 0; pass < 2; pass++) {
        gt_real *again = compute_with(t, by, plan, product, &kept);
        assert_memory_equal(again, result,
                            result_size(t, product) * sizeof *again);
        free(again);
    }
    free(kept.values);
    return result;
}

static gt_real *compute_plainly(const trial *t, gt_precision precision,
                                int product)
{
    gt__conv_geometry g = t->g;
    void *plan;
    g.precision = precision;
    assert_int_equal(gt__conv_im2col.plan_new(&plan, &g, N), GT_OK);
    gt_real *result = compute(t, &gt__conv_im2col, plan, product);
    gt__conv_im2col.plan_free(plan);
    return result;
}

/* Root of the mean square difference. */
static double error(const gt_real *a, const gt_real *b, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += ((double)a[i] - (double)b[i]) * ((double)a[i] - (double)b[i]);
    return sqrt(sum / (double)n);
}

/* `expected` times the error of plain products. */
static void check_product(const trial *t, const gt__conv_algorithm *by,
                          const void *plan, int product, double expected)
{
    size_t n = result_size(t, product);
    gt_real *exact = compute_plainly(t, GT_FP32, product);
    gt_real *plain = compute_plainly(t, GT_BF16, product);
    gt_real *result = compute(t, by, plan, product);
    double ratio = error(result, exact, n) / error(plain, exact, n);
    if (fabs(ratio / expected - 1) > 0.2)
        fail_msg("%s, kernel %d, stride %d, product %d: the error is %.2f "
                 "times that of plain products, not %.2f",
                 by->name, t->g.kh, t->g.sh, product, ratio, expected);
    free(exact);
    free(plain);
    free(result);
}

static void check_tiles(const trial *t, gt__winograd *w)
{
    void *plan;
    w->g.precision = GT_BF16;
    double expected = sqrt(w->v.noise * w->h.noise);
    assert_int_equal(gt__winograd_plan_with(&plan, w, N), GT_OK);
    for (int p = 0; p < PRODUCTS; p++)
        check_product(t, &gt__conv_winograd, plan, p, expected);
    gt__winograd_plan_free(plan);
}

static const int kernels[][2] = {{3, 1}, {4, 2}, {5, 2}, {5, 1}};
enum { KERNELS = sizeof kernels / sizeof *kernels };

static void errors_of_tiles_are_those_expected(void **state)
{
    (void)state;
    for (int k = 0; k < KERNELS; k++) {
        trial t;
        gt__winograd w;
        open_trial(&t, kernels[k][0], kernels[k][1]);
        for (int v = 2; v < 5; v++)
            if (gt__winograd_make(&w, &t.g, v, v == 4 ? 2 : v))
                check_tiles(&t, &w);
        close_trial(&t);
    }
}

static void errors_of_runs_are_those_of_plain_products(void **state)
{
    int taken = 0;
    (void)state;
    for (int k = 0; k < KERNELS; k++) {
        trial t;
        void *plan;
        open_trial(&t, kernels[k][0], kernels[k][1]);
        t.g.precision = GT_BF16;
        assert_int_equal(gt__conv_implicit_gemm.plan_new(&plan, &t.g, N),
                         GT_OK);
        assert_non_null(plan);
        for (int p = 0; p < PRODUCTS; p++)
            if (gt__conv_implicit_gemm.takes(plan, N, p)) {
                check_product(&t, &gt__conv_implicit_gemm, plan, p, 1);
                taken++;
            }
        gt__conv_implicit_gemm.plan_free(plan);
        close_trial(&t);
    }
    assert_true(taken > 2 * KERNELS);
}

/* Of all sizes that networks have, with many channels, where large tiles pay.
 */
static void plans_leave_at_most_twice_the_error(void **state)
{
    (void)state;
    int used = 0, larger = 0;
    for (int size = 4; size <= 64; size += 4)
        for (int k = 0; k < KERNELS; k++) {
            trial t;
            void *plan = NULL, *fp32 = NULL;
            open_trial(&t, kernels[k][0], kernels[k][1]);
            t.g.oh = t.g.ow = size;
            t.g.h = t.g.w = size * t.g.sh + t.g.kh - t.g.sh;
            t.g.c = t.g.m = 256;
            assert_int_equal(gt__winograd_plan_new(&fp32, &t.g, 64), GT_OK);
            t.g.precision = GT_BF16;
            assert_int_equal(gt__winograd_plan_new(&plan, &t.g, 64), GT_OK);
            for (int n = 1; n <= 64 && plan; n *= 2) {
                const gt__winograd *w = gt__winograd_for(plan, n);
                const gt__winograd *in_fp32 = gt__winograd_for(fp32, n);
                if (!w)
                    continue;
                bool fits = w->v.noise * w->h.noise <= 4;
                assert_int_equal(w->g.precision, fits ? GT_BF16 : GT_FP32);
                used += fits;
                larger += in_fp32 && in_fp32->v.noise * in_fp32->h.noise > 4;
            }
            gt__winograd_plan_free(plan);
            gt__winograd_plan_free(fp32);
            close_trial(&t);
        }
    assert_true(used > 100);
    assert_true(larger > 100); /* which the bound is there for */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_of_tiles_are_those_expected),
        cmocka_unit_test(errors_of_runs_are_those_of_plain_products),
        cmocka_unit_test(plans_leave_at_most_twice_the_error),
    };
    bf16_on_any_cpu();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
