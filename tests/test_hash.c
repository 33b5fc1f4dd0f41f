/* The hash is XXH3 as everybody computes it, and it notices what a person
 * would not. */
#include "core/hash.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { N = 3000 };
static gt_real numbers[N];
static gt_hash *hash;

static int prepare(void **state)
{
    (void)state;
    for (int i = 0; i < N; i++)
        numbers[i] = sinf((float)i);
    hash = gt_hash_new();
    return hash ? 0 : -1;
}

static int release(void **state)
{
    (void)state;
    gt_hash_free(hash);
    gt_hash_free(NULL);
    return 0;
}

static uint64_t hash_of(const void *data, size_t size)
{
    gt_hash_reset(hash);
    gt_hash_add(hash, data, size);
    return gt_hash_value(hash);
}

static uint64_t hash_of_reals(size_t first, size_t second)
{
    gt_hash_reset(hash);
    gt_hash_add_reals(hash, numbers, first);
    gt_hash_add_reals(hash, numbers + first, second);
    return gt_hash_value(hash);
}

/* xxHash's own self-test: the first bytes of its pseudo-random buffer. */
static void published_values_come_out(void **state)
{
    (void)state;
    static const struct {
        size_t size;
        uint64_t hash;
    } published[] = {
        {0, 0x2d06800538d394c2},    {1, 0xc44bdff4074eecdb},
        {6, 0x27b56a84cd2d7325},    {12, 0xa713daf0dfbb77e7},
        {24, 0xa3fe70bf9d3510eb},   {48, 0x397da259ecba1f11},
        {80, 0xbcdefbbb2c47c90a},   {195, 0xcd94217ee362ec3a},
        {403, 0xcdeb804d65c6dea4},  {512, 0x617e49599013cb6b},
        {2048, 0xdd59e2c3a5f038e0}, {2240, 0x6e73a90539cf2948},
        {2367, 0xcb37aeb9e5d361ed},
    };
    uint8_t bytes[2367];
    uint64_t next = 2654435761;
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)(next >> 56);
        next *= 0x9e3779b185ebca8d;
    }
    for (size_t i = 0; i < sizeof published / sizeof *published; i++) {
        assert_true(hash_of(bytes, published[i].size) == published[i].hash);
        gt_hash_reset(hash);
        for (size_t j = 0; j < published[i].size; j++)
            gt_hash_add(hash, bytes + j, 1);
        assert_true(gt_hash_value(hash) == published[i].hash);
    }
}

/* 1, -2 and 0.1 as a little-endian machine keeps them, whatever this one is. */
static void numbers_are_hashed_by_their_little_endian_bytes(void **state)
{
    (void)state;
    static const gt_real reals[] = {1, -2, (gt_real)0.1};
    static const uint8_t bytes[] = {0, 0,    0x80, 0x3f, 0,    0,
                                    0, 0xc0, 0xcd, 0xcc, 0xcc, 0x3d};
    gt_hash_reset(hash);
    gt_hash_add_reals(hash, reals, 3);
    assert_true(gt_hash_value(hash) == hash_of(bytes, sizeof bytes));
}

static void only_what_is_added_matters_not_in_which_calls(void **state)
{
    (void)state;
    uint64_t whole = hash_of_reals(N, 0);
    for (size_t first = 0; first < N; first += 17)
        assert_true(hash_of_reals(first, N - first) == whole);
}

static void one_bit_anywhere_shows(void **state)
{
    (void)state;
    uint64_t before = hash_of_reals(N, 0);
    for (int i = 0; i < N; i += 7) {
        uint32_t bits;
        memcpy(&bits, &numbers[i], sizeof bits);
        bits ^= 1u << (i % 32);
        memcpy(&numbers[i], &bits, sizeof bits);
        assert_true(hash_of_reals(N, 0) != before);
        bits ^= 1u << (i % 32);
        memcpy(&numbers[i], &bits, sizeof bits);
    }
    assert_true(hash_of_reals(N, 0) == before);
}

static void order_length_and_the_sign_of_zero_show(void **state)
{
    (void)state;
    uint64_t before = hash_of_reals(N, 0);
    assert_true(hash_of_reals(N - 1, 0) != before);
    gt_real first = numbers[0];
    numbers[0] = numbers[16];
    numbers[16] = first;
    assert_true(hash_of_reals(N, 0) != before);
    numbers[16] = numbers[0];
    numbers[0] = first;
    numbers[N - 1] = 0;
    before = hash_of_reals(N, 0);
    assert_true(hash_of_reals(N - 1, 0) != before);
    numbers[N - 1] = -0.0f;
    assert_true(hash_of_reals(N, 0) != before);
}

static void a_text_has_sixteen_digits(void **state)
{
    (void)state;
    char text[GT_HASH_TEXT];
    assert_string_equal(gt_hash_text(0x1f, text), "000000000000001f");
    assert_string_equal(gt_hash_text(UINT64_MAX, text), "ffffffffffffffff");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_values_come_out),
        cmocka_unit_test(numbers_are_hashed_by_their_little_endian_bytes),
        cmocka_unit_test(only_what_is_added_matters_not_in_which_calls),
        cmocka_unit_test(one_bit_anywhere_shows),
        cmocka_unit_test(order_length_and_the_sign_of_zero_show),
        cmocka_unit_test(a_text_has_sixteen_digits),
    };
    return cmocka_run_group_tests(tests, prepare, release);
}
