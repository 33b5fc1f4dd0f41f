/* Every epoch holds every sample once, whatever the batch was and is. */
#include "data/position.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void a_new_run_cuts_each_epoch_from_its_beginning(void **state)
{
    (void)state;
    gt_position from = {.count = 100, .batch = 24};
    for (uint64_t b = 0; b < 23; b++) {
        gt_batch_place at = gt_position_of_batch(&from, b);
        assert_int_equal(at.epoch, b / 5);
        assert_int_equal(at.first, b % 5 * 24);
        assert_int_equal(at.n, b % 5 == 4 ? 4 : 24);
        assert_int_equal(gt_position_samples(&from, b),
                         b / 5 * 100 + b % 5 * 24);
    }
    assert_int_equal(gt_position_after(&from, 0), 0);
    assert_int_equal(gt_position_after(&from, 3), 15);
}

static void batches_per_epoch_rounds_up(void **state)
{
    (void)state;
    assert_int_equal(gt_batches_per_epoch(60000, 64), 938);
    assert_int_equal(gt_batches_per_epoch(60000, 100), 600);
    assert_int_equal(gt_batches_per_epoch(1, 64), 1);
}

/* A run that stops after some batches and goes on with others. */
static void assert_epochs_are_whole(uint64_t count, uint64_t before,
                                    uint64_t stop, uint64_t batch)
{
    gt_position old = {.count = count, .batch = before};
    gt_position from = {.count = count,
                        .batch = batch,
                        .number = stop,
                        .samples = gt_position_samples(&old, stop)};
    uint64_t next = from.samples;
    for (uint64_t b = stop; b < stop + 3 * count; b++) {
        gt_batch_place at = gt_position_of_batch(&from, b);
        assert_int_equal(at.epoch * count + at.first, next);
        assert_int_equal(gt_position_samples(&from, b), next);
        assert_in_range(at.n, 1, batch);
        assert_true(at.first + (uint64_t)at.n <= count);
        assert_true((uint64_t)at.n == batch ||
                    at.first + (uint64_t)at.n == count);
        next += (uint64_t)at.n;
    }
    for (uint64_t epochs = 1; epochs < 3; epochs++) {
        uint64_t end = gt_position_after(&from, epochs);
        if (epochs * count > from.samples)
            assert_int_equal(gt_position_samples(&from, end), epochs * count);
        else
            assert_int_equal(end, stop);
    }
}

static void another_batch_keeps_epochs_whole(void **state)
{
    (void)state;
    for (uint64_t count = 1; count < 12; count++)
        for (uint64_t before = 1; before < 14; before++)
            for (uint64_t stop = 0; stop < 9; stop++)
                for (uint64_t batch = 1; batch < 14; batch++)
                    assert_epochs_are_whole(count, before, stop, batch);
}

static void going_on_with_the_same_batch_changes_nothing(void **state)
{
    (void)state;
    gt_position begin = {.count = 100, .batch = 24};
    for (uint64_t stop = 0; stop < 12; stop++) {
        gt_position from = begin;
        from.number = stop;
        from.samples = gt_position_samples(&begin, stop);
        for (uint64_t b = stop; b < stop + 12; b++) {
            gt_batch_place a = gt_position_of_batch(&begin, b);
            gt_batch_place c = gt_position_of_batch(&from, b);
            assert_int_equal(a.epoch, c.epoch);
            assert_int_equal(a.first, c.first);
            assert_int_equal(a.n, c.n);
        }
        for (uint64_t epochs = stop / 5 + 1; epochs < 6; epochs++)
            assert_int_equal(gt_position_after(&from, epochs),
                             gt_position_after(&begin, epochs));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_run_cuts_each_epoch_from_its_beginning),
        cmocka_unit_test(batches_per_epoch_rounds_up),
        cmocka_unit_test(another_batch_keeps_epochs_whole),
        cmocka_unit_test(going_on_with_the_same_batch_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
