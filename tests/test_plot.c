/* Axes, letters and marks of pictures. */
#include "run/picture/plot.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const gt__rgb black = {{0, 0, 0}};

static gt__canvas white(int width, int height)
{
    gt__canvas c;
    assert_int_equal(
        gt__canvas_new(&c, "x", (size_t)width, (size_t)height, 3, 255), GT_OK);
    return c;
}

/* Darkness of a rectangle: its sum is that of pixels that are black. */
static double ink(const gt__canvas *c, int left, int top, int right, int bottom)
{
    double sum = 0;
    for (int y = top; y < bottom; y++)
        for (int x = left; x < right; x++)
            sum += (255 - gt__canvas_at(c, x, y)[0]) / 255.0;
    return sum;
}

static void a_line_covers_its_area(void **state)
{
    (void)state;
    gt__canvas c = white(200, 100);
    gt__point line[] = {{20, 30}, {170, 70}}, dot = {100, 85};
    gt__stroke(&c, line, 2, 3, black);
    double length = hypot(150, 40), ends = 3.1416 * 1.5 * 1.5;
    assert_true(fabs(ink(&c, 0, 0, 200, 80) - (3 * length + ends)) < 4);
    gt__stroke(&c, &dot, 1, 10, black);
    assert_true(fabs(ink(&c, 0, 80, 200, 100) - 3.1416 * 25) < 3);
    gt__canvas_free(&c);
}

static void what_lies_beyond_the_canvas_is_cut_off(void **state)
{
    (void)state;
    gt__canvas c = white(20, 20);
    gt__point far[] = {{-1e6, 10}, {1e6, 10}}, away = {5000, -5000};
    gt__stroke(&c, far, 2, 2, black);
    gt__stroke(&c, &away, 1, 2, black);
    gt__stroke_circle(&c, away, 10, 2, black);
    gt__label(&c, -500, 10, 12, "nowhere", black);
    assert_true(fabs(ink(&c, 0, 0, 20, 20) - 40) < 1);
    gt__canvas_free(&c);
}

/* Each has a letter of its own, which lies where its text is. */
static void letters_differ_and_lie_within_their_width(void **state)
{
    enum { WIDE = 60, HIGH = 60 };
    (void)state;
    static uint8_t seen[128][WIDE * HIGH * 3];
    for (int k = '!'; k < 127; k++) {
        gt__canvas c = white(WIDE, HIGH);
        char text[] = {(char)k, '\0'};
        gt__label(&c, 10, 40, 20, text, black);
        int right = 10 + (int)ceil(gt__label_width(text, 20)) + 2;
        if (k != '^')
            assert_true(ink(&c, 8, 18, right, 48) > 3);
        assert_true(ink(&c, 0, 0, WIDE, HIGH) == ink(&c, 8, 18, right, 48));
        memcpy(seen[k], c.pixels, sizeof seen[k]);
        gt__canvas_free(&c);
    }
    for (int i = '!'; i < 127; i++)
        for (int k = i + 1; k < 127; k++)
            if (!strchr("$&@`{}^", i) && !strchr("$&@`{}^", k) &&
                !memcmp(seen[i], seen[k], sizeof seen[i]))
                fail_msg("'%c' looks like '%c'", i, k);
}

static void an_exponent_is_smaller_and_higher(void **state)
{
    (void)state;
    gt__canvas c = white(100, 60);
    gt__label(&c, 10, 50, 20, "^3 x", black);
    assert_true(ink(&c, 0, 45, 25, 60) == 0);
    assert_true(ink(&c, 0, 20, 25, 45) > 5);
    assert_true(gt__label_width("10^3", 20) < gt__label_width("103", 20));
    assert_true(gt__label_width("10^-3 of", 20) > gt__label_width("10^-3", 20));
    gt__canvas_free(&c);
}

static void axes_are_linear_or_logarithmic(void **state)
{
    (void)state;
    gt__plot p = {.left = 100,
                  .top = 50,
                  .width = 300,
                  .height = 200,
                  .across = {.low = 1, .high = 1000, .logarithmic = true},
                  .up = {.low = -1, .high = 1}};
    assert_true(fabs(gt__plot_x(&p, 10) - 200) < 1e-9);
    assert_true(fabs(gt__plot_x(&p, 1000) - 400) < 1e-9);
    assert_true(gt__plot_x(&p, 0) < 0 && gt__plot_x(&p, -5) < 0);
    assert_true(fabs(gt__plot_y(&p, 1) - 50) < 1e-9);
    assert_true(fabs(gt__plot_y(&p, -1) - 250) < 1e-9);
}

/* Nothing is drawn outside of the frame but numbers and labels. */
static void bins_and_points_stay_within_the_frame(void **state)
{
    (void)state;
    gt__canvas c = white(200, 200);
    gt__plot p = {.canvas = &c,
                  .left = 50,
                  .top = 50,
                  .width = 100,
                  .height = 100,
                  .across = {.low = 0, .high = 4},
                  .up = {.low = 0, .high = 1}};
    const double edges[] = {0, 1, 2, 3, 4}, heights[] = {0.5, 7, -2, NAN};
    gt__plot_bins(&p, edges, heights, 4, true, black);
    assert_true(ink(&c, 50, 100, 75, 150) == 25 * 50);
    assert_true(ink(&c, 75, 50, 100, 150) == 25 * 100);
    assert_true(ink(&c, 0, 0, 200, 200) == 25 * 50 + 25 * 100);
    gt__plot_point(&p, 2.5, 0.5, 100, black);
    gt__plot_point(&p, 3.5, 100, 1, black);
    gt__plot_point(&p, 3.5, -100, 1, black);
    double all = ink(&c, 0, 0, 200, 200);
    assert_true(all > 25 * 150 && ink(&c, 48, 48, 152, 152) == all);
    gt__canvas_free(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_covers_its_area),
        cmocka_unit_test(what_lies_beyond_the_canvas_is_cut_off),
        cmocka_unit_test(letters_differ_and_lie_within_their_width),
        cmocka_unit_test(an_exponent_is_smaller_and_higher),
        cmocka_unit_test(axes_are_linear_or_logarithmic),
        cmocka_unit_test(bins_and_points_stay_within_the_frame),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
