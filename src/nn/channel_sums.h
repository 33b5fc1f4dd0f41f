/* channel_sums.h: sums over samples and positions, channel by channel. For
 * src/nn. Local.
 *
 * The channels of a position lie side by side, so values repeat with period c.
 * A row of `count` values, a multiple of c, therefore has the same channels in
 * the same places as the next row. Numbers per channel are repeated over such a
 * row once, and loops over rows vectorise at any c, be it 1 or 512. */
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

/* Values of a row. */
int gt__channel_sums_row(int channels);

/* The reals of scratch that the sums need, at GT_ALIGN, and the sums in them.
 */
size_t gt__channel_sums_size(int channels);
gt__channel_sums gt__channel_sums_at(int channels, gt_real *scratch);

/* Repeat the first `channels` values of v[count] over the rest. */
void gt__channel_sums_repeat(const gt__channel_sums *sums, gt_real *v);

/* Values that are added in gt_real before they are added in double: whole rows.
 * The functions below take n values, at most a block, a multiple of channels.
 */
size_t gt__channel_sums_block(const gt__channel_sums *sums);

/* mean = that of x[n], repeated; then sum_a, sum_b = sums of x - mean and of
 * its squares. */
void gt__channel_sums_deviations(const gt__channel_sums *sums, const gt_real *x,
                                 size_t n);

/* Set sum_a and sum_b to zero. */
void gt__channel_sums_clear(const gt__channel_sums *sums);

/* sum_a, sum_b += sums of dy[n] and of dy (x - mean). */
void gt__channel_sums_add_gradients(const gt__channel_sums *sums,
                                    const gt_real *x, const gt_real *dy,
                                    size_t n);

#endif
