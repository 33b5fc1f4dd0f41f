/* channel_sums.c: sums of a block are taken per lane in gt_real, lanes and
 * blocks are added in double. */
#include "nn/channel_sums.h"

#include "core/simd.h"

#include <string.h>

enum {
    MIN_LANES = 64,
    BLOCK_ROWS = 64,
    DOUBLE_REALS = sizeof(double) / sizeof(gt_real)
};

int gt__channel_sums_row(int channels)
{
    return channels * ((MIN_LANES + channels - 1) / channels);
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

void gt__channel_sums_repeat(const gt__channel_sums *l, gt_real *v)
{
    for (int j = l->channels; j < l->count; j++)
        v[j] = v[j - l->channels];
}

size_t gt__channel_sums_block(const gt__channel_sums *l)
{
    return (size_t)BLOCK_ROWS * (size_t)l->count;
}

void gt__channel_sums_clear(const gt__channel_sums *l)
{
    memset(l->sum_a, 0, (size_t)l->channels * sizeof *l->sum_a);
    memset(l->sum_b, 0, (size_t)l->channels * sizeof *l->sum_b);
}

static void clear_parts(const gt__channel_sums *l)
{
    memset(l->part_a, 0, (size_t)l->count * sizeof *l->part_a);
    memset(l->part_b, 0, (size_t)l->count * sizeof *l->part_b);
}

static void add_parts(const gt__channel_sums *l)
{
    for (int j = 0; j < l->count; j += l->channels)
        for (int c = 0; c < l->channels; c++) {
            l->sum_a[c] += l->part_a[j + c];
            l->sum_b[c] += l->part_b[j + c];
        }
}

/* The length of the row at value i of n. */
GT_INLINE int row_at(const gt__channel_sums *l, size_t i, size_t n)
{
    return n - i < (size_t)l->count ? (int)(n - i) : l->count;
}

GT_SIMD static void take_mean(const gt__channel_sums *l,
                              const gt_real *restrict x, size_t n)
{
    gt_real *restrict a = l->part_a;
    double values = (double)(n / (size_t)l->channels);
    clear_parts(l);
    for (size_t i = 0; i < n; i += (size_t)l->count) {
        int row = row_at(l, i, n);
        for (int j = 0; j < row; j++)
            a[j] += x[i + (size_t)j];
    }
    gt__channel_sums_clear(l);
    add_parts(l);
    for (int c = 0; c < l->channels; c++)
        l->mean[c] = (gt_real)(l->sum_a[c] / values);
    gt__channel_sums_repeat(l, l->mean);
}

GT_SIMD void gt__channel_sums_deviations(const gt__channel_sums *l,
                                         const gt_real *restrict x, size_t n)
{
    gt_real *restrict a = l->part_a, *restrict b = l->part_b;
    const gt_real *restrict mean = l->mean;
    take_mean(l, x, n);
    clear_parts(l);
    for (size_t i = 0; i < n; i += (size_t)l->count) {
        int row = row_at(l, i, n);
        for (int j = 0; j < row; j++) {
            gt_real d = x[i + (size_t)j] - mean[j];
            a[j] += d;
            b[j] += d * d;
        }
    }
    gt__channel_sums_clear(l);
    add_parts(l);
}

GT_SIMD void gt__channel_sums_add_gradients(const gt__channel_sums *l,
                                            const gt_real *restrict x,
                                            const gt_real *restrict dy,
                                            size_t n)
{
    gt_real *restrict a = l->part_a, *restrict b = l->part_b;
    const gt_real *restrict mean = l->mean;
    clear_parts(l);
    for (size_t i = 0; i < n; i += (size_t)l->count) {
        int row = row_at(l, i, n);
        for (int j = 0; j < row; j++) {
            a[j] += dy[i + (size_t)j];
            b[j] += dy[i + (size_t)j] * (x[i + (size_t)j] - mean[j]);
        }
    }
    add_parts(l);
}
