/* Philox against known answers, and the statistics of the numbers made from it.
 */
#include "core/rng.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

/* Known-answer vectors of philox4x32-10 from the Random123 distribution
 * (kat_vectors): counter and key all zero, all ones, and digits of pi. */
static void philox_matches_known_answers(void **state)
{
    (void)state;
    uint32_t w[4];
    gt_rng_block((gt_rng){0}, 0, w);
    assert_int_equal(w[0], 0x6627e8d5u);
    assert_int_equal(w[1], 0xe169c58du);
    assert_int_equal(w[2], 0xbc57ac4cu);
    assert_int_equal(w[3], 0x9b00dbd8u);

    gt_rng ones = {.seed = UINT64_MAX,
                   .step = UINT32_MAX,
                   .sample = (1ull << 48) - 1,
                   .stream = 0xFFFF};
    gt_rng_block(ones, UINT32_MAX, w);
    assert_int_equal(w[0], 0x408f276du);
    assert_int_equal(w[1], 0x41c83b0eu);
    assert_int_equal(w[2], 0xa20bc7c6u);
    assert_int_equal(w[3], 0x6d5451fdu);

    gt_rng pi = {.seed = 0x299f31d0a4093822ull,
                 .step = 0x03707344u,
                 .sample = 0x08d313198a2eull,
                 .stream = 0x85a3u};
    gt_rng_block(pi, 0x243f6a88u, w);
    assert_int_equal(w[0], 0xd16cfe09u);
    assert_int_equal(w[1], 0x94fdcceb);
    assert_int_equal(w[2], 0x5001e420u);
    assert_int_equal(w[3], 0x24126ea1u);
}

static void elements_do_not_depend_on_how_many_are_asked_for(void **state)
{
    (void)state;
    gt_rng at = {
        .seed = 7, .step = 3, .sample = 11, .stream = GT_STREAM_LATENT};
    gt_real all[103], some[50];
    gt_rng_normal(at, all, 103);
    gt_rng_normal(at, some, 50);
    for (int i = 0; i < 50; i++)
        assert_true(all[i] == some[i]);
}

static void words_are_those_of_blocks(void **state)
{
    (void)state;
    const gt_rng at = {.seed = 9, .step = 2, .sample = 1ull << 40, .stream = 3};
    for (uint32_t first = 0; first < 3; first++)
        for (size_t n = 1; n < 150; n++) {
            uint32_t words[150] = {0};
            gt_rng_words(at, first, words, n);
            for (size_t i = 0; i < n; i++)
                assert_int_equal(words[i],
                                 gt_rng_word(at, 4 * first + (uint32_t)i));
            assert_int_equal(words[n], 0);
        }
}

static void moments_are_those_of_the_distributions(void **state)
{
    (void)state;
    enum { N = 1 << 20 };
    gt_real *x = malloc(N * sizeof *x);
    assert_non_null(x);
    gt_rng_uniform((gt_rng){.seed = 1}, x, N);
    double mean = 0, square = 0;
    for (int i = 0; i < N; i++) {
        assert_true(x[i] >= 0 && x[i] < 1);
        mean += x[i];
    }
    assert_true(fabs(mean / N - 0.5) < 4 * sqrt(1.0 / 12 / N));

    gt_rng_normal((gt_rng){.seed = 2}, x, N);
    mean = 0;
    double fourth = 0;
    for (int i = 0; i < N; i++) {
        double v = x[i];
        mean += v;
        square += v * v;
        fourth += v * v * v * v;
    }
    assert_true(fabs(mean / N) < 4 * sqrt(1.0 / N));
    assert_true(fabs(square / N - 1) < 4 * sqrt(2.0 / N));
    assert_true(fabs(fourth / N - 3) < 4 * sqrt(96.0 / N));
    free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(philox_matches_known_answers),
        cmocka_unit_test(elements_do_not_depend_on_how_many_are_asked_for),
        cmocka_unit_test(words_are_those_of_blocks),
        cmocka_unit_test(moments_are_those_of_the_distributions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
