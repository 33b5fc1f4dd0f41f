/* Numbers as files store them: every kind and order of bytes, at any address.
 */
#include "core/number.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

typedef struct example {
    const char *name;
    uint8_t bytes[8];
    double value;
    int label; /* of at most 1000 */
} example;

static const example examples[] = {
    {"uint8", {200}, 200, 200},
    {"int8", {0x80}, -128, -1},
    {"bool", {1}, 1, 1},
    {"uint16", {0x39, 0x30}, 12345, -1},
    {"uint16_be", {0x02, 0x01}, 513, 513},
    {"int16", {0xff, 0xff}, -1, -1},
    {"int16_be", {0xff, 0x00}, -256, -1},
    {"uint32", {0xff, 0xff, 0xff, 0xff}, 4294967295.0, -1},
    {"int32_be", {0x80, 0, 0, 0}, -2147483648.0, -1},
    {"uint64", {0, 0, 0, 0, 0, 0, 0, 0x80}, 9223372036854775808.0, -1},
    {"int64", {0, 0, 0, 0, 0, 0, 0, 0x80}, -9223372036854775808.0, -1},
    {"int64_be", {0, 0, 0, 0, 0, 0, 0x03, 0xe8}, 1000, 1000},
    {"float16", {0x00, 0x3c}, 1, 1},
    {"float16_be", {0xc0, 0x00}, -2, -1},
    {"float16", {0x01, 0x00}, 5.9604644775390625e-8, -1},
    {"float16", {0xff, 0x7b}, 65504, -1},
    {"float32", {0x00, 0x00, 0xc0, 0x3f}, 1.5, -1},
    {"float32_be", {0x41, 0x20, 0x00, 0x00}, 10, 10},
    {"float64", {0, 0, 0, 0, 0, 0, 0x08, 0x40}, 3, 3},
    {"float64_be", {0xbf, 0xf0, 0, 0, 0, 0, 0, 0}, -1, -1},
};
enum { EXAMPLES = sizeof examples / sizeof *examples, N = 5 };

static gt_number named(const char *name)
{
    int i = 0;
    while (strcmp(gt_number_names[i], name) != 0)
        i++;
    return gt_number_of(i);
}

static void every_kind_has_its_value_at_any_address(void **state)
{
    (void)state;
    for (int e = 0; e < EXAMPLES; e++) {
        const example *x = &examples[e];
        gt_number number = named(x->name);
        uint8_t stored[8 * N + 1];
        gt_real reals[2 * N];
        double doubles[2 * N];
        for (int i = 0; i < N; i++)
            memcpy(stored + 1 + i * number.size, x->bytes, (size_t)number.size);
        gt_number_to_reals(number, stored + 1, N, reals, 2);
        gt_number_to_doubles(number, stored + 1, N, doubles, 2);
        for (int i = 0; i < N; i++)
            if (reals[2 * i] != (gt_real)x->value || doubles[2 * i] != x->value)
                fail_msg("%s: %g, not %g", x->name, doubles[2 * i], x->value);
        assert_int_equal(gt_number_to_label(number, stored + 1, 1000),
                         x->label);
    }
}

static void what_is_no_number_stays_none(void **state)
{
    (void)state;
    static const uint8_t none[] = {0, 0x7e}, infinite[] = {0, 0xfc};
    static const uint8_t large[] = {0, 0, 0, 0, 0, 0, 0xf0, 0x7e};
    gt_real value;
    gt_number_to_reals(named("float16"), none, 1, &value, 1);
    assert_true(isnan(value));
    assert_int_equal(gt_number_to_label(named("float16"), none, 9), -1);
    gt_number_to_reals(named("float16"), infinite, 1, &value, 1);
    assert_true(isinf(value) && value < 0);
    gt_number_to_reals(named("float64"), large, 1, &value, 1);
    assert_true(sizeof(gt_real) > 4 || isinf(value));
}

static void names_and_texts_are_of_the_same_numbers(void **state)
{
    (void)state;
    char text[GT_NUMBER_TEXT];
    assert_string_equal(gt_number_text(named("uint8"), text), "uint8");
    assert_string_equal(gt_number_text(named("float32_be"), text),
                        "float32 (big endian)");
    assert_string_equal(gt_number_text(named("bool"), text), "bool");
    assert_true(gt_number_is_byte(named("uint8")));
    assert_false(gt_number_is_byte(named("bool")));
    assert_false(gt_number_is_byte(named("int8")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_has_its_value_at_any_address),
        cmocka_unit_test(what_is_no_number_stays_none),
        cmocka_unit_test(names_and_texts_are_of_the_same_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
