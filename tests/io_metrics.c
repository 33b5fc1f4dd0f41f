/* metrics.jsonl as others find it: while it is written, and after a resume. */
#include "scratch.h"

#include "run/metrics_read.h"

static gt_metrics_file file;

static void read_text(const char *text)
{
    store_text("metrics.jsonl", text);
    assert_ok(gt_metrics_file_read(&file, scratch));
}

static void the_last_whole_line_counts(void **state)
{
    (void)state;
    double value;
    read_text("{\"step\": 1, \"loss\": 2.5}\n{\"step\": 2, \"loss\": 1.5}\n"
              "{\"step\": 3, \"lo");
    assert_string_equal(file.last, "{\"step\": 2, \"loss\": 1.5}");
    assert_true(gt_metrics_line_find(file.last, "loss", &value));
    assert_true(value == 1.5);
    assert_false(gt_metrics_line_find(file.last, "los", &value));
    assert_false(gt_metrics_line_find(file.last, "test_loss", &value));
    gt_metrics_file_free(&file);
}

static void a_file_that_is_not_there_or_empty_has_no_lines(void **state)
{
    (void)state;
    double value;
    assert_ok(gt_metrics_file_read(&file, scratch));
    assert_null(file.last);
    assert_false(gt_metrics_line_find(file.last, "loss", &value));
    gt_metrics_file_free(&file);
    read_text("");
    assert_null(file.last);
    gt_metrics_file_free(&file);
    read_text("{\"step\": 3, \"lo");
    assert_null(file.last);
    gt_metrics_file_free(&file);
}

static void a_figure_that_is_null_is_there_without_a_value(void **state)
{
    (void)state;
    double value;
    read_text("{\"step\": 3, \"test_loss\": null, \"best_step\": 0}\n");
    assert_true(gt_metrics_line_has(file.last, "test_loss"));
    assert_false(gt_metrics_line_find(file.last, "test_loss", &value));
    assert_false(gt_metrics_line_has(file.last, "loss"));
    assert_false(gt_metrics_line_has(NULL, "test_loss"));
    assert_true(gt_metrics_line_find(file.last, "best_step", &value));
    gt_metrics_file_free(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        each(the_last_whole_line_counts),
        each(a_file_that_is_not_there_or_empty_has_no_lines),
        each(a_figure_that_is_null_is_there_without_a_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
