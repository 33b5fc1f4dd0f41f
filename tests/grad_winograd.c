/* Convolutions at points against plain patches, in double: every tile size,
 * strides, pads, images that end inside a tile, several blocks. What the plain
 * way computes is checked against direct loops in test_conv.c. */
#include "core/rng.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "nn/conv/im2col.h"
#include "nn/conv/winograd.h"

/* One geometry with numbers on all sides, and the results of both ways. */
typedef struct trial {
    gt__conv p;
    int n, m;
    size_t n_big, n_small, n_kernel;
    gt_real *big, *small, *kernel, *plain, *fast;
    gt_real *plain_scratch, *fast_scratch;
} trial;

static gt_real *drawn(size_t n, uint32_t stream)
{
    gt_real *x = malloc(n * sizeof *x);
    assert_non_null(x);
    gt_rng_normal((gt_rng){.seed = 3, .stream = stream}, x, n);
    return x;
}

static void open_trial(trial *t, const gt__winograd *plan)
{
    const gt__conv *p = &plan->p;
    *t = (trial){.p = *p, .n = plan->grid.n, .m = plan->m};
    t->n_big = (size_t)t->n * p->h * p->w * p->c;
    t->n_small = (size_t)t->n * p->oh * p->ow * t->m;
    t->n_kernel = (size_t)gt__conv_patch_size(p) * t->m;
    size_t most = t->n_big + t->n_small + t->n_kernel;
    t->big = drawn(t->n_big, 1);
    t->small = drawn(t->n_small, 2);
    t->kernel = drawn(t->n_kernel, 3);
    t->plain = drawn(most, 4);
    t->fast = drawn(most, 4);
    t->plain_scratch =
        malloc((gt__im2col_scratch(p, t->n) + 1) * sizeof *t->big);
    t->fast_scratch = malloc(gt__winograd_working_set(plan) * sizeof *t->big);
    assert_non_null(t->plain_scratch);
    assert_non_null(t->fast_scratch);
}

static void close_trial(trial *t)
{
    gt_real *all[] = {t->big,  t->small,         t->kernel,      t->plain,
                      t->fast, t->plain_scratch, t->fast_scratch};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]);
}

static void compare(const trial *t, const gt__winograd *plan, const char *what,
                    size_t n)
{
    double worst = 0, largest = 0;
    for (size_t i = 0; i < n; i++) {
        worst = fmax(worst, fabs(t->plain[i] - t->fast[i]));
        largest = fmax(largest, fabs(t->plain[i]));
    }
    if (!(worst <= 1e-12 * largest))
        fail_msg("%s of %d x %dx%dx%d under %dx%d/%d in tiles of %dx%d is off "
                 "by %g of %g",
                 what, t->n, t->p.h, t->p.w, t->p.c, t->p.kh, t->p.kw, t->p.sh,
                 plan->v.tile, plan->h.tile, worst, largest);
}

static void check_plan(const gt__winograd *plan)
{
    trial t;
    open_trial(&t, plan);
    for (gt_transpose op = GT_PLAIN; op <= GT_TRANSPOSED; op++) {
        gt__im2col_forward(&t.p, t.n, t.big, op, t.kernel, t.m, t.plain, NULL,
                           t.plain_scratch);
        gt__winograd_forward(plan, t.big, op, t.kernel, t.fast, NULL,
                             t.fast_scratch);
        compare(&t, plan, "collect", t.n_small);
        gt__im2col_backward_data(&t.p, t.n, t.small, op, t.kernel, t.m, t.plain,
                                 NULL, t.plain_scratch);
        gt__winograd_backward_data(plan, t.small, op, t.kernel, t.fast, NULL,
                                   t.fast_scratch);
        compare(&t, plan, "spread", t.n_big);
        for (int accumulate = 0; accumulate < 2; accumulate++) {
            gt__im2col_backward_weights(&t.p, t.n, t.big, t.small, t.m, op,
                                        t.plain, accumulate, t.plain_scratch);
            gt__winograd_backward_weights(plan, t.big, t.small, op, t.fast,
                                          accumulate, t.fast_scratch);
            compare(&t, plan, "outer", t.n_kernel);
        }
    }
    close_trial(&t);
}

static int check_all_tiles(const gt__conv *p, int n, int m)
{
    int plans = 0;
    gt__winograd plan;
    for (int v = 2; v < GT__POINTS; v++)
        for (int h = 2; h < GT__POINTS; h++)
            if (gt__winograd_plan_tiles(&plan, p, n, m, v, h)) {
                check_plan(&plan);
                plans++;
            }
    return plans;
}

static void every_tile_size_gives_the_plain_result(void **state)
{
    (void)state;
    const struct {
        gt__conv p;
        int n, m, plans;
    } cases[] = {
        {{8, 8, 3, 4, 4, 4, 4, 2, 2, 1, 1}, 2, 4, 16},
        {{7, 9, 3, 4, 5, 4, 4, 2, 2, 1, 1}, 3, 2, 16},
        {{13, 10, 2, 7, 5, 5, 5, 2, 2, 2, 1}, 2, 3, 9},
        {{9, 6, 2, 5, 3, 3, 3, 2, 2, 1, 1}, 2, 3, 16},
        {{6, 7, 2, 6, 7, 3, 3, 1, 1, 1, 1}, 2, 3, 9},
        {{6, 9, 2, 6, 9, 5, 5, 1, 1, 2, 2}, 2, 3, 1},
        {{9, 8, 2, 5, 8, 5, 3, 2, 1, 2, 1}, 2, 3, 9},
        {{5, 5, 1, 9, 9, 3, 3, 1, 1, 3, 3}, 1, 1, 9},
        {{11, 12, 2, 4, 4, 4, 4, 2, 2, 0, 0}, 2, 3, 16},
        {{30, 4, 1, 14, 1, 4, 4, 2, 2, 0, 0}, 1, 1, 16},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(check_all_tiles(&cases[i].p, cases[i].n, cases[i].m),
                         cases[i].plans);
}

/* A block holds about BLOCK_REALS values, so these have several: of images, of
 * lines of tiles, and a last one that is smaller. */
static void several_blocks_give_the_plain_result(void **state)
{
    (void)state;
    const gt__conv images = {16, 16, 32, 8, 8, 4, 4, 2, 2, 1, 1};
    const gt__conv lines = {64, 66, 24, 64, 66, 3, 3, 1, 1, 1, 1};
    gt__winograd plan;
    assert_true(gt__winograd_plan_tiles(&plan, &images, 37, 20, 2, 2));
    assert_true(plan.block.n_images > 1 && plan.block.n_images < 37);
    check_plan(&plan);
    assert_true(gt__winograd_plan_tiles(&plan, &lines, 2, 20, 2, 3));
    assert_true(plan.block.n_lines < plan.v.tiles);
    check_plan(&plan);
}

static void tiles_that_need_too_many_points_are_refused(void **state)
{
    (void)state;
    const gt__conv wide = {20, 20, 2, 14, 14, 7, 7, 1, 1, 0, 0};
    const gt__conv far = {20, 20, 2, 6, 6, 4, 4, 3, 3, 0, 0};
    const gt__conv gaps = {20, 20, 2, 10, 10, 2, 2, 2, 2, 0, 0};
    assert_int_equal(check_all_tiles(&wide, 2, 2), 0);
    assert_int_equal(check_all_tiles(&far, 2, 2), 0);
    assert_int_equal(check_all_tiles(&gaps, 2, 2), 0);
}

/* Which way is taken depends on sizes alone; these are those of the presets. */
static void the_planner_takes_points_where_they_save_work(void **state)
{
    (void)state;
    const gt__conv wide = {32, 32, 64, 16, 16, 4, 4, 2, 2, 1, 1};
    const gt__conv deep = {8, 8, 256, 4, 4, 4, 4, 2, 2, 1, 1};
    const gt__conv colours = {64, 64, 3, 32, 32, 4, 4, 2, 2, 1, 1};
    gt__winograd plan;
    size_t scratch = gt__winograd_scratch(&wide, 64, 128), most = 0;
    for (int n = 2; n <= 64; n++) {
        assert_true(gt__winograd_plan(&plan, &wide, n, 128));
        size_t needed = gt__winograd_working_set(&plan);
        most = needed > most ? needed : most;
    }
    assert_int_equal(most, scratch);
    assert_false(gt__winograd_plan(&plan, &deep, 1, 512));
    assert_false(gt__winograd_plan(&plan, &colours, 64, 64));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_tile_size_gives_the_plain_result),
        cmocka_unit_test(several_blocks_give_the_plain_result),
        cmocka_unit_test(tiles_that_need_too_many_points_are_refused),
        cmocka_unit_test(the_planner_takes_points_where_they_save_work),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
