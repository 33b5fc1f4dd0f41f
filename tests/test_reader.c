/* Samples that cannot be read: which others take their place, what is said, and
 * that the loader knows a step ahead.
 *
 * ctest: threads */
#include "data/loader.h"
#include "data/reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { COUNT = 50 };

static bool damaged[COUNT];
static gt_status reason = GT_ERR_FORMAT;

/* A sample has its number for pixels. */
static gt_status read_numbers(const gt_source *source, const uint64_t *numbers,
                              int n, const gt_source_rows *to)
{
    (void)source;
    for (int i = 0; i < n; i++) {
        if (damaged[numbers[i]])
            return gt_fail(reason, "block %d is damaged", (int)numbers[i]);
        to->bytes[2 * i] = to->bytes[2 * i + 1] = (uint8_t)numbers[i];
        if (to->labels)
            to->labels[i] = (int)numbers[i] % 5;
    }
    return GT_OK;
}

static const gt_source_type type = {.name = "numbers", .read = read_numbers};

static gt_source source = {.type = &type,
                           .uri = (char[]){"numbers"},
                           .shape = {1, 2, 1},
                           .count = COUNT,
                           .classes = 5};

static const gt_data_config stops = {.range = GT_RANGE_UNIT, .classes = 5},
                            skips = {.range = GT_RANGE_UNIT,
                                     .classes = 5,
                                     .on_error = GT_DATA_SKIP};

static int set_up(void **state)
{
    (void)state;
    memset(damaged, 0, sizeof damaged);
    reason = GT_ERR_FORMAT;
    return 0;
}

static gt_status read_all(const gt_data_config *config, gt_reader *reader,
                          int *got)
{
    gt_sample_buffer buffer;
    assert_int_equal(gt_reader_open(reader, &source, config), GT_OK);
    assert_int_equal(gt_sample_buffer_new(&buffer, reader, COUNT), GT_OK);
    gt_status status = gt_sample_buffer_fill(&buffer, reader, 0, COUNT);
    for (int i = 0; i < COUNT && status == GT_OK; i++) {
        got[i] = (int)(buffer.rows.x[2 * i] * 255 + (gt_real)0.5);
        assert_true(buffer.rows.x[2 * i] == buffer.rows.x[2 * i + 1]);
        assert_int_equal(buffer.rows.labels[i], got[i] % 5);
    }
    gt_sample_buffer_free(&buffer);
    return status;
}

static void the_next_sample_takes_the_place_of_a_damaged_one(void **state)
{
    (void)state;
    gt_reader reader;
    int got[COUNT];
    damaged[7] = damaged[20] = damaged[21] = damaged[22] = true;
    damaged[COUNT - 1] = damaged[0] = true;
    assert_int_equal(read_all(&skips, &reader, got), GT_OK);
    for (int i = 0; i < COUNT; i++) {
        int want = i;
        while (damaged[want])
            want = (want + 1) % COUNT;
        assert_int_equal(got[i], want);
    }
    assert_int_equal(reader.skipped, 6);
    assert_non_null(strstr(reader.first.message, "sample 0 cannot be read"));
    assert_non_null(strstr(reader.first.message, "block 0 is damaged"));
    gt_reader_close(&reader);
}

/* That is the sample of the same epoch, where numbers go on. */
static void the_last_one_of_an_epoch_is_followed_by_its_first(void **state)
{
    (void)state;
    gt_source part = source;
    gt_reader reader;
    uint64_t number = 29;
    gt_real x[2];
    part.count = 10;
    part.endless = true;
    damaged[29] = true;
    assert_int_equal(gt_reader_open(&reader, &part, &skips), GT_OK);
    gt_sample_rows rows = {.x = x};
    assert_int_equal(gt_reader_read(&reader, &number, 1, &rows), GT_OK);
    assert_true(x[0] == (gt_real)20 / 255);
    gt_reader_close(&reader);
}

static void what_cannot_be_read_is_said(void **state)
{
    (void)state;
    gt_reader reader;
    int got[COUNT];
    damaged[33] = damaged[41] = true;
    assert_int_equal(read_all(&stops, &reader, got), GT_ERR_FORMAT);
    assert_string_equal(gt_message(),
                        "data 'numbers': sample 33 cannot be read: block 33 is "
                        "damaged; mend the data, or leave such samples out "
                        "with --set data.on_error=skip");
    gt_reader_close(&reader);
    memset(damaged, true, sizeof damaged);
    assert_int_equal(read_all(&skips, &reader, got), GT_ERR_FORMAT);
    assert_non_null(strstr(gt_message(), "no sample can be read"));
    gt_reader_close(&reader);
}

/* No other sample can help where memory is short. */
static void other_failures_are_not_skipped(void **state)
{
    (void)state;
    gt_reader reader;
    int got[COUNT];
    damaged[3] = true;
    reason = GT_ERR_MEMORY;
    assert_int_equal(read_all(&skips, &reader, got), GT_ERR_MEMORY);
    assert_int_equal(reader.skipped, 0);
    gt_reader_close(&reader);
}

static gt_loader *open_loader(const gt_data_config *config, int per_step,
                              uint64_t end)
{
    gt_loader *loader;
    gt_loader_config how = {.source = &source,
                            .data = config,
                            .batch = 10,
                            .shards = 2,
                            .n_shards = 2,
                            .per_step = per_step,
                            .end = end};
    assert_int_equal(gt_loader_open(&loader, &how), GT_OK);
    return loader;
}

/* Damage the first sample of batch `number`, as it is without damage. */
static void damage_batch(uint64_t number)
{
    gt_loader *loader = open_loader(&stops, 1, 0);
    const gt_batch *batch = gt_loader_next(loader);
    while (batch->number < number)
        batch = gt_loader_next(loader);
    int sample = (int)(batch->shards[0].samples.x[0] * 255 + (gt_real)0.5);
    gt_loader_close(loader); /* it reads ahead until then */
    damaged[sample] = true;
}

static void a_loader_knows_a_step_ahead_what_cannot_be_read(void **state)
{
    (void)state;
    damage_batch(4);
    for (int per_step = 1; per_step <= 4; per_step++) {
        gt_loader *loader = open_loader(&stops, per_step, 0);
        uint64_t taken = 0, n = (uint64_t)per_step;
        while (taken + n <= 4) {
            bool good = taken + 2 * n <= 4;
            assert_int_equal(gt_loader_expect(loader, n), GT_OK);
            assert_int_equal(gt_loader_expect(loader, 2 * n),
                             good ? GT_OK : GT_ERR_FORMAT);
            if (!good) /* else it may be known already, or not */
                assert_int_equal(gt_loader_failure(loader), GT_ERR_FORMAT);
            for (uint64_t i = 0; i < n; i++)
                assert_int_equal(gt_loader_next(loader)->number, taken++);
        }
        assert_int_equal(gt_loader_expect(loader, n), GT_ERR_FORMAT);
        gt_loader_close(loader);
    }
}

static void batches_after_the_last_are_not_read(void **state)
{
    (void)state;
    damage_batch(4);
    gt_loader *loader = open_loader(&stops, 2, 4);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(gt_loader_expect(loader, 4), GT_OK);
        gt_loader_next(loader);
        gt_loader_next(loader);
    }
    assert_int_equal(gt_loader_expect(loader, 4), GT_OK);
    assert_int_equal(gt_loader_failure(loader), GT_OK);
    gt_loader_close(loader);
}

static void a_loader_counts_what_it_skips_when_it_is_delivered(void **state)
{
    (void)state;
    damage_batch(2);
    gt_loader *loader = open_loader(&skips, 1, 0);
    for (uint64_t i = 0; i < 5; i++) {
        const gt_batch *batch = gt_loader_next(loader);
        assert_int_equal(batch->skipped, i == 2);
        assert_int_equal(gt_loader_skipped(loader), i >= 2);
    }
    gt_failure first = gt_loader_first_skipped(loader);
    assert_int_equal(first.status, GT_ERR_FORMAT);
    assert_non_null(strstr(first.message, "cannot be read"));
    gt_loader_close(loader);
}

#define each(test) cmocka_unit_test_setup(test, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        each(the_next_sample_takes_the_place_of_a_damaged_one),
        each(the_last_one_of_an_epoch_is_followed_by_its_first),
        each(what_cannot_be_read_is_said),
        each(other_failures_are_not_skipped),
        each(a_loader_knows_a_step_ahead_what_cannot_be_read),
        each(batches_after_the_last_are_not_read),
        each(a_loader_counts_what_it_skips_when_it_is_delivered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
