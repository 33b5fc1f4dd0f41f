/* Which samples are held out: each sample is in one part, the parts have the
 * sizes that were asked for, and neighbours stay neighbours. */
#include "data/holdout.h"
#include "open_uri.h"
#include "read_one.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void each_sample_is_in_one_part(void **state)
{
    (void)state;
    const int permille[] = {1, 25, 100, 125, 333, 500};
    const uint64_t counts[] = {1, 7, 99, 1000, 2503};
    for (int p = 0; p < 6; p++)
        for (int c = 0; c < 5; c++) {
            uint64_t count = counts[c];
            uint8_t *seen = calloc(count, 1);
            assert_non_null(seen);
            uint64_t sizes = 0;
            for (int out = 0; out < 2; out++) {
                gt_subset part = gt_subset_of(count, permille[p], out);
                sizes += gt_subset_size(&part);
                for (uint64_t i = 0; i < gt_subset_size(&part); i++) {
                    uint64_t at = gt_subset_at(&part, i);
                    assert_true(at < count);
                    assert_int_equal(seen[at]++, 0);
                }
            }
            assert_int_equal(sizes, count);
            free(seen);
        }
}

static void a_part_has_its_share_of_every_stretch(void **state)
{
    (void)state;
    gt_subset out = gt_subset_of(60000, 100, true);
    gt_subset in = gt_subset_of(60000, 100, false);
    assert_int_equal(gt_subset_size(&out), 6000);
    assert_int_equal(gt_subset_size(&in), 54000);
    for (uint64_t i = 0; i < 6000; i++)
        assert_int_equal(gt_subset_at(&out, i) / 10, i);
    for (uint64_t i = 0; i < 54000; i++)
        assert_int_equal(gt_subset_at(&in, i) / 10, i / 9);
    assert_int_equal(gt_subset_chunk(&in, 256), 26 * 9);
    gt_subset all = {0};
    assert_int_equal(gt_subset_at(&all, 17), 17);
    assert_int_equal(gt_subset_chunk(&all, 256), 256);
}

/* Places in a block are not the same in all blocks. */
static void the_choice_is_drawn_for_each_block(void **state)
{
    (void)state;
    int places[10] = {0};
    gt_subset out = gt_subset_of(100000, 100, true);
    for (uint64_t i = 0; i < 10000; i++)
        places[gt_subset_at(&out, i) % 10]++;
    for (int i = 0; i < 10; i++)
        assert_in_range(places[i], 850, 1150);
}

static void parts_are_written_in_percent(void **state)
{
    (void)state;
    int permille;
    assert_int_equal(gt_holdout_parse("10%", &permille), GT_OK);
    assert_int_equal(permille, 100);
    assert_int_equal(gt_holdout_parse("2.5%", &permille), GT_OK);
    assert_int_equal(permille, 25);
    const char *const wrong[] = {"",    "10",   "%",     "-1%",
                                 "51%", "nan%", "0.05%", "10 %"};
    for (int i = 0; i < 8; i++) {
        assert_int_equal(gt_holdout_parse(wrong[i], &permille), GT_ERR_CONFIG);
        assert_non_null(strstr(gt_message(), "written as 10%"));
    }
}

static void what_is_endless_holds_nothing_out(void **state)
{
    (void)state;
    gt_source *source;
    gt_data_config config = {
        .uri = "glyphs", .holdout = "10%", .image = {28, 28, 1}};
    assert_int_equal(gt_source_open(&source, &config, GT_SPLIT_TRAIN),
                     GT_ERR_CONFIG);
    assert_non_null(strstr(gt_message(), "glyphs?test_count=1000"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_sample_is_in_one_part),
        cmocka_unit_test(a_part_has_its_share_of_every_stretch),
        cmocka_unit_test(the_choice_is_drawn_for_each_block),
        cmocka_unit_test(parts_are_written_in_percent),
        cmocka_unit_test(what_is_endless_holds_nothing_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
