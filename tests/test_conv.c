/* conv2d and conv2d_transpose in single precision: outputs and all gradients
 * against direct loops in double over many geometries, against PyTorch's
 * results, and "same" against numbers worked out by hand. The finite
 * differences of grad_layers.c see only that backward fits forward; here both
 * must be right. */
#include "core/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "conv_bench.h"
#include "golden_conv.h"

enum { CONV = false, UP = true };
/* Versions of clang-format disagree about braces in macros. */
/* clang-format off */
#define ALL(p) {p, p, p, p}
#define SAME {CONV_SAME, 0, 0, 0}
#define NONE {0, 0}
/* clang-format on */

static const conv_case convolutions[] = {
    {CONV, 1, {1, 1, 1}, 1, {1, 1}, {1, 1}, ALL(0), NONE},
    {CONV, 3, {5, 7, 3}, 8, {1, 1}, {1, 1}, ALL(0), NONE},
    {CONV, 2, {5, 6, 8}, 3, {1, 1}, {2, 2}, ALL(0), NONE},
    {CONV, 2, {5, 5, 3}, 17, {1, 1}, {1, 1}, ALL(1), NONE},
    {CONV, 2, {6, 5, 1}, 8, {2, 2}, {2, 2}, ALL(0), NONE},
    {CONV, 2, {7, 9, 3}, 17, {3, 3}, {1, 1}, ALL(1), NONE},
    {CONV, 2, {4, 3, 3}, 70, {3, 3}, {1, 1}, ALL(1), NONE},
    {CONV, 2, {7, 9, 17}, 3, {3, 3}, {1, 1}, ALL(1), NONE},
    {CONV, 2, {9, 7, 8}, 1, {3, 3}, {1, 1}, ALL(0), NONE},
    {CONV, 3, {8, 11, 17}, 1, {5, 5}, {1, 1}, ALL(2), NONE},
    {CONV, 2, {6, 4, 17}, 8, {4, 4}, {1, 1}, SAME, NONE},
    {CONV, 2, {5, 6, 8}, 3, {2, 3}, {1, 1}, {0, 1, 2, 0}, NONE},
    {CONV, 1, {4, 4, 3}, 1, {2, 2}, {1, 1}, ALL(3), NONE},
    {CONV, 2, {3, 3, 3}, 1, {7, 7}, {1, 1}, ALL(3), NONE},
    {CONV, 2, {4, 4, 17}, 1, {4, 4}, {1, 1}, ALL(0), NONE},
    {CONV, 2, {7, 5, 3}, 8, {7, 5}, {2, 2}, ALL(0), NONE},
    {CONV, 2, {5, 4, 3}, 8, {5, 4}, {3, 1}, {1, 0, 0, 0}, NONE},
    {CONV, 2, {4, 5, 3}, 8, {4, 5}, {1, 3}, {0, 0, 1, 1}, NONE},
    {CONV, 2, {11, 8, 3}, 17, {4, 4}, {2, 2}, ALL(1), NONE},
    {CONV, 2, {12, 9, 3}, 8, {5, 5}, {2, 2}, SAME, NONE},
    {CONV, 2, {9, 12, 1}, 3, {5, 5}, {2, 2}, ALL(2), NONE},
    {CONV, 2, {13, 6, 8}, 1, {5, 5}, {2, 2}, {1, 2, 1, 2}, NONE},
    {CONV, 2, {10, 7, 3}, 3, {3, 3}, {3, 3}, SAME, NONE},
    {CONV, 2, {10, 8, 1}, 1, {1, 2}, {3, 3}, SAME, NONE},
    {CONV, 2, {7, 10, 8}, 17, {6, 3}, {1, 3}, {3, 2, 0, 1}, NONE},
    {CONV, 2, {8, 5, 3}, 1, {3, 2}, {2, 1}, SAME, NONE},
    {CONV, 4, {1, 13, 3}, 3, {1, 7}, {1, 2}, SAME, NONE},
    {CONV, 4, {13, 1, 1}, 8, {7, 1}, {3, 1}, {4, 0, 0, 0}, NONE},
    {CONV, 1, {3, 2, 2}, 2, {2, 2}, {1, 1}, ALL(5), NONE},
};

static const conv_case transposed[] = {
    {UP, 1, {1, 1, 1}, 1, {1, 1}, {1, 1}, ALL(0), NONE},
    {UP, 3, {5, 7, 8}, 3, {1, 1}, {1, 1}, ALL(0), NONE},
    {UP, 2, {4, 3, 3}, 8, {1, 1}, {2, 2}, ALL(0), NONE},
    {UP, 4, {1, 1, 17}, 8, {4, 4}, {1, 1}, ALL(0), NONE},
    {UP, 2, {1, 1, 8}, 3, {7, 5}, {3, 3}, ALL(0), NONE},
    {UP, 2, {1, 1, 3}, 8, {5, 4}, {3, 2}, {1, 0, 0, 0}, {1, 0}},
    {UP, 2, {1, 1, 3}, 8, {5, 4}, {3, 2}, {0, 0, 1, 0}, {0, 1}},
    {UP, 2, {5, 3, 17}, 8, {4, 4}, {2, 2}, ALL(1), NONE},
    {UP, 2, {3, 2, 3}, 70, {4, 4}, {2, 2}, ALL(1), NONE},
    {UP, 2, {3, 5, 8}, 1, {4, 4}, {2, 2}, ALL(1), NONE},
    {UP, 2, {4, 6, 3}, 3, {5, 5}, {2, 2}, ALL(2), {1, 1}},
    {UP, 2, {4, 6, 3}, 3, {5, 5}, {2, 2}, SAME, NONE},
    {UP, 2, {5, 4, 1}, 17, {3, 3}, {3, 3}, ALL(0), NONE},
    {UP, 2, {3, 4, 8}, 3, {3, 3}, {3, 3}, ALL(1), {2, 1}},
    {UP, 2, {5, 4, 3}, 1, {3, 3}, {1, 1}, ALL(1), NONE},
    {UP, 2, {4, 5, 17}, 3, {7, 7}, {1, 1}, ALL(3), NONE},
    {UP, 2, {4, 5, 3}, 17, {6, 6}, {2, 2}, SAME, NONE},
    {UP, 2, {3, 4, 8}, 8, {2, 2}, {3, 3}, SAME, NONE},
    {UP, 2, {3, 4, 3}, 1, {2, 2}, {3, 3}, ALL(0), {2, 2}},
    {UP, 2, {4, 3, 1}, 3, {3, 2}, {2, 3}, ALL(0), {0, 2}},
    {UP, 2, {5, 6, 3}, 8, {5, 3}, {1, 2}, {1, 2, 0, 1}, {0, 1}},
    {UP, 2, {6, 5, 3}, 3, {3, 3}, {1, 1}, ALL(3), NONE},
    {UP, 3, {1, 6, 17}, 1, {1, 5}, {1, 3}, SAME, NONE},
    {UP, 3, {6, 1, 1}, 8, {7, 1}, {2, 1}, {3, 2, 0, 0}, NONE},
    {UP, 2, {2, 2, 3}, 2, {5, 5}, {3, 3}, {4, 0, 0, 4}, {2, 0}},
};

/* Patches are copied and multiplied a block at a time; these make several
 * blocks of each kind: of lines and of whole images, the last one smaller. */
static const conv_case large[] = {
    {CONV, 2, {40, 30, 17}, 17, {5, 5}, {1, 1}, ALL(2), NONE},
    {CONV, 5, {30, 31, 17}, 3, {5, 5}, {2, 2}, SAME, NONE},
    {CONV, 2, {31, 30, 17}, 8, {7, 7}, {1, 1}, ALL(3), NONE},
    {CONV, 5, {30, 30, 8}, 3, {5, 5}, {1, 1}, ALL(2), NONE},
    {UP, 2, {40, 30, 3}, 17, {5, 5}, {2, 2}, SAME, NONE},
    {UP, 5, {15, 15, 8}, 17, {5, 5}, {2, 2}, ALL(2), {1, 1}},
};

enum {
    CONVOLUTIONS = sizeof convolutions / sizeof *convolutions,
    TRANSPOSED = sizeof transposed / sizeof *transposed,
    LARGE = sizeof large / sizeof *large,
    RANDOM = 300,
};

static void draw(gt_real *x, size_t n, uint32_t stream)
{
    gt_rng_normal((gt_rng){.seed = 11, .stream = stream}, x, n);
}

static void check_case(const conv_case *c, bool bias)
{
    conv_bench b;
    conv_open(&b, c, bias);
    draw(b.x, b.n_x, 1);
    draw(b.w, b.n_w, 2);
    draw(b.b, b.n_b, 3);
    draw(b.dy, b.n_y, 4);
    conv_reference(&b);
    conv_forward(&b);
    conv_backward(&b);
    conv_check(&b, 1);
    b.pass.accumulate = true;
    conv_backward(&b);
    conv_check(&b, 2);
    conv_close(&b);
}

static void conv2d_matches_direct_loops(void **state)
{
    (void)state;
    for (int i = 0; i < CONVOLUTIONS; i++)
        for (int bias = 0; bias < 2; bias++)
            check_case(&convolutions[i], bias);
}

static void conv2d_transpose_matches_direct_loops(void **state)
{
    (void)state;
    for (int i = 0; i < TRANSPOSED; i++)
        for (int bias = 0; bias < 2; bias++)
            check_case(&transposed[i], bias);
}

static void work_in_several_blocks_matches_direct_loops(void **state)
{
    (void)state;
    for (int i = 0; i < LARGE; i++)
        check_case(&large[i], true);
}

static int pick(int number, uint32_t what, int low, int high)
{
    uint32_t word = gt_rng_word((gt_rng){.seed = 12, .sample = number}, what);
    return low + (int)(word % (uint32_t)(high - low + 1));
}

static conv_case random_case(int number)
{
    static const int channels[] = {1, 2, 3, 8, 17};
    enum { NO_PADS, EQUAL_PADS, ANY_PADS, SAME_PADS };
    conv_case c = {.transposed = pick(number, 0, 0, 1),
                   .n = pick(number, 1, 1, 3),
                   .in = {pick(number, 2, 1, 11), pick(number, 3, 1, 11),
                          channels[pick(number, 4, 0, 4)]},
                   .filters = channels[pick(number, 5, 0, 4)]};
    int kind = pick(number, 6, NO_PADS, SAME_PADS);
    for (int i = 0; i < 2; i++) {
        c.kernel[i] = pick(number, 7 + i, 1, 7);
        c.stride[i] = pick(number, 9 + i, 1, 3);
        if (c.transposed && kind != SAME_PADS)
            c.extra[i] = pick(number, 11 + i, 0, c.stride[i] - 1);
    }
    for (int i = 0; i < 4 && kind != NO_PADS; i++)
        c.padding[i] =
            kind == SAME_PADS ? CONV_SAME : pick(number, 13 + i, 0, 3);
    for (int i = 1; i < 4 && kind == EQUAL_PADS; i++)
        c.padding[i] = c.padding[0];
    return c;
}

static void random_geometries_match_direct_loops_or_are_refused(void **state)
{
    (void)state;
    int done[2] = {0, 0}, refused[2] = {0, 0};
    for (int i = 0; i < RANDOM; i++) {
        conv_case c = random_case(i);
        if (conv_size(&c, 0) > 0 && conv_size(&c, 1) > 0) {
            check_case(&c, i % 2);
            done[c.transposed]++;
            continue;
        }
        conv_bench b;
        assert_int_equal(conv_plan(&b, &c, true), GT_ERR_CONFIG);
        free((void *)b.layer.options);
        refused[c.transposed]++;
    }
    for (int i = 0; i < 2; i++) {
        assert_true(done[i] > RANDOM / 4);
        assert_true(refused[i] > 0);
    }
}

/* As in golden_conv.py. */
static void fill_golden(gt_real *x, size_t n, int salt)
{
    for (long long i = 0; i < (long long)n; i++)
        x[i] = (gt_real)((i * i * 31 + i * 17 + salt * 101) % 1009 % 21 - 10);
}

static void golden_equal(const char *name, const char *what, const gt_real *got,
                         const conv_sum *loops, const int *want, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!(got[i] == want[i]))
            fail_msg("%s: %s[%zu] is %.9g, PyTorch's %d", name, what, i, got[i],
                     want[i]);
        if (!(loops[i].value == want[i]))
            fail_msg("%s: the direct loops' %s[%zu] is %.9g, PyTorch's %d",
                     name, what, i, loops[i].value, want[i]);
    }
}

/* Exactly, because all sums are whole numbers that a float can hold. The loops
 * above must give the same numbers. */
static void results_equal_pytorchs_exactly(void **state)
{
    (void)state;
    for (int i = 0; i < GOLDEN; i++) {
        const char *name = golden[i].name;
        conv_bench b;
        conv_open(&b, &golden[i].c, true);
        fill_golden(b.x, b.n_x, 1);
        fill_golden(b.w, b.n_w, 2);
        fill_golden(b.b, b.n_b, 3);
        fill_golden(b.dy, b.n_y, 4);
        conv_reference(&b);
        conv_forward(&b);
        conv_backward(&b);
        golden_equal(name, "output", b.y, b.ry, golden[i].y, b.n_y);
        golden_equal(name, "input gradient", b.dx, b.rdx, golden[i].dx, b.n_x);
        golden_equal(name, "weight gradient", b.dw, b.rdw, golden[i].dw, b.n_w);
        golden_equal(name, "bias gradient", b.db, b.rdb, golden[i].db, b.n_b);
        conv_close(&b);
    }
}

/* A kernel of 5 at stride 2 along one axis of a one-pixel wide image. */
static conv_case line(bool up, int axis, int size, int before, int after)
{
    conv_case c = {.transposed = up, .n = 1, .in = {1, 1, 1}, .filters = 1};
    *(axis ? &c.in.w : &c.in.h) = size;
    for (int i = 0; i < 2; i++) {
        c.kernel[i] = i == axis ? 5 : 1;
        c.stride[i] = i == axis ? 2 : 1;
    }
    c.padding[2 * axis] = before;
    c.padding[2 * axis + 1] = after;
    for (int i = 0; i < 4 && before == CONV_SAME; i++)
        c.padding[i] = CONV_SAME;
    return c;
}

/* x = 1, 2, 3 ... and w = 1, 10, 100 ...: each digit of y is the x that was
 * multiplied by that kernel value. */
static void digits_are(const conv_case *c, const int *want, size_t n)
{
    conv_bench b;
    conv_open(&b, c, false);
    assert_int_equal(b.n_y, n);
    for (size_t i = 0; i < b.n_x; i++)
        b.x[i] = (gt_real)(i + 1);
    for (int i = 0, power = 1; i < 5; i++, power *= 10)
        b.w[i] = (gt_real)power;
    conv_forward(&b);
    for (size_t i = 0; i < n; i++)
        if (!(b.y[i] == want[i]))
            fail_msg("%s: output %zu is %g, not %d", b.text, i, b.y[i],
                     want[i]);
    conv_close(&b);
}

static void same_at_kernel_5_stride_2_pads_1_before_and_2_after(void **state)
{
    (void)state;
    static const int tensorflow[] = {43210, 65432, 87654, 876};
    static const int pytorch[] = {32100, 54321, 76543, 8765};
    for (int axis = 0; axis < 2; axis++) {
        conv_case same = line(CONV, axis, 8, CONV_SAME, CONV_SAME);
        conv_case given = line(CONV, axis, 8, 1, 2);
        conv_case two = line(CONV, axis, 8, 2, 2);
        digits_are(&same, tensorflow, 4);
        digits_are(&given, tensorflow, 4);
        digits_are(&two, pytorch, 4);
    }
}

static void same_at_an_odd_size_pads_both_sides_by_2(void **state)
{
    (void)state;
    static const int both[] = {32100, 54321, 76543, 765};
    for (int axis = 0; axis < 2; axis++) {
        conv_case same = line(CONV, axis, 7, CONV_SAME, CONV_SAME);
        conv_case two = line(CONV, axis, 7, 2, 2);
        digits_are(&same, both, 4);
        digits_are(&two, both, 4);
    }
}

static void same_transposed_at_kernel_5_stride_2_cuts_1_and_2(void **state)
{
    (void)state;
    static const int tensorflow[] = {10,   102,   1020, 10203,
                                     2030, 20304, 3040, 30400};
    static const int pytorch[] = {102,   1020, 10203, 2030,
                                  20304, 3040, 30400, 4000};
    for (int axis = 0; axis < 2; axis++) {
        conv_case same = line(UP, axis, 4, CONV_SAME, CONV_SAME);
        conv_case given = line(UP, axis, 4, 1, 2);
        conv_case two = line(UP, axis, 4, 2, 2);
        two.extra[axis] = 1;
        digits_are(&same, tensorflow, 8);
        digits_are(&given, tensorflow, 8);
        digits_are(&two, pytorch, 8);
    }
}

/* Both give 50 x 50, but PyTorch's padding 2 begins one pixel further up and
 * left. */
static void same_on_100_is_padding_1_2_and_not_padding_2(void **state)
{
    (void)state;
    static const conv_case cases[] = {
        {CONV, 1, {100, 100, 1}, 3, {5, 5}, {2, 2}, SAME, NONE},
        {CONV, 1, {100, 100, 1}, 3, {5, 5}, {2, 2}, {1, 2, 1, 2}, NONE},
        {CONV, 1, {100, 100, 1}, 3, {5, 5}, {2, 2}, ALL(2), NONE},
    };
    conv_bench b[3];
    for (int i = 0; i < 3; i++) {
        conv_open(&b[i], &cases[i], true);
        assert_int_equal(b[i].layer.out.h, 50);
        assert_int_equal(b[i].layer.out.w, 50);
        fill_golden(b[i].w, b[i].n_w, 2);
        fill_golden(b[i].b, b[i].n_b, 3);
        fill_golden(b[i].x, b[i].n_x, 1);
    }
    for (int y = 0; y < 100; y++) /* the same picture, moved by one pixel */
        for (int x = 0; x < 100; x++)
            b[2].x[y * 100 + x] =
                y < 99 && x < 99 ? b[0].x[(y + 1) * 100 + x + 1] : 0;
    for (int i = 0; i < 3; i++)
        conv_forward(&b[i]);
    for (size_t i = 0; i < b[0].n_y; i++)
        assert_true(b[0].y[i] == b[1].y[i]);
    /* away from the edges, where the moved picture has lost a line */
    for (int y = 1; y < 48; y++)
        for (int i = (y * 50 + 1) * 3; i < (y * 50 + 48) * 3; i++)
            assert_true(b[0].y[i] == b[2].y[i]);
    for (int i = 0; i < 3; i++)
        conv_close(&b[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conv2d_matches_direct_loops),
        cmocka_unit_test(conv2d_transpose_matches_direct_loops),
        cmocka_unit_test(work_in_several_blocks_matches_direct_loops),
        cmocka_unit_test(random_geometries_match_direct_loops_or_are_refused),
        cmocka_unit_test(results_equal_pytorchs_exactly),
        cmocka_unit_test(same_at_kernel_5_stride_2_pads_1_before_and_2_after),
        cmocka_unit_test(same_at_an_odd_size_pads_both_sides_by_2),
        cmocka_unit_test(same_transposed_at_kernel_5_stride_2_cuts_1_and_2),
        cmocka_unit_test(same_on_100_is_padding_1_2_and_not_padding_2),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
