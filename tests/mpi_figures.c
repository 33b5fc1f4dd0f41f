/* Figures of the training data: right, and the same bits on any number of
 * ranks.
 */
#include "comm/mpi/start.h"
#include "configs.h"
#include "data/reader.h"
#include "near.h"
#include "train/data_figures.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static gt_comm *comm;

enum { SIZE = 8 * 10 * 3, MOST = 700 };

static gt_config *config_of(const char *steps, int count)
{
    char text[600];
    snprintf(
        text, sizeof text,
        "task: vae\n"
        "data: {uri: 'shapes?count=%d', image: [8, 10, 3], transform: %s}\n"
        "model:\n"
        "  latent: 2\n"
        "  encoder: [flatten, dense: {units: 4}]\n"
        "  decoder: [dense: {units: 240}, reshape: {shape: [8, 10, 3]}]\n"
        "train: {steps: 3}\n",
        count, steps);
    return parsed(text, NULL);
}

/* What the steps in front make of all samples. */
static void read_all(const gt_source *source, const gt_data_config *data,
                     gt_real *x)
{
    gt_reader reader;
    gt_sample_buffer buffer;
    int n = (int)source->count;
    assert_int_equal(gt_reader_open(&reader, source, data), GT_OK);
    assert_int_equal(gt_sample_buffer_new(&buffer, &reader, (size_t)n), GT_OK);
    assert_int_equal(gt_sample_buffer_fill(&buffer, &reader, 0, n), GT_OK);
    memcpy(x, buffer.rows.x, (size_t)n * SIZE * sizeof *x);
    gt_sample_buffer_free(&buffer);
    gt_reader_close(&reader);
}

static void check(const gt_real *figures, size_t groups, const gt_real *x,
                  size_t values)
{
    for (size_t g = 0; g < groups; g++) {
        long double sum = 0, squares = 0;
        size_t n = values / groups;
        for (size_t i = g; i < values; i += groups)
            sum += (long double)x[i];
        for (size_t i = g; i < values; i += groups)
            squares +=
                ((long double)x[i] - sum / n) * ((long double)x[i] - sum / n);
        assert_near((double)figures[g], (double)(sum / n), 1e-6);
        assert_near((double)figures[groups + g], sqrt((double)(squares / n)),
                    1e-6);
    }
}

static void check_steps(const char *steps, int count, size_t groups)
{
    gt_config *config = config_of(steps, count);
    const gt_data_config *data = gt_data_config_of(config);
    gt_comm one = gt_comm_solo();
    gt_source *source;
    gt_real *all, *alone, *x = malloc(MOST * SIZE * sizeof *x);
    size_t n, m;
    assert_non_null(x);
    assert_int_equal(gt_source_open(&source, data, GT_SPLIT_TRAIN), GT_OK);
    assert_int_equal(gt_data_figures_find(comm, source, data, &all, &n), GT_OK);
    assert_int_equal(gt_data_figures_find(&one, source, data, &alone, &m),
                     GT_OK);
    assert_int_equal(n, 2 * groups);
    assert_int_equal(m, n);
    assert_memory_equal(all, alone, n * sizeof *all);
    read_all(source, data, x);
    check(all, groups, x, (size_t)count * SIZE);
    free(all);
    free(alone);
    free(x);
    gt_source_close(source);
    gt_config_free(config);
}

static void figures_do_not_depend_on_the_ranks(void **state)
{
    (void)state;
    static const int counts[] = {1, 3, 257, MOST};
    for (int i = 0; i < 4; i++) {
        check_steps("[standardize]", counts[i], 1);
        check_steps("[standardize: channel]", counts[i], 3);
        check_steps("[dequantize, log: 1, standardize: value]", counts[i],
                    SIZE);
    }
}

static void nothing_is_read_where_nothing_is_needed(void **state)
{
    (void)state;
    gt_config *config = config_of("[log: 1]", 5);
    const gt_data_config *data = gt_data_config_of(config);
    gt_source *source;
    gt_real *figures;
    size_t n;
    assert_int_equal(gt_source_open(&source, data, GT_SPLIT_TRAIN), GT_OK);
    assert_int_equal(gt_data_figures_find(comm, source, data, &figures, &n),
                     GT_OK);
    assert_int_equal(n, 0);
    free(figures);
    gt_source_close(source);
    gt_config_free(config);
}

static void a_value_that_a_step_does_not_take_fails_on_all_ranks(void **state)
{
    (void)state;
    gt_config *config = config_of("[logit: 0.1, standardize]", 50);
    const gt_data_config *data = gt_data_config_of(config);
    gt_source *source;
    gt_real *figures;
    size_t n;
    assert_int_equal(gt_source_open(&source, data, GT_SPLIT_TRAIN), GT_OK);
    assert_int_equal(gt_data_figures_find(comm, source, data, &figures, &n),
                     GT_ERR_MISMATCH);
    assert_non_null(strstr(gt_message(), "data.transform.0, logit"));
    free(figures);
    gt_source_close(source);
    gt_config_free(config);
}

int main(int argc, char **argv)
{
    if (gt_comm_init(&comm, &argc, &argv) != GT_OK)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_do_not_depend_on_the_ranks),
        cmocka_unit_test(nothing_is_read_where_nothing_is_needed),
        cmocka_unit_test(a_value_that_a_step_does_not_take_fails_on_all_ranks),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    gt_comm_finalize(comm);
    return failed;
}
