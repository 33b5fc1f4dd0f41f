/* The line that people look at for hours: it fits, it is aligned, and its
 * numbers are plain. */
#include "base/figure.h"
#include "base/progress.h"
#include "base/terminal.h"
#include "tasks/metrics.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void figures_take_five_characters_and_no_powers_of_ten(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *text;
    } cases[] = {{0, "0.000"},       {0.2019, "0.202"},  {1.2, "1.200"},
                 {9.9996, "10.00"},  {12.914, "12.91"},  {104.26, "104.3"},
                 {1599.4, " 1599"},  {50308, "50308"},   {99999.4, "99999"},
                 {123456, "1e+05"},  {-0.123, "-0.12"},  {-1234.5, "-1234"},
                 {0.00002, "2e-05"}, {0.0006, "0.001"},  {(double)NAN, "  nan"},
                 {-5, "-5.00"},      {INFINITY, "  inf"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[GT_FIGURE];
        assert_string_equal(gt_figure_text(cases[i].value, text),
                            cases[i].text);
    }
}

static void durations_are_in_two_units(void **state)
{
    (void)state;
    static const struct {
        double seconds;
        const char *text;
    } cases[] = {{0, "0s"},        {59.4, "59s"},      {59.6, "1m00s"},
                 {3599, "59m59s"}, {3720, "1h02m"},    {93600, "1d02h"},
                 {-1, "?"},        {(double)NAN, "?"}, {1e30, "?"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[GT_DURATION];
        assert_string_equal(gt_duration_text(cases[i].seconds, text),
                            cases[i].text);
    }
}

static const char *const gan[] = {"loss D 0.202", "G 2.905", "D(x) 0.930",
                                  "D(G(z)) 0.112", "-> 0.069"};
static const gt_progress progress = {
    .what = "step", .unit = "images", .last = 46900};
static const gt_progress_place place = {
    .done = 4500, .figures = gan, .n_figures = 5};

static void a_line_leaves_out_what_matters_least(void **state)
{
    (void)state;
    static const struct {
        int columns;
        const char *text;
    } cases[] = {
        {200, "step  4500/46900  10%   1599 images/s   1h12m left  loss D "
              "0.202 G 2.905 D(x) 0.930 D(G(z)) 0.112 -> 0.069"},
        {100, "step  4500/46900   1599 images/s   1h12m left  loss D 0.202 G "
              "2.905 D(x) 0.930 D(G(z)) 0.112"},
        {79, "step  4500/46900   1599 images/s   1h12m left  loss D 0.202 G "
             "2.905 D(x) 0.930"},
        {60, "step  4500/46900   1599 images/s   1h12m left  loss D 0.202"},
        {50, "step  4500/46900   1h12m left  loss D 0.202"},
        {40, "step  4500/46900   1h12m left"},
        {20, "step  4500/46900"},
        {10, "step  4500/46900"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char line[GT_PROGRESS_LINE];
        assert_string_equal(gt_progress_text(&progress, &place, 4320, 1599.2,
                                             cases[i].columns, line),
                            cases[i].text);
        if (cases[i].columns >= 20)
            assert_true((int)strlen(line) <= cases[i].columns);
    }
}

static void lines_of_a_training_are_aligned(void **state)
{
    (void)state;
    char early[GT_PROGRESS_LINE], late[GT_PROGRESS_LINE];
    gt_progress_place first = place, end = place;
    first.done = 7;
    end.done = 46899;
    gt_progress_text(&progress, &first, 43260, 9.512, 79, early);
    gt_progress_text(&progress, &end, 1, 12345, 79, late);
    assert_int_equal(strlen(early), strlen(late));
    assert_int_equal(strcspn(early, "l"), strcspn(late, "l"));
}

static void a_line_without_a_rate_says_nothing_of_it(void **state)
{
    (void)state;
    char line[GT_PROGRESS_LINE];
    gt_progress_place begin = {.done = 0};
    assert_string_equal(gt_progress_text(&progress, &begin, -1, -1, 79, line),
                        "step     0/46900   0%");
}

static void figures_have_the_names_of_the_papers(void **state)
{
    (void)state;
    char text[GT_METRIC_TEXT];
    assert_string_equal(gt_metric_text("loss_d", 0.2, text), "loss D 0.200");
    assert_string_equal(gt_metric_text("test_d_real", 0.5, text), "D(x) 0.500");
    assert_string_equal(gt_metric_text("train_kl", 14.35, text), "KL 14.35");
    assert_string_equal(gt_metric_text("test_loss", 205.9, text), "loss 205.9");
}

static void messages_break_between_words(void **state)
{
    (void)state;
    static const struct {
        const char *text, *wrapped;
        int columns;
    } cases[] = {
        {"one two three", "one two three", 13},
        {"one two three", "one two\n  three", 12},
        {"one two three four", "one\n  two\n  three\n  four", 6},
        {"a /path/that/is/long b", "a\n  /path/that/is/long\n  b", 10},
        {"/path/that/is/long", "/path/that/is/long", 10},
        {"one\ntwo three", "one\ntwo\n  three", 8},
        {"  indented words", "  indented words", 20},
        {"\xc3\xa9\xc3\xa9\xc3\xa9 b", "\xc3\xa9\xc3\xa9\xc3\xa9 b", 5},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char out[100];
        assert_string_equal(
            gt_terminal_wrap(cases[i].text, cases[i].columns, out, sizeof out),
            cases[i].wrapped);
    }
    char small[6];
    assert_string_equal(gt_terminal_wrap("one two", 80, small, sizeof small),
                        "one t");
}

static void
the_width_is_that_of_the_environment_without_a_terminal(void **state)
{
    (void)state;
    if (gt_terminal())
        skip();
    unsetenv("COLUMNS");
    assert_int_equal(gt_terminal_columns(), 80);
    setenv("COLUMNS", "132", 1);
    assert_int_equal(gt_terminal_columns(), 132);
    setenv("COLUMNS", "-3", 1);
    assert_int_equal(gt_terminal_columns(), 80);
    setenv("COLUMNS", "wide", 1);
    assert_int_equal(gt_terminal_columns(), 80);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_take_five_characters_and_no_powers_of_ten),
        cmocka_unit_test(durations_are_in_two_units),
        cmocka_unit_test(a_line_leaves_out_what_matters_least),
        cmocka_unit_test(lines_of_a_training_are_aligned),
        cmocka_unit_test(a_line_without_a_rate_says_nothing_of_it),
        cmocka_unit_test(figures_have_the_names_of_the_papers),
        cmocka_unit_test(messages_break_between_words),
        cmocka_unit_test(
            the_width_is_that_of_the_environment_without_a_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
