/* What was a byte comes back as that byte, and what never was one is cut. */
#include "data/range.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void every_byte_survives_both_ranges(void **state)
{
    (void)state;
    gt_real unit[256], symmetric[256];
    uint8_t bytes[256], pixels[256];
    for (int i = 0; i < 256; i++)
        bytes[i] = (uint8_t)i;
    gt_range_from_bytes(GT_RANGE_UNIT, bytes, 256, unit);
    gt_range_from_bytes(GT_RANGE_SYMMETRIC, bytes, 256, symmetric);
    assert_true(unit[0] == 0 && unit[255] == 1);
    assert_true(symmetric[0] == -1 && symmetric[255] == 1);
    gt_range_to_bytes(GT_RANGE_UNIT, unit, 256, pixels);
    for (int i = 0; i < 256; i++)
        assert_int_equal(pixels[i], i);
    gt_range_to_bytes(GT_RANGE_SYMMETRIC, symmetric, 256, pixels);
    for (int i = 0; i < 256; i++)
        assert_int_equal(pixels[i], i);
}

static void values_are_rounded_and_clamped(void **state)
{
    (void)state;
    static const gt_real values[] = {
        -1e30f,          -0.5f,           0.4f / 255, 0.6f / 255, 1,   1e30f,
        254.4f / 255.0f, 254.6f / 255.0f, INFINITY,   -INFINITY,  NAN, 1.001f};
    static const uint8_t unit[] = {0,   0,   0,   1, 255, 255,
                                   254, 255, 255, 0, 0,   255};
    uint8_t pixels[12];
    gt_range_to_bytes(GT_RANGE_UNIT, values, 12, pixels);
    assert_memory_equal(pixels, unit, sizeof unit);
    static const gt_real around[] = {-2, -1, 0, 1, 2, NAN};
    static const uint8_t symmetric[] = {0, 0, 128, 255, 255, 0};
    gt_range_to_bytes(GT_RANGE_SYMMETRIC, around, 6, pixels);
    assert_memory_equal(pixels, symmetric, sizeof symmetric);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_byte_survives_both_ranges),
        cmocka_unit_test(values_are_rounded_and_clamped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
