/* shuffle.c: an epoch's order as a function of the position, so that any rank
 * can compute any part of it and a resumed run can start anywhere. A table of
 * the whole order would take memory on every rank and time at every epoch; a
 * block cipher over exactly `count` values takes neither. */
#include "data/shuffle.h"

enum { ROUNDS = 8 };

/* Half the bits of the smallest even number of bits that holds 0 .. count-1. */
static int half_bits(uint64_t count)
{
    int bits = 1;
    while (bits < 32 && (count - 1) >> (2 * bits))
        bits++;
    return bits;
}

static uint64_t permute(gt_rng key, uint32_t block, int bits, uint64_t value)
{
    uint64_t mask = (UINT64_C(1) << bits) - 1;
    uint64_t left = value >> bits, right = value & mask;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        uint32_t words[4];
        key.sample = right;
        gt_rng_block(key, block + round, words);
        uint64_t mixed = left ^ (words[0] & mask);
        left = right;
        right = mixed;
    }
    return left << bits | right;
}

uint64_t gt_shuffle_by(gt_rng key, uint64_t which, uint64_t count,
                       uint64_t position)
{
    int bits = half_bits(count);
    uint64_t value = position;
    do
        value = permute(key, (uint32_t)which * ROUNDS, bits, value);
    while (value >= count);
    return value;
}

uint64_t gt_shuffle(uint64_t seed, uint64_t epoch, uint64_t count,
                    uint64_t position)
{
    gt_rng key = {
        .seed = seed, .step = (uint32_t)epoch, .stream = GT_STREAM_SHUFFLE};
    return gt_shuffle_by(key, 0, count, position);
}
