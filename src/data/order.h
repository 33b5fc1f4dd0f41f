/* order.h: in which order an epoch visits its samples. Local, pure.
 *
 * Where a source does not care, the order is a keyed permutation of all samples
 * (shuffle.h). Storage that holds samples in chunks, which it can only read or
 * unpack as a whole, is slow then: nearly every sample needs another chunk. So
 * a source may say how many samples a chunk has. The order is then a keyed
 * permutation of chunks, cut into windows of GT_ORDER_WINDOW neighbours or
 * less; all samples of a window are permuted in turn. Whoever reads along the
 * order and keeps the chunks of one window reads every chunk once an epoch.
 *
 * How far a sample can move: samples of one chunk lie less than GT_ORDER_WINDOW
 * * chunk positions apart, and so does a sample from where the permutation of
 * chunks alone would have put it.
 *
 * Either is a function of seed, epoch and position, in O(1) memory: it is the
 * same on any number of ranks, and a resumed run begins anywhere.
 */
#ifndef GT_DATA_ORDER_H
#define GT_DATA_ORDER_H

#include <stdint.h>

/* Most chunks of a window. Windows of an epoch differ by one chunk at most. */
enum { GT_ORDER_WINDOW = 16 };

typedef struct gt_order {
    uint64_t seed;
    uint64_t count; /* samples of an epoch */
    uint64_t chunk; /* samples chunk * i .. chunk * (i + 1) - 1 are stored
                       together, below 2^48; the last chunk may have fewer. 0:
                       there are no chunks */
} gt_order;

/* The sample at `position` of an epoch, 0 <= position < count; a bijection on
 * [0, count) for every seed and epoch. */
uint64_t gt_order_at(const gt_order *order, uint64_t epoch, uint64_t position);

#endif
