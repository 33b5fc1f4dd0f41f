/* The algorithms for convolutions against im2col, in double: all that are in
 * the table, and winograd at every tile size, with strides, pads, images that
 * end inside a tile, and several blocks. What im2col computes is checked
 * against direct loops in test_conv.c. */
#include "core/rng.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "nn/conv/algorithms.h"
#include "nn/conv/conv.h"
#include "nn/conv/winograd_plan.h"

/* One geometry with numbers on all sides, and the results of im2col and of
 * another algorithm. */
typedef struct trial {
    const gt__conv_algorithm *algorithm;
    void *im2col; /* plans */
    const void *plan;
    const gt__conv_geometry *g;
    int n;
    size_t n_big, n_small, n_kernel;
    gt_real *big, *small, *kernel, *expected, *result;
    gt_real *im2col_scratch, *scratch;
} trial;

static gt_real *drawn(size_t n, uint32_t stream)
{
    gt_real *x = malloc(n * sizeof *x);
    assert_non_null(x);
    gt_rng_normal((gt_rng){.seed = 3, .stream = stream}, x, n);
    return x;
}

static void open_trial(trial *t, const gt__conv_algorithm *algorithm,
                       const void *plan, const gt__conv_geometry *g, int n)
{
    *t = (trial){.algorithm = algorithm, .plan = plan, .g = g, .n = n};
    assert_int_equal(gt__conv_im2col.plan_new(&t->im2col, g, n), GT_OK);
    t->n_big = (size_t)n * g->h * g->w * g->c;
    t->n_small = (size_t)n * g->oh * g->ow * g->m;
    t->n_kernel = (size_t)gt__conv_patch_size(g) * g->m;
    size_t most = t->n_big + t->n_small + t->n_kernel;
    t->big = drawn(t->n_big, 1);
    t->small = drawn(t->n_small, 2);
    t->kernel = drawn(t->n_kernel, 3);
    t->expected = drawn(most, 4);
    t->result = drawn(most, 4);
    t->im2col_scratch = drawn(gt__conv_im2col.scratch(t->im2col) + 1, 5);
    t->scratch = drawn(algorithm->scratch(plan) + 1, 5);
}

static void close_trial(trial *t)
{
    gt_real *all[] = {t->big,    t->small,          t->kernel, t->expected,
                      t->result, t->im2col_scratch, t->scratch};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]);
    gt__conv_im2col.plan_free(t->im2col);
}

static void compare(const trial *t, const char *what, size_t n)
{
    const gt__conv_geometry *g = t->g;
    double worst = 0, largest = 0;
    for (size_t i = 0; i < n; i++) {
        worst = fmax(worst, fabs(t->expected[i] - t->result[i]));
        largest = fmax(largest, fabs(t->expected[i]));
    }
    if (!(worst <= 1e-12 * largest))
        fail_msg("%s %s of %d x %dx%dx%d under %dx%d/%d is off by %g of %g",
                 t->algorithm->name, what, t->n, g->h, g->w, g->c, g->kh, g->kw,
                 g->sh, worst, largest);
}

static void run_forward(const trial *t, const gt__conv_kernel *kernel)
{
    t->algorithm->forward(t->plan, t->n, t->big, kernel, t->result, NULL,
                          t->scratch);
}

static void run_backward_data(const trial *t, const gt__conv_kernel *kernel)
{
    t->algorithm->backward_data(t->plan, t->n, t->small, kernel, t->result,
                                NULL, t->scratch);
}

/* Again with what is made of the kernel kept, and read without the kernel: to
 * the same bits. */
static void check_kept(const trial *t, gt_transpose op, size_t n,
                       void (*compute)(const trial *t,
                                       const gt__conv_kernel *kernel))
{
    if (!t->algorithm->keeps)
        return;
    gt_real *plain = t->result;
    gt_kept kept = {.values = drawn(t->algorithm->keeps(t->plan), 8)};
    gt_real *zeros = calloc(t->n_kernel, sizeof *zeros);
    trial again = *t;
    assert_non_null(zeros);
    again.result = drawn(n, 7);
    compute(&again, &(gt__conv_kernel){t->kernel, op, &kept});
    assert_memory_equal(again.result, plain, n * sizeof *plain);
    compute(&again, &(gt__conv_kernel){zeros, op, &kept});
    assert_memory_equal(again.result, plain, n * sizeof *plain);
    kept.maker = NULL;
    compute(&again, &(gt__conv_kernel){zeros, op, &kept});
    for (size_t i = 0; i < n; i++)
        assert_true(again.result[i] == 0);
    free(again.result);
    free(kept.values);
    free(zeros);
}

static void check_forward(const trial *t, gt_transpose op)
{
    const gt__conv_kernel kernel = {.weight = t->kernel, .op = op};
    gt__conv_im2col.forward(t->im2col, t->n, t->big, &kernel, t->expected, NULL,
                            t->im2col_scratch);
    run_forward(t, &kernel);
    compare(t, "forward", t->n_small);
    check_kept(t, op, t->n_small, run_forward);
}

static void check_backward_data(const trial *t, gt_transpose op)
{
    const gt__conv_kernel kernel = {.weight = t->kernel, .op = op};
    gt__conv_im2col.backward_data(t->im2col, t->n, t->small, &kernel,
                                  t->expected, NULL, t->im2col_scratch);
    run_backward_data(t, &kernel);
    compare(t, "backward_data", t->n_big);
    check_kept(t, op, t->n_big, run_backward_data);
}

static void check_backward_weights(const trial *t, gt_transpose op)
{
    for (int accumulate = 0; accumulate < 2; accumulate++) {
        gt__conv_im2col.backward_weights(t->im2col, t->n, t->big, t->small, op,
                                         t->expected, accumulate,
                                         t->im2col_scratch);
        t->algorithm->backward_weights(t->plan, t->n, t->big, t->small, op,
                                       t->result, accumulate, t->scratch);
        compare(t, "backward_weights", t->n_kernel);
    }
}

static void (*const checks[])(const trial *t, gt_transpose op) = {
    [GT__CONV_FORWARD] = check_forward,
    [GT__CONV_BACKWARD_DATA] = check_backward_data,
    [GT__CONV_BACKWARD_WEIGHTS] = check_backward_weights,
};

/* Both that are wanted backward at once: to the bits of one after the other. */
static void check_together(const trial *t, gt__conv_product data,
                           gt_transpose op, gt_transpose gradient_op)
{
    const gt__conv_algorithm *algorithm = t->algorithm;
    size_t n_data = data == GT__CONV_FORWARD ? t->n_small : t->n_big;
    gt_real *gradient[2] = {drawn(t->n_kernel, 6), drawn(t->n_kernel, 6)};
    const gt__conv_backward what = {.big = t->big,
                                    .small = t->small,
                                    .kernel = {t->kernel, op, NULL},
                                    .data = t->result,
                                    .gradient = gradient[0],
                                    .gradient_op = gradient_op,
                                    .accumulate = true};
    algorithm->backward(t->plan, t->n, data, &what, t->scratch);
    algorithm->backward_weights(t->plan, t->n, t->big, t->small, gradient_op,
                                gradient[1], true, t->scratch);
    if (data == GT__CONV_FORWARD)
        algorithm->forward(t->plan, t->n, t->big, &what.kernel, t->expected,
                           NULL, t->scratch);
    else
        algorithm->backward_data(t->plan, t->n, t->small, &what.kernel,
                                 t->expected, NULL, t->scratch);
    assert_memory_equal(gradient[0], gradient[1],
                        t->n_kernel * sizeof *gradient[0]);
    assert_memory_equal(t->result, t->expected, n_data * sizeof *t->result);
    free(gradient[0]);
    free(gradient[1]);
}

/* The products that the algorithm takes, however the kernel is stored. Returns
 * their number. */
static int check_plan(const gt__conv_algorithm *algorithm, const void *plan,
                      const gt__conv_geometry *g, int n)
{
    trial t;
    int taken = 0;
    open_trial(&t, algorithm, plan, g, n);
    for (int product = 0; product < GT__CONV_PRODUCTS; product++)
        if (algorithm->takes(plan, n, product)) {
            checks[product](&t, GT_PLAIN);
            checks[product](&t, GT_TRANSPOSED);
            taken++;
        }
    for (int way = 0; way < 8 && algorithm->backward; way++)
        check_together(&t, way & 4 ? GT__CONV_FORWARD : GT__CONV_BACKWARD_DATA,
                       way & 1 ? GT_TRANSPOSED : GT_PLAIN,
                       way & 2 ? GT_TRANSPOSED : GT_PLAIN);
    close_trial(&t);
    return taken;
}

static void check_winograd(const gt__winograd *tiles, int n)
{
    void *plan;
    assert_int_equal(gt__winograd_plan_with(&plan, tiles, n), GT_OK);
    assert_int_equal(check_plan(&gt__conv_winograd, plan, &tiles->g, n),
                     GT__CONV_PRODUCTS);
    gt__winograd_plan_free(plan);
}

static int check_all_tiles(const gt__conv_geometry *g, int n)
{
    int plans = 0;
    gt__winograd tiles;
    for (int v = 2; v < GT__POINTS; v++)
        for (int h = 2; h < GT__POINTS; h++)
            if (gt__winograd_make(&tiles, g, v, h)) {
                check_winograd(&tiles, n);
                plans++;
            }
    return plans;
}

static void winograd_equals_im2col_at_every_tile_size(void **state)
{
    (void)state;
    const struct {
        gt__conv_geometry g;
        int n, plans;
    } cases[] = {
        {{8, 8, 3, 4, 4, 4, 4, 4, 2, 2, 1, 1}, 2, 16},
        {{7, 9, 3, 4, 5, 2, 4, 4, 2, 2, 1, 1}, 3, 16},
        {{13, 10, 2, 7, 5, 3, 5, 5, 2, 2, 2, 1}, 2, 9},
        {{9, 6, 2, 5, 3, 3, 3, 3, 2, 2, 1, 1}, 2, 16},
        {{6, 7, 2, 6, 7, 3, 3, 3, 1, 1, 1, 1}, 2, 9},
        {{6, 9, 2, 6, 9, 3, 5, 5, 1, 1, 2, 2}, 2, 1},
        {{9, 8, 2, 5, 8, 3, 5, 3, 2, 1, 2, 1}, 2, 9},
        {{5, 5, 1, 9, 9, 1, 3, 3, 1, 1, 3, 3}, 1, 9},
        {{11, 12, 2, 4, 4, 3, 4, 4, 2, 2, 0, 0}, 2, 16},
        {{30, 4, 1, 14, 1, 1, 4, 4, 2, 2, 0, 0}, 1, 16},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(check_all_tiles(&cases[i].g, cases[i].n),
                         cases[i].plans);
}

/* A block holds about BLOCK_REALS values, so these have several: of images, of
 * lines of tiles, and a last one that is smaller. */
static void winograd_equals_im2col_over_several_blocks(void **state)
{
    (void)state;
    const gt__conv_geometry images = {16, 16, 32, 8, 8, 20, 4, 4, 2, 2, 1, 1};
    const gt__conv_geometry lines = {64, 66, 24, 64, 66, 20, 3, 3, 1, 1, 1, 1};
    gt__winograd tiles;
    assert_true(gt__winograd_make(&tiles, &images, 2, 2));
    gt__tiling t = gt__winograd_tiling(&tiles, 37);
    assert_true(t.block.n_images > 1 && t.block.n_images < 37);
    check_winograd(&tiles, 37);
    assert_true(gt__winograd_make(&tiles, &lines, 2, 3));
    t = gt__winograd_tiling(&tiles, 2);
    assert_true(t.block.n_lines < tiles.v.tiles);
    check_winograd(&tiles, 2);
}

static void winograd_refuses_what_it_cannot_compute(void **state)
{
    (void)state;
    /* Too many points, strides above 2, gaps between the kernels, and a first
     * position within the image. */
    const gt__conv_geometry wide = {20, 20, 2, 14, 14, 2, 7, 7, 1, 1, 0, 0};
    const gt__conv_geometry far = {20, 20, 2, 6, 6, 2, 4, 4, 3, 3, 0, 0};
    const gt__conv_geometry gaps = {20, 20, 2, 10, 10, 2, 2, 2, 2, 2, 0, 0};
    const gt__conv_geometry within = {20, 20, 2, 16, 16, 2, 3, 3, 1, 1, -1, -1};
    assert_int_equal(check_all_tiles(&within, 2), 0);
    assert_int_equal(check_all_tiles(&wide, 2), 0);
    assert_int_equal(check_all_tiles(&far, 2), 0);
    assert_int_equal(check_all_tiles(&gaps, 2), 0);
}

/* A plan for one number of samples asks what is best for that number. One for
 * many has to agree with all of these, and with the scratch they need. */
static void check_ranges(const gt__conv_geometry *g, int max_n)
{
    void *all, *one;
    size_t most = 0;
    assert_int_equal(gt__winograd_plan_new(&all, g, max_n), GT_OK);
    assert_non_null(all);
    for (int n = 1; n <= max_n; n++) {
        const gt__winograd *w = gt__winograd_for(all, n), *exact = NULL;
        assert_int_equal(gt__winograd_plan_new(&one, g, n), GT_OK);
        if (one)
            exact = gt__winograd_for(one, n);
        assert_true(!w == !exact);
        if (w) {
            gt__tiling t = gt__winograd_tiling(w, n);
            size_t needed = gt__winograd_working_set(w, &t);
            if (!gt__tiling_is_one_block(&t)) /* with a gradient */
                needed += gt__winograd_kernel_size(w, &t);
            most = needed > most ? needed : most;
            assert_int_equal(w->v.tile, exact->v.tile);
            assert_int_equal(w->h.tile, exact->h.tile);
        }
        gt__winograd_plan_free(one);
    }
    assert_int_equal(most, gt__winograd_scratch(all));
    gt__winograd_plan_free(all);
}

/* The sizes are those of the presets. */
static void winograd_is_planned_where_it_saves_work(void **state)
{
    (void)state;
    const gt__conv_geometry wide = {32, 32, 64, 16, 16, 128, 4, 4, 2, 2, 1, 1};
    const gt__conv_geometry deep = {8, 8, 256, 4, 4, 512, 4, 4, 2, 2, 1, 1};
    const gt__conv_geometry small = {7, 9, 17, 7, 9, 16, 3, 3, 1, 1, 1, 1};
    const gt__conv_geometry colours = {64, 64, 3, 32, 32, 64, 4, 4, 2, 2, 1, 1};
    const gt__conv_geometry *const cases[] = {&wide, &deep, &small};
    void *plan;
    for (int i = 0; i < 3; i++)
        check_ranges(cases[i], 300);
    assert_int_equal(gt__winograd_plan_new(&plan, &wide, 64), GT_OK);
    for (int n = 2; n <= 64; n++)
        assert_non_null(gt__winograd_for(plan, n));
    gt__winograd_plan_free(plan);
    assert_int_equal(gt__winograd_plan_new(&plan, &deep, 1), GT_OK);
    assert_null(plan);
    assert_int_equal(gt__winograd_plan_new(&plan, &colours, 64), GT_OK);
    assert_null(plan);
}

/* Geometries that every algorithm takes. */
static void every_algorithm_of_the_table_equals_im2col(void **state)
{
    (void)state;
    const gt__conv_geometry cases[] = {
        {16, 16, 16, 8, 8, 24, 4, 4, 2, 2, 1, 1},
        {13, 11, 20, 13, 11, 16, 3, 3, 1, 1, 1, 1},
        {9, 9, 16, 5, 5, 16, 5, 3, 2, 2, 2, 1},
    };
    for (int i = 0; gt__conv_algorithms[i]; i++) {
        const gt__conv_algorithm *algorithm = gt__conv_algorithms[i];
        int taken = 0;
        for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
            void *plan;
            assert_int_equal(algorithm->plan_new(&plan, &cases[k], 5), GT_OK);
            if (plan)
                taken += check_plan(algorithm, plan, &cases[k], 5);
            algorithm->plan_free(plan);
        }
        if (!taken)
            fail_msg("%s takes no case here: add one", algorithm->name);
    }
}

/* Few channels on either side, a stride, an image without padding or with more
 * than there is kernel, windows of several positions, the last of which ends
 * early, several blocks of lines. */
static void implicit_gemm_equals_im2col(void **state)
{
    (void)state;
    const struct {
        gt__conv_geometry g;
        int n, taken;
    } cases[] = {
        {{28, 28, 1, 14, 14, 64, 4, 4, 2, 2, 1, 1}, 3, 2},
        {{31, 29, 3, 16, 15, 24, 5, 5, 2, 2, 2, 2}, 2, 2},
        {{20, 23, 16, 20, 23, 3, 5, 5, 1, 1, 2, 2}, 2, 3},
        {{19, 21, 16, 17, 17, 1, 3, 5, 1, 1, 0, 0}, 2, 3},
        {{9, 11, 2, 15, 15, 3, 3, 3, 1, 1, 4, 3}, 3, 3},
        {{17, 90, 32, 17, 90, 16, 5, 5, 1, 1, 2, 2}, 1, 3},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        void *plan;
        assert_int_equal(
            gt__conv_implicit_gemm.plan_new(&plan, &cases[i].g, cases[i].n),
            GT_OK);
        assert_int_equal(
            check_plan(&gt__conv_implicit_gemm, plan, &cases[i].g, cases[i].n),
            cases[i].taken);
        gt__conv_implicit_gemm.plan_free(plan);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_algorithm_of_the_table_equals_im2col),
        cmocka_unit_test(implicit_gemm_equals_im2col),
        cmocka_unit_test(winograd_equals_im2col_at_every_tile_size),
        cmocka_unit_test(winograd_equals_im2col_over_several_blocks),
        cmocka_unit_test(winograd_refuses_what_it_cannot_compute),
        cmocka_unit_test(winograd_is_planned_where_it_saves_work),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
