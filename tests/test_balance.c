/* Rank 0 reads fewer samples of an import than the others, as it also writes.
 */
#include "import/balance.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static int length(double reading, uint64_t samples, double writing,
                  uint64_t waves, int most)
{
    const gt__balance b = {.reading = reading,
                           .writing = writing,
                           .samples = samples,
                           .waves = waves};
    return gt__balance_length(&b, most);
}

static void rank_0_reads_fewer_by_what_writing_takes(void **state)
{
    (void)state;
    /* A wave takes as long to write as 100 samples to read. */
    assert_int_equal(length(1, 1000, 1, 10, 800), 700);
    assert_int_equal(length(1, 1000, 0, 10, 800), 800);
    /* Waves of one and of two chunks count as their mean. */
    assert_int_equal(length(2, 2000, .1 + .2, 2, 800), 650);
}

static void rank_0_reads_some_of_each_wave(void **state)
{
    (void)state;
    assert_int_equal(length(1, 1000, 100, 1, 800), 101);
    assert_int_equal(length(1, 1000, 100, 1, 1), 1);
}

static void what_nothing_is_known_of_is_shared_evenly(void **state)
{
    (void)state;
    assert_int_equal(length(0, 0, 0, 0, 800), 800);
    assert_int_equal(length(0, 10, 1, 1, 800), 800); /* a coarse clock */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rank_0_reads_fewer_by_what_writing_takes),
        cmocka_unit_test(rank_0_reads_some_of_each_wave),
        cmocka_unit_test(what_nothing_is_known_of_is_shared_evenly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
