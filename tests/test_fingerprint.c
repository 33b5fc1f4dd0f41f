/* A fingerprint must notice what a person would not. */
#include "core/fingerprint.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { N = 3000 };
static gt_real numbers[N];

static int fill(void **state)
{
    (void)state;
    for (int i = 0; i < N; i++)
        numbers[i] = sinf((float)i);
    return 0;
}

static const char *print_of(size_t first, size_t second)
{
    static char text[2][GT_FINGERPRINT_TEXT];
    static int turn;
    gt_fingerprint f;
    gt_fingerprint_start(&f);
    gt_fingerprint_add(&f, numbers, first);
    gt_fingerprint_add(&f, numbers + first, second);
    turn = !turn;
    gt_fingerprint_text(&f, text[turn]);
    return text[turn];
}

static void equal_numbers_have_equal_fingerprints(void **state)
{
    (void)state;
    assert_string_equal(print_of(N, 0), print_of(N, 0));
    assert_int_equal(strlen(print_of(N, 0)), 16);
}

static void one_bit_anywhere_shows(void **state)
{
    (void)state;
    char before[GT_FINGERPRINT_TEXT];
    strcpy(before, print_of(N, 0));
    for (int i = 0; i < N; i += 7) {
        uint32_t bits;
        memcpy(&bits, &numbers[i], sizeof bits);
        bits ^= 1u << (i % 32);
        memcpy(&numbers[i], &bits, sizeof bits);
        assert_string_not_equal(before, print_of(N, 0));
        bits ^= 1u << (i % 32);
        memcpy(&numbers[i], &bits, sizeof bits);
    }
    assert_string_equal(before, print_of(N, 0));
}

static void order_length_and_the_border_of_tensors_show(void **state)
{
    (void)state;
    char before[GT_FINGERPRINT_TEXT];
    strcpy(before, print_of(N, 0));
    assert_string_not_equal(before, print_of(N - 1, 0));
    assert_string_not_equal(before, print_of(17, N - 17));
    gt_real first = numbers[0];
    numbers[0] = numbers[16]; /* of the same lane */
    numbers[16] = first;
    assert_string_not_equal(before, print_of(N, 0));
    numbers[16] = numbers[0];
    numbers[0] = first;
    numbers[N - 1] = 0;
    strcpy(before, print_of(N, 0));
    assert_string_not_equal(before, print_of(N - 1, 0));
    numbers[N - 1] = -0.0f;
    assert_string_not_equal(before, print_of(N, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_numbers_have_equal_fingerprints),
        cmocka_unit_test(one_bit_anywhere_shows),
        cmocka_unit_test(order_length_and_the_border_of_tensors_show),
    };
    return cmocka_run_group_tests(tests, fill, NULL);
}
