/* The order of samples that are stored in chunks: a permutation that keeps what
 * is stored together together, and is random all the same. */
#include "data/order.h"
#include "data/shuffle.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct {
    uint64_t count, chunk;
} sizes[] = {{1, 1},     {1, 5},      {7, 7},      {8, 7},     {6, 7},
             {100, 1},   {100, 3},    {99, 100},   {160, 10},  {161, 10},
             {170, 10},  {1000, 7},   {1000, 8},   {1024, 64}, {1025, 64},
             {5000, 13}, {60000, 64}, {60001, 100}};
enum { SIZES = sizeof sizes / sizeof *sizes };

static gt_order order_of(int size, uint64_t seed)
{
    return (gt_order){
        .seed = seed, .count = sizes[size].count, .chunk = sizes[size].chunk};
}

static void every_epoch_has_every_sample_once(void **state)
{
    (void)state;
    for (int s = 0; s < SIZES; s++) {
        gt_order order = order_of(s, 11);
        bool *seen = malloc(order.count);
        assert_non_null(seen);
        for (uint64_t epoch = 0; epoch < 4; epoch++) {
            for (uint64_t i = 0; i < order.count; i++)
                seen[i] = false;
            for (uint64_t i = 0; i < order.count; i++) {
                uint64_t sample = gt_order_at(&order, epoch, i);
                assert_true(sample < order.count);
                assert_false(seen[sample]);
                seen[sample] = true;
            }
        }
        free(seen);
    }
}

/* Where each chunk is first and last needed. */
typedef struct span {
    uint64_t first, last;
} span;

static span *spans_of(const gt_order *order, uint64_t epoch)
{
    uint64_t chunks = (order->count + order->chunk - 1) / order->chunk;
    span *of = malloc(chunks * sizeof *of);
    assert_non_null(of);
    for (uint64_t i = 0; i < chunks; i++)
        of[i].first = UINT64_MAX;
    for (uint64_t i = 0; i < order->count; i++) {
        span *s = &of[gt_order_at(order, epoch, i) / order->chunk];
        s->first = s->first == UINT64_MAX ? i : s->first;
        s->last = i;
    }
    return of;
}

/* The bound of order.h, and what a reader has to hold for it. */
static void a_chunk_is_needed_in_one_window_only(void **state)
{
    (void)state;
    for (int s = 0; s < SIZES; s++) {
        gt_order order = order_of(s, 5);
        uint64_t chunks = (order.count + order.chunk - 1) / order.chunk;
        span *of = spans_of(&order, 2);
        for (uint64_t c = 0; c < chunks; c++) {
            uint64_t others = 0;
            assert_true(of[c].last - of[c].first <
                        GT_ORDER_WINDOW * order.chunk);
            for (uint64_t d = 0; chunks < 1000 && d < chunks; d++)
                others +=
                    of[d].first <= of[c].first && of[d].last >= of[c].first;
            assert_true(others <= GT_ORDER_WINDOW);
        }
        free(of);
    }
}

/* It is no bound that nothing comes near. */
static void samples_move_through_their_whole_window(void **state)
{
    (void)state;
    gt_order order = {.seed = 3, .count = 64 * 160, .chunk = 64};
    double widest = 0;
    span *of = spans_of(&order, 0);
    for (int c = 0; c < 160; c++)
        widest = fmax(widest, (double)(of[c].last - of[c].first));
    assert_true(widest > 0.98 * GT_ORDER_WINDOW * 64);
    free(of);
}

static void without_chunks_it_is_the_shuffle(void **state)
{
    (void)state;
    gt_order order = {.seed = 4, .count = 1000};
    for (uint64_t epoch = 0; epoch < 3; epoch++)
        for (uint64_t i = 0; i < 1000; i++)
            assert_int_equal(gt_order_at(&order, epoch, i),
                             gt_shuffle(4, epoch, 1000, i));
}

/* Positions that two orders share: about one, or as many as their windows are.
 */
static int agreements(const gt_order *a, uint64_t epoch_a, const gt_order *b,
                      uint64_t epoch_b)
{
    int same = 0;
    for (uint64_t i = 0; i < a->count; i++)
        same += gt_order_at(a, epoch_a, i) == gt_order_at(b, epoch_b, i);
    return same;
}

static void epochs_and_seeds_give_different_orders(void **state)
{
    (void)state;
    for (int s = 0; s < SIZES; s++) {
        gt_order a = order_of(s, 1), b = order_of(s, 2);
        if (a.count < 1000)
            continue;
        assert_true(agreements(&a, 0, &a, 1) < 20);
        assert_true(agreements(&a, 0, &b, 0) < 20);
        assert_int_equal(agreements(&a, 3, &a, 3), a.count);
    }
}

/* Chunks of a window are other ones in every epoch, and windows are not all
 * permuted alike. */
static void windows_differ(void **state)
{
    (void)state;
    gt_order order = {.seed = 1, .count = 32000, .chunk = 100};
    const uint64_t window = GT_ORDER_WINDOW * 100;
    int alike = 0, together = 0;
    for (uint64_t i = 0; i < window; i++) {
        uint64_t a = gt_order_at(&order, 0, i);
        uint64_t b = gt_order_at(&order, 0, window + i);
        alike += a % 100 == b % 100;
    }
    assert_true(alike > 2 && alike < 50); /* 16 by chance */
    bool first[320] = {false};
    for (uint64_t i = 0; i < window; i++)
        first[gt_order_at(&order, 0, i) / 100] = true;
    for (uint64_t i = 0; i < window; i++)
        together += first[gt_order_at(&order, 1, i) / 100];
    assert_true(together < 500); /* 80 by chance */
}

/* Over many epochs each sample visits each position equally often: a
 * chi-square statistic with (count - 1)^2 degrees of freedom. Chunks of 2 make
 * two windows; a short one would not reach the positions at their border. */
static void every_sample_reaches_every_position(void **state)
{
    (void)state;
    enum { COUNT = 38, EPOCHS = 6000 };
    static int hits[COUNT][COUNT];
    gt_order order = {.seed = 9, .count = COUNT, .chunk = 2};
    for (uint64_t e = 0; e < EPOCHS; e++)
        for (uint64_t i = 0; i < COUNT; i++)
            hits[i][gt_order_at(&order, e, i)]++;
    double expected = (double)EPOCHS / COUNT, chi2 = 0;
    for (int i = 0; i < COUNT; i++)
        for (int j = 0; j < COUNT; j++)
            chi2 += pow(hits[i][j] - expected, 2) / expected;
    double freedom = (COUNT - 1.0) * (COUNT - 1.0);
    assert_true(chi2 < freedom + 5 * sqrt(2 * freedom));
}

static void large_counts_stay_in_range(void **state)
{
    (void)state;
    const gt_order order = {.seed = 5,
                            .count = (UINT64_C(1) << 47) + 1,
                            .chunk = (UINT64_C(1) << 10) - 1};
    const uint64_t at[] = {0, 1, order.count / 2, order.count - 1};
    uint64_t last = UINT64_MAX;
    for (int i = 0; i < 4; i++) {
        uint64_t sample = gt_order_at(&order, UINT32_MAX, at[i]);
        assert_true(sample < order.count && sample != last);
        last = sample;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_epoch_has_every_sample_once),
        cmocka_unit_test(a_chunk_is_needed_in_one_window_only),
        cmocka_unit_test(samples_move_through_their_whole_window),
        cmocka_unit_test(without_chunks_it_is_the_shuffle),
        cmocka_unit_test(epochs_and_seeds_give_different_orders),
        cmocka_unit_test(windows_differ),
        cmocka_unit_test(every_sample_reaches_every_position),
        cmocka_unit_test(large_counts_stay_in_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
