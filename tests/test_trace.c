/* The recorder of spans: what is kept, what is dropped when there is no room,
 * how it is printed, and what clocks differ by.
 *
 * ctest: threads */
#include "base/trace.h"

#include "base/log.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The trace as text, to be freed. */
static char *printed_steps(int64_t shift, uint64_t most)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    gt_trace_print(out, 7, shift, most);
    assert_int_equal(fclose(out), 0);
    return text;
}

static char *printed(int64_t shift)
{
    return printed_steps(shift, UINT64_MAX);
}

static int count(const char *text, const char *part)
{
    int n = 0;
    for (; (text = strstr(text, part)); text++)
        n++;
    return n;
}

static void record(const char *what)
{
    gt_trace_end(gt_trace_begin(), NULL, what);
}

static void one_step(uint64_t number, int spans)
{
    int64_t begin = gt_trace_begin();
    for (int i = 0; i < spans; i++)
        record("part");
    gt_trace_end_step(begin, number);
}

static void nothing_is_recorded_before_opening_and_after_stopping(void **state)
{
    (void)state;
    assert_true(gt_trace_begin() == 0);
    one_step(1, 2);
    assert_int_equal(gt_trace_open("main", 16), GT_OK);
    assert_true(gt_trace_begin() > 0);
    one_step(2, 1);
    gt_trace_stop();
    one_step(3, 1);
    char *text = printed(0);
    assert_int_equal(count(text, "\"step\""), 1);
    assert_int_equal(count(text, "\"part\""), 1);
    assert_non_null(strstr(text, "{\"number\": 2}"));
    assert_int_equal(gt_trace_steps(), 1);
    free(text);
    gt_trace_close();
    assert_true(gt_trace_begin() == 0);
}

static void names_are_put_together_from_their_parts(void **state)
{
    (void)state;
    assert_int_equal(gt_trace_open("a \"row\"", 16), GT_OK);
    int64_t step = gt_trace_begin();
    gt_trace_end_layer(gt_trace_begin(), "generator", 2, "batch_norm",
                       "forward");
    gt_trace_end(gt_trace_begin(), "generator", "optimizer");
    gt_trace_end_number(gt_trace_begin(), "load", 5);
    gt_trace_end_step(step, 1);
    char *text = printed(0);
    assert_non_null(strstr(text, "\"args\": {\"name\": \"a \\\"row\\\"\"}"));
    assert_non_null(strstr(text, "\"generator/02_batch_norm forward\", "
                                 "\"pid\": 7, \"tid\": 0, \"ts\": "));
    assert_non_null(strstr(text, "\"generator optimizer\""));
    assert_non_null(strstr(text, "\"load\""));
    assert_non_null(strstr(text, "{\"number\": 5}"));
    free(text);
    gt_trace_close();
}

static void outer_spans_are_printed_before_those_within(void **state)
{
    (void)state;
    assert_int_equal(gt_trace_open("main", 16), GT_OK);
    int64_t step = gt_trace_begin(), outer = gt_trace_begin();
    record("first");
    record("second");
    gt_trace_end(outer, NULL, "outer");
    gt_trace_end_step(step, 1);
    char *text = printed(0);
    static const char *const order[] = {"\"step\"", "\"outer\"", "\"first\"",
                                        "\"second\""};
    const char *at = text;
    for (int i = 0; i < 4; i++) {
        const char *next = strstr(at, order[i]);
        assert_non_null(next);
        at = next;
    }
    free(text);
    gt_trace_close();
}

/* Four steps of three spans would fit into twelve, but the fourth is larger. */
static void a_step_without_room_is_left_out_and_ends_the_recording(void **state)
{
    (void)state;
    gt_log_setup(false, GT_LOG_NORMAL);
    assert_int_equal(gt_trace_open("main", 12), GT_OK);
    for (uint64_t i = 1; i <= 3; i++)
        one_step(i, 2);
    assert_true(gt_trace_begin() > 0);
    one_step(4, 3);
    assert_true(gt_trace_begin() == 0);
    one_step(5, 1);
    assert_int_equal(gt_trace_steps(), 3);
    char *text = printed(0);
    assert_int_equal(count(text, "\"step\""), 3);
    assert_int_equal(count(text, "\"part\""), 6);
    free(text);
    gt_trace_close();
    gt_log_setup(true, GT_LOG_NORMAL);
}

static void spans_outside_whole_steps_are_left_out(void **state)
{
    (void)state;
    assert_int_equal(gt_trace_open("main", 12), GT_OK);
    one_step(1, 1);
    record("begun and not finished");
    char *text = printed(0);
    assert_int_equal(count(text, "\"ph\": \"X\""), 2);
    free(text);
    gt_trace_close();
}

static void fewer_steps_are_printed_if_asked(void **state)
{
    (void)state;
    assert_int_equal(gt_trace_open("main", 12), GT_OK);
    for (uint64_t i = 1; i <= 3; i++)
        one_step(i, 2);
    char *text = printed_steps(0, 2);
    assert_int_equal(count(text, "\"step\""), 2);
    assert_int_equal(count(text, "\"part\""), 4);
    assert_null(strstr(text, "{\"number\": 3}"));
    free(text);
    gt_trace_close();
}

static void times_are_microseconds_shifted_as_asked(void **state)
{
    (void)state;
    assert_int_equal(gt_trace_open("main", 4), GT_OK);
    int64_t begin = gt_trace_begin();
    gt_trace_end_step(begin, 1);
    char *text = printed(1234567 - begin);
    assert_non_null(strstr(text, "\"ts\": 1234.567, \"dur\": "));
    free(text);
    text = printed(-5 - begin);
    assert_non_null(strstr(text, "\"ts\": -0.005, "));
    free(text);
    gt_trace_close();
}

enum { THREAD_SPANS = 1000 };

static void *record_many(void *row)
{
    if (row)
        gt_trace_row(row);
    for (int i = 0; i < THREAD_SPANS; i++)
        record("from a thread");
    return NULL;
}

static void threads_have_rows_of_their_own_on_request(void **state)
{
    (void)state;
    static char name[] = "other";
    pthread_t with, without;
    assert_int_equal(gt_trace_open("main", 2 * THREAD_SPANS), GT_OK);
    int64_t begin = gt_trace_begin();
    assert_int_equal(pthread_create(&with, NULL, record_many, name), 0);
    assert_int_equal(pthread_create(&without, NULL, record_many, NULL), 0);
    for (int i = 0; i < THREAD_SPANS; i++)
        record("from main");
    /* A row may be printed while its thread goes on. */
    free(printed(0));
    pthread_join(with, NULL);
    pthread_join(without, NULL);
    gt_trace_end_step(begin, 1);
    char *text = printed(0);
    assert_int_equal(count(text, "\"thread_name\""), 2);
    assert_int_equal(
        count(text, "\"name\": \"from main\", \"pid\": 7, \"tid\": 0,"),
        THREAD_SPANS);
    assert_int_equal(
        count(text, "\"name\": \"from a thread\", \"pid\": 7, \"tid\": 1,"),
        THREAD_SPANS);
    assert_int_equal(count(text, "\"from a thread\""), THREAD_SPANS);
    free(text);
    gt_trace_close();
}

static void the_clocks_of_one_machine_do_not_differ(void **state)
{
    (void)state;
    const gt_trace_barrier mine[] = {{100, 200}, {300, 900}};
    const gt_trace_barrier theirs[] = {{150, 210}, {310, 320}};
    assert_true(gt_trace_offset(mine, theirs, 2) == 0);
}

/* Their clock is 10000 ahead. One barrier that they reached last and one that
 * we reached last bound that to 9990 .. 10020. */
static void the_offset_is_the_middle_of_what_barriers_allow(void **state)
{
    (void)state;
    const gt_trace_barrier mine[] = {{100, 200}, {990, 1000}};
    const gt_trace_barrier theirs[] = {{10190, 10300}, {10500, 11010}};
    assert_true(gt_trace_offset(mine, theirs, 1) == 10095);
    assert_true(gt_trace_offset(mine, theirs, 2) == 10005);
    assert_true(gt_trace_offset(theirs, mine, 2) == -10005);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_recorded_before_opening_and_after_stopping),
        cmocka_unit_test(names_are_put_together_from_their_parts),
        cmocka_unit_test(outer_spans_are_printed_before_those_within),
        cmocka_unit_test(
            a_step_without_room_is_left_out_and_ends_the_recording),
        cmocka_unit_test(spans_outside_whole_steps_are_left_out),
        cmocka_unit_test(fewer_steps_are_printed_if_asked),
        cmocka_unit_test(times_are_microseconds_shifted_as_asked),
        cmocka_unit_test(threads_have_rows_of_their_own_on_request),
        cmocka_unit_test(the_clocks_of_one_machine_do_not_differ),
        cmocka_unit_test(the_offset_is_the_middle_of_what_barriers_allow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
