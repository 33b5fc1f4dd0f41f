/* channel_sums.h: sums over samples and positions, channel by channel. For
 * src/nn.
 *
 * A sample's channels lie side by side and repeat with period c, so a row of
 * `count` values, a multiple of c, meets the same channels in the same places
 * as the next row. Per-channel numbers are spread over such a row once, and
 * loops over rows vectorise at any c, be it 1 or 512. */
#ifndef GT_NN_CHANNEL_SUMS_H
#define GT_NN_CHANNEL_SUMS_H

#include "core/tensor.h"

#include <stddef.h>

typedef struct gt__channel_sums {
    int channels, count;
    double *sum_a, *sum_b;    /* [channels] */
    gt_real *part_a, *part_b; /* [count]: sums of a block */
    gt_real *mean;            /* [count] */
} gt__channel_sums;

int gt__channel_sums_row(int channels);

/* The reals of scratch that they need, at GT_ALIGN, and the lanes in them. */
size_t gt__channel_sums_size(int channels);
gt__channel_sums gt__channel_sums_at(int channels, gt_real *scratch);

/* Repeat the first `channels` values of v[count] over the rest. */
void gt__channel_sums_repeat(const gt__channel_sums *lanes, gt_real *v);

/* Values that are added in gt_real before double takes over: whole rows. The
 * sums below are of n values, at most a block, each a multiple of channels. */
size_t gt__channel_sums_block(const gt__channel_sums *lanes);

/* mean = that of x[n], spread; then sum_a, sum_b = sums of x - mean and of its
 * squares. */
void gt__channel_sums_deviations(const gt__channel_sums *lanes,
                                 const gt_real *x, size_t n);

/* sum_a, sum_b += sums of dy[n] and of dy (x - mean), from zeros on. */
void gt__channel_sums_clear(const gt__channel_sums *lanes);
void gt__channel_sums_add_gradients(const gt__channel_sums *lanes,
                                    const gt_real *x, const gt_real *dy,
                                    size_t n);

#endif
