/* metrics.jsonl: the contents of a line, and that resuming removes the lines
 * that the stopped run wrote for later steps. */
#include "run/metrics_log.h"
#include "scratch.h"

#include "tasks/metrics.h"

#include <errno.h>
#include <float.h>
#include <math.h>

/* Print one step as a line of text. */
static const char *line_of(uint64_t step, double epoch, const gt_metrics *m)
{
    static char text[4096];
    FILE *out = fmemopen(text, sizeof text, "w");
    assert_non_null(out);
    gt_metrics_print(out, step, epoch, m);
    fclose(out);
    return text;
}

static void a_line_is_one_object_in_the_order_of_setting(void **state)
{
    (void)state;
    gt_metrics m = {0};
    assert_string_equal(line_of(UINT64_MAX, 0, &m),
                        "{\"step\": 18446744073709551615, \"epoch\": 0}\n");
    gt_metrics_set(&m, "loss_d", 1.5);
    gt_metrics_set(&m, "a", -2);
    assert_string_equal(
        line_of(3, 0.25, &m),
        "{\"step\": 3, \"epoch\": 0.25, \"loss_d\": 1.5, \"a\": -2}\n");
    m = (gt_metrics){0};
    gt_metrics_set(&m, "b", 4);
    assert_string_equal(line_of(3, 0.25, &m),
                        "{\"step\": 3, \"epoch\": 0.25, \"b\": 4}\n");
}

static void what_json_cannot_say_becomes_null(void **state)
{
    (void)state;
    gt_metrics m = {0};
    gt_metrics_set(&m, "nan", NAN);
    gt_metrics_set(&m, "inf", INFINITY);
    gt_metrics_set(&m, "less", -INFINITY);
    assert_string_equal(line_of(1, NAN, &m),
                        "{\"step\": 1, \"epoch\": null, \"nan\": null, "
                        "\"inf\": null, \"less\": null}\n");
}

static void figures_keep_their_precision(void **state)
{
    (void)state;
    static const double values[] = {1e-30, -12345.678, FLT_MAX, 1.0 / 3};
    for (int i = 0; i < 4; i++) {
        gt_metrics m = {0};
        gt_metrics_set(&m, "x", values[i]);
        const char *x = strstr(line_of(1, 1, &m), "\"x\": ");
        assert_non_null(x);
        double back = strtod(x + 5, NULL);
        assert_true(back == values[i] || (float)back == values[i]);
    }
}

static void more_figures_than_there_is_room_for_are_dropped(void **state)
{
    (void)state;
    gt_metrics m = {0};
    for (int i = 0; i < GT_METRICS_MAX + 3; i++)
        gt_metrics_set(&m, i < GT_METRICS_MAX ? "kept" : "dropped", i);
    assert_int_equal(m.count, GT_METRICS_MAX);
    assert_null(strstr(line_of(1, 1, &m), "dropped"));
}

#define LINE(step, rest) "{\"step\": " step ", \"epoch\": " rest "}\n"
#define ONE LINE("1", "0.1, \"loss\": 2")
#define TWO LINE("2", "0.2, \"loss\": null")
#define TEN LINE("10", "1")

/* Open the run at `step` and write `text` there. */
static void go_on(uint64_t step, const char *text)
{
    assert_ok(gt_metrics_log_trim(scratch, 0, step));
    FILE *out = fopen(in_scratch("metrics.jsonl"), "ab");
    assert_non_null(out);
    fputs(text, out);
    assert_int_equal(fclose(out), 0);
}

static void a_new_run_begins_with_an_empty_file(void **state)
{
    (void)state;
    go_on(0, "");
    assert_text("metrics.jsonl", "");
    go_on(0, ONE);
    assert_text("metrics.jsonl", ONE);
}

static void lines_up_to_the_resumed_step_stay(void **state)
{
    (void)state;
    store_text("metrics.jsonl", ONE TWO TEN);
    go_on(10, "");
    assert_text("metrics.jsonl", ONE TWO TEN);
    go_on(UINT64_MAX, LINE("11", "2"));
    assert_text("metrics.jsonl", ONE TWO TEN LINE("11", "2"));
}

static void lines_beyond_the_resumed_step_go(void **state)
{
    (void)state;
    store_text("metrics.jsonl", ONE TWO TEN);
    go_on(9, "");
    assert_text("metrics.jsonl", ONE TWO);
    store_text("metrics.jsonl", ONE TWO TEN);
    go_on(1, LINE("2", "again"));
    assert_text("metrics.jsonl", ONE LINE("2", "again"));
    go_on(0, "");
    assert_text("metrics.jsonl", "");
    assert_int_equal(names_in(""), 1);
}

static void a_line_that_was_cut_off_goes(void **state)
{
    (void)state;
    static const char whole[] = ONE TWO;
    for (size_t cut = strlen(ONE) + 1; cut < strlen(whole); cut++) {
        store_bytes("metrics.jsonl", whole, cut);
        go_on(2, TEN);
        assert_text("metrics.jsonl", ONE TEN);
    }
}

static void what_is_no_line_of_ours_ends_what_stays(void **state)
{
    (void)state;
    store_text("metrics.jsonl", ONE "\n" TWO);
    go_on(5, "");
    assert_text("metrics.jsonl", ONE);
    store_text("metrics.jsonl", ONE "garbage\n" TWO);
    go_on(5, "");
    assert_text("metrics.jsonl", ONE);
}

static void a_repeated_step_ends_what_stays(void **state)
{
    (void)state;
    store_text("metrics.jsonl", ONE TWO TWO TEN);
    go_on(10, "");
    assert_text("metrics.jsonl", ONE TWO);
    store_text("metrics.jsonl", ONE TEN TWO);
    go_on(10, "");
    assert_text("metrics.jsonl", ONE TEN);
}

static void a_process_that_has_the_file_open_writes_to_nowhere(void **state)
{
    (void)state;
    store_text("metrics.jsonl", ONE);
    FILE *old = fopen(in_scratch("metrics.jsonl"), "ab");
    assert_non_null(old);
    go_on(1, TWO);
    fputs(TEN, old);
    assert_int_equal(fclose(old), 0);
    assert_text("metrics.jsonl", ONE TWO);
}

/* What cannot be looked at may be full of lines. */
static void only_a_file_that_is_not_there_is_begun_anew(void **state)
{
    (void)state;
    go_on(7, TEN);
    assert_text("metrics.jsonl", TEN);
    unlink(in_scratch("metrics.jsonl"));
    assert_int_equal(symlink("metrics.jsonl", in_scratch("metrics.jsonl")), 0);
    assert_fails(gt_metrics_log_trim(scratch, 0, 7), GT_ERR_IO,
                 strerror(ELOOP));
    struct stat info;
    assert_int_equal(lstat(in_scratch("metrics.jsonl"), &info), 0);
    assert_true(S_ISLNK(info.st_mode));
}

static void a_run_that_is_not_there_is_refused(void **state)
{
    (void)state;
    assert_fails(gt_metrics_log_trim(in_scratch("none"), 0, 0), GT_ERR_IO,
                 in_scratch("none/metrics.jsonl"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_one_object_in_the_order_of_setting),
        cmocka_unit_test(what_json_cannot_say_becomes_null),
        cmocka_unit_test(figures_keep_their_precision),
        cmocka_unit_test(more_figures_than_there_is_room_for_are_dropped),
        each(a_new_run_begins_with_an_empty_file),
        each(lines_up_to_the_resumed_step_stay),
        each(lines_beyond_the_resumed_step_go),
        each(a_line_that_was_cut_off_goes),
        each(what_is_no_line_of_ours_ends_what_stays),
        each(a_repeated_step_ends_what_stays),
        each(a_process_that_has_the_file_open_writes_to_nowhere),
        each(only_a_file_that_is_not_there_is_begun_anew),
        each(a_run_that_is_not_there_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
