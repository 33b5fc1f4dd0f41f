/* channel_sums.c: within a block, each place of a row has a sum of its own in
 * gt_real, so that loops vectorise; the sums of places and of blocks are added
 * in double, which keeps their rounding small. */
#include "nn/channel_sums.h"

#include "core/simd.h"

#include <string.h>

enum {
    MIN_COUNT = 64,
    BLOCK_ROWS = 64,
    DOUBLE_REALS = sizeof(double) / sizeof(gt_real)
};

int gt__channel_sums_row(int channels)
{
    return channels * ((MIN_COUNT + channels - 1) / channels);
}

/* Doubles of scratch, in whole cache lines. */
static size_t double_size(int channels)
{
    return ((size_t)2 * channels + 7) / 8 * 8;
}

size_t gt__channel_sums_size(int channels)
{
    return DOUBLE_REALS * double_size(channels) +
           (size_t)3 * gt__channel_sums_row(channels);
}

gt__channel_sums gt__channel_sums_at(int channels, gt_real *scratch)
{
    size_t count = (size_t)gt__channel_sums_row(channels);
    double *sums = (double *)(void *)scratch;
    gt_real *rest = scratch + DOUBLE_REALS * double_size(channels);
    return (gt__channel_sums){.channels = channels,
                              .count = (int)count,
                              .sum_a = sums,
                              .sum_b = sums + channels,
                              .part_a = rest,
                              .part_b = rest + count,
                              .mean = rest + 2 * count};
}

void gt__channel_sums_repeat(const gt__channel_sums *s, gt_real *v)
{
    for (int j = s->channels; j < s->count; j++)
        v[j] = v[j - s->channels];
}

size_t gt__channel_sums_block(const gt__channel_sums *s)
{
    return (size_t)BLOCK_ROWS * (size_t)s->count;
}

void gt__channel_sums_clear(const gt__channel_sums *s)
{
    memset(s->sum_a, 0, (size_t)s->channels * sizeof *s->sum_a);
    memset(s->sum_b, 0, (size_t)s->channels * sizeof *s->sum_b);
}

GT_INLINE void clear_parts(const gt__channel_sums *s)
{
    memset(s->part_a, 0, (size_t)s->count * sizeof *s->part_a);
    memset(s->part_b, 0, (size_t)s->count * sizeof *s->part_b);
}

GT_INLINE void add_parts(const gt__channel_sums *s)
{
    for (int j = 0; j < s->count; j += s->channels)
        for (int c = 0; c < s->channels; c++) {
            s->sum_a[c] += s->part_a[j + c];
            s->sum_b[c] += s->part_b[j + c];
        }
}

/* The length of the row at value i of n. */
GT_INLINE int row_at(const gt__channel_sums *s, size_t i, size_t n)
{
    return n - i < (size_t)s->count ? (int)(n - i) : s->count;
}

GT_SIMD static void take_mean(const gt__channel_sums *s,
                              const gt_real *restrict x, size_t n)
{
    gt_real *restrict a = s->part_a;
    double values = (double)(n / (size_t)s->channels);
    clear_parts(s);
    for (size_t i = 0; i < n; i += (size_t)s->count) {
        int row = row_at(s, i, n);
        for (int j = 0; j < row; j++)
            a[j] += x[i + (size_t)j];
    }
    gt__channel_sums_clear(s);
    add_parts(s);
    for (int c = 0; c < s->channels; c++)
        s->mean[c] = (gt_real)(s->sum_a[c] / values);
    gt__channel_sums_repeat(s, s->mean);
}

GT_SIMD static void take_deviations(const gt__channel_sums *s,
                                    const gt_real *restrict x, size_t n)
{
    gt_real *restrict a = s->part_a, *restrict b = s->part_b;
    const gt_real *restrict mean = s->mean;
    take_mean(s, x, n);
    clear_parts(s);
    for (size_t i = 0; i < n; i += (size_t)s->count) {
        int row = row_at(s, i, n);
        for (int j = 0; j < row; j++) {
            gt_real d = x[i + (size_t)j] - mean[j];
            a[j] += d;
            b[j] += d * d;
        }
    }
    gt__channel_sums_clear(s);
    add_parts(s);
}

void gt__channel_sums_deviations(const gt__channel_sums *s, const gt_real *x,
                                 size_t n)
{
    take_deviations(s, x, n);
}

GT_SIMD static void add_gradients(const gt__channel_sums *s,
                                  const gt_real *restrict x,
                                  const gt_real *restrict dy, size_t n)
{
    gt_real *restrict a = s->part_a, *restrict b = s->part_b;
    const gt_real *restrict mean = s->mean;
    clear_parts(s);
    for (size_t i = 0; i < n; i += (size_t)s->count) {
        int row = row_at(s, i, n);
        for (int j = 0; j < row; j++) {
            a[j] += dy[i + (size_t)j];
            b[j] += dy[i + (size_t)j] * (x[i + (size_t)j] - mean[j]);
        }
    }
    add_parts(s);
}

void gt__channel_sums_add_gradients(const gt__channel_sums *s, const gt_real *x,
                                    const gt_real *dy, size_t n)
{
    add_gradients(s, x, dy, n);
}
