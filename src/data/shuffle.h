/* shuffle.h: a keyed permutation of 0 .. n-1 in O(1) memory. Local, pure.
 *
 * It is an eight-round Feistel network over the smallest even number of bits
 * that holds n (Luby, Rackoff 1988), whose round function is a Philox block. It
 * is applied again until the value falls below n (cycle walking: Black, Rogaway
 * 2002). Four rounds would do in theory for large n, but are visibly uneven for
 * small n: with five samples, one of them lands on some positions 30 % too
 * often.
 */
#ifndef GT_DATA_SHUFFLE_H
#define GT_DATA_SHUFFLE_H

#include "core/rng.h"

/* Sample number at `position` of epoch `epoch`'s order; a bijection on
 * [0, count) for every seed and epoch. */
uint64_t gt_shuffle(uint64_t seed, uint64_t epoch, uint64_t count,
                    uint64_t position);

/* The same for another purpose: number `which` of the permutations that the
 * seed, the step and the stream of `key` stand for. */
uint64_t gt_shuffle_by(gt_rng key, uint64_t which, uint64_t count,
                       uint64_t position);

#endif
