/* The number of shards of a batch. */
#include "tasks/shards.h"
#include "train/trainer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static int chosen(int asked, int batch, int ranks)
{
    int shards = 0;
    assert_int_equal(gt_shards_choose(asked, 1, batch, ranks, &shards), GT_OK);
    return shards;
}

static void auto_is_the_largest_power_of_two_with_16_samples_each(void **state)
{
    (void)state;
    assert_int_equal(chosen(-1, 64, 1), 4);
    assert_int_equal(chosen(-1, 64, 4), 4);
    assert_int_equal(chosen(-1, 128, 2), 8);
    assert_int_equal(chosen(-1, 16, 1), 1);
    assert_int_equal(chosen(-1, 4096, 8), 16);
    assert_int_equal(chosen(-1, 5, 1), 1);
}

static void auto_follows_the_ranks_where_they_do_not_divide_it(void **state)
{
    (void)state;
    assert_int_equal(chosen(-1, 64, 3), 3);
    assert_int_equal(chosen(-1, 16, 2), 2);
    assert_int_equal(chosen(-1, 64, 8), 8);
}

static void
a_number_that_ranks_cannot_share_is_refused_with_what_would_do(void **state)
{
    (void)state;
    int shards;
    assert_int_equal(gt_shards_choose(8, 1, 64, 3, &shards), GT_ERR_CONFIG);
    assert_non_null(strstr(gt_message(), "1, 2, 4, 8"));
    assert_non_null(strstr(gt_message(), "set train.shards to 9"));
    assert_int_equal(gt_shards_choose(10, 1, 10, 4, &shards), GT_ERR_CONFIG);
    assert_non_null(strstr(gt_message(), "set train.shards to 8"));
    assert_int_equal(gt_shards_choose(5, 2, 10, 6, &shards), GT_ERR_CONFIG);
    assert_non_null(strstr(gt_message(), "use 1, 5 ranks"));
    assert_null(strstr(gt_message(), "set train.shards"));
}

static void a_batch_smaller_than_the_ranks_or_shards_is_refused(void **state)
{
    (void)state;
    int shards;
    assert_int_equal(gt_shards_choose(-1, 1, 3, 4, &shards), GT_ERR_CONFIG);
    assert_non_null(strstr(gt_message(), "at most 3 ranks"));
    assert_int_equal(gt_shards_choose(-1, 1, 1, 4, &shards), GT_ERR_CONFIG);
    assert_non_null(strstr(gt_message(), "at most 1 rank or"));
    assert_int_equal(gt_shards_choose(8, 1, 4, 1, &shards), GT_ERR_CONFIG);
    assert_non_null(strstr(gt_message(), "train.shards is 8"));
}

static void accumulation_cuts_each_shard_further(void **state)
{
    (void)state;
    int shards;
    assert_int_equal(gt_shards_choose(4, 3, 64, 2, &shards), GT_OK);
    assert_int_equal(shards, 12);
    assert_int_equal(gt_shards_choose(-1, 2, 64, 1, &shards), GT_OK);
    assert_int_equal(shards, 8);
    assert_int_equal(gt_shards_choose(4, 5, 16, 1, &shards), GT_ERR_CONFIG);
    assert_non_null(strstr(gt_message(), "train.accumulate 5"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(auto_is_the_largest_power_of_two_with_16_samples_each),
        cmocka_unit_test(auto_follows_the_ranks_where_they_do_not_divide_it),
        cmocka_unit_test(
            a_number_that_ranks_cannot_share_is_refused_with_what_would_do),
        cmocka_unit_test(a_batch_smaller_than_the_ranks_or_shards_is_refused),
        cmocka_unit_test(accumulation_cuts_each_shard_further),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
