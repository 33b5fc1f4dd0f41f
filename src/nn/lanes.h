/* lanes.h: sums over samples and positions, channel by channel. For src/nn.
 *
 * A sample's channels lie side by side and repeat with period c, so a row of
 * `count` values, a multiple of c, meets the same channels in the same places
 * as the next row. Per-channel numbers are spread over such a row once, and
 * loops over rows vectorise at any c, be it 1 or 512. */
#ifndef GT_NN_LANES_H
#define GT_NN_LANES_H

#include "gentrain/tensor.h"

#include <stddef.h>

typedef struct gt__lanes {
    int channels, count;
    double *sum_a, *sum_b;    /* [channels] */
    gt_real *part_a, *part_b; /* [count]: sums of a block */
    gt_real *mean;            /* [count] */
} gt__lanes;

int gt__lanes_count(int channels);

/* The reals of scratch that they need, at GT_ALIGN, and the lanes in them. */
size_t gt__lanes_size(int channels);
gt__lanes gt__lanes_at(int channels, gt_real *scratch);

/* Repeat the first `channels` values of v[count] over the rest. */
void gt__lanes_spread(const gt__lanes *lanes, gt_real *v);

/* Values that are added in gt_real before double takes over: whole rows. The
 * sums below are of n values, at most a block, each a multiple of channels. */
size_t gt__lanes_block(const gt__lanes *lanes);

/* mean = that of x[n], spread; then sum_a, sum_b = sums of x - mean and of its
 * squares. */
void gt__lanes_deviations(const gt__lanes *lanes, const gt_real *x, size_t n);

/* sum_a, sum_b += sums of dy[n] and of dy (x - mean), from zeros on. */
void gt__lanes_clear(const gt__lanes *lanes);
void gt__lanes_add_gradients(const gt__lanes *lanes, const gt_real *x,
                             const gt_real *dy, size_t n);

#endif
