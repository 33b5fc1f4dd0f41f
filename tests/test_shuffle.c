/* The shuffle as a permutation, and how random it looks. */
#include "data/shuffle.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void assert_bijection(uint64_t seed, uint64_t epoch, uint64_t count)
{
    bool *seen = calloc(count, sizeof *seen);
    assert_non_null(seen);
    for (uint64_t i = 0; i < count; i++) {
        uint64_t j = gt_shuffle(seed, epoch, count, i);
        assert_true(j < count);
        assert_false(seen[j]);
        seen[j] = true;
    }
    free(seen);
}

static void every_count_gives_a_bijection(void **state)
{
    (void)state;
    for (uint64_t count = 1; count <= 70; count++)
        for (uint64_t epoch = 0; epoch < 5; epoch++)
            assert_bijection(11, epoch, count);
    for (int k = 7; k <= 16; k++) {
        assert_bijection(1, 0, (1u << k) - 1);
        assert_bijection(2, 1, 1u << k);
        assert_bijection(3, UINT32_MAX, (1u << k) + 1);
    }
    assert_bijection(UINT64_MAX, 7, 60000);
}

static void large_counts_stay_in_range(void **state)
{
    (void)state;
    const uint64_t counts[] = {UINT64_C(1) << 32, (UINT64_C(1) << 47) + 1,
                               UINT64_MAX};
    for (int c = 0; c < 3; c++) {
        uint64_t n = counts[c], a = gt_shuffle(5, 0, n, 0);
        assert_true(a < n);
        assert_true(gt_shuffle(5, 0, n, n - 1) < n);
        assert_true(gt_shuffle(5, 0, n, n - 1) != a);
    }
}

/* Positions that two orders share: one on average for random permutations. */
static int agreements(uint64_t seed_a, uint64_t epoch_a, uint64_t seed_b,
                      uint64_t epoch_b, uint64_t count)
{
    int same = 0;
    for (uint64_t i = 0; i < count; i++)
        same += gt_shuffle(seed_a, epoch_a, count, i) ==
                gt_shuffle(seed_b, epoch_b, count, i);
    return same;
}

static void epochs_and_seeds_give_different_orders(void **state)
{
    (void)state;
    assert_true(agreements(1, 0, 1, 1, 10000) < 10);
    assert_true(agreements(1, 0, 2, 0, 10000) < 10);
    assert_true(agreements(1, 0, 1 + (UINT64_C(1) << 32), 0, 10000) < 10);
    assert_int_equal(agreements(1, 3, 1, 3, 10000), 10000);
}

/* Over many epochs each sample visits each position equally often: a
 * chi-square statistic with (count - 1)^2 degrees of freedom. */
static void every_sample_reaches_every_position(void **state)
{
    (void)state;
    enum { EPOCHS = 20000 };
    for (int count = 2; count <= 12; count += 5) {
        int hits[12][12] = {{0}};
        for (int e = 0; e < EPOCHS; e++)
            for (int i = 0; i < count; i++)
                hits[i][gt_shuffle(9, (uint64_t)e, (uint64_t)count,
                                   (uint64_t)i)]++;
        double expected = (double)EPOCHS / count, chi2 = 0;
        for (int i = 0; i < count; i++)
            for (int j = 0; j < count; j++)
                chi2 += pow(hits[i][j] - expected, 2) / expected;
        double freedom = (count - 1.0) * (count - 1.0);
        assert_true(chi2 < freedom + 5 * sqrt(2 * freedom));
    }
}

/* Neighbours in the order are unrelated: the serial correlation of a long
 * order is that of noise. */
static void neighbours_are_uncorrelated(void **state)
{
    (void)state;
    enum { N = 100003 };
    double mean = (N - 1) / 2.0, sum = 0, square = 0, last = 0;
    for (uint64_t i = 0; i < N; i++) {
        double x = (double)gt_shuffle(4, 2, N, i) - mean;
        sum += x * last;
        square += x * x;
        last = x;
    }
    assert_true(fabs(sum / square) < 4 / sqrt(N));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_count_gives_a_bijection),
        cmocka_unit_test(large_counts_stay_in_range),
        cmocka_unit_test(epochs_and_seeds_give_different_orders),
        cmocka_unit_test(every_sample_reaches_every_position),
        cmocka_unit_test(neighbours_are_uncorrelated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
