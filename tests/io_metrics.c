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
    uint64_t step;
    assert_ok(gt_metrics_file_read(&file, scratch));
    assert_null(file.last);
    assert_false(gt_metrics_file_least(&file, "loss", &value, &step));
    assert_false(gt_metrics_line_find(file.last, "loss", &value));
    gt_metrics_file_free(&file);
    read_text("");
    assert_null(file.last);
    gt_metrics_file_free(&file);
    read_text("{\"step\": 3, \"lo");
    assert_null(file.last);
    gt_metrics_file_free(&file);
}

static void the_least_is_that_of_the_lines_that_have_it(void **state)
{
    (void)state;
    double value = 0;
    uint64_t step = 0;
    read_text("{\"step\": 1, \"loss\": 0.5}\n"
              "{\"step\": 2, \"loss\": 9, \"test_loss\": 8.25}\n"
              "{\"step\": 3, \"test_loss\": null}\n"
              "{\"step\": 4, \"test_loss\": 7.5}\n"
              "{\"step\": 5, \"test_loss\": 7.5}\n"
              "{\"step\": 6, \"loss\": 1}\n");
    assert_true(gt_metrics_file_least(&file, "test_loss", &value, &step));
    assert_true(value == 7.5 && step == 4);
    assert_false(gt_metrics_file_least(&file, "test_kl", &value, &step));
    gt_metrics_file_free(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        each(the_last_whole_line_counts),
        each(a_file_that_is_not_there_or_empty_has_no_lines),
        each(the_least_is_that_of_the_lines_that_have_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
