/* rng.h: random numbers that have addresses instead of a state. Local, pure.
 *
 * Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3",
 * SC 2011): a block cipher turns a key (the seed) and a counter into four
 * 32-bit words. The counter is made of the training step, the sample's number
 * in the whole job, a stream (what the number is for) and the element's number.
 * No rank appears in it, so noise, masks, weights and data order are the same
 * on any number of ranks, and a resumed run needs no generator state.
 */
#ifndef GT_CORE_RNG_H
#define GT_CORE_RNG_H

#include "core/tensor.h"

#include <stdint.h>

/* What a number is for. Streams are independent of each other. A stream may be
 * subdivided by adding a small number to it, such as the index of a layer. */
enum {
    GT_STREAM_INIT = 0x000,    /* + network number; sample = tensor's index */
    GT_STREAM_LATENT = 0x100,  /* a GAN's noise; step = batch number */
    GT_STREAM_REPARAM = 0x200, /* a VAE's reparameterisation */
    GT_STREAM_DROPOUT = 0x300, /* + layer index (< 256) */
    GT_STREAM_SHUFFLE = 0x500, /* + what is shuffled (< 4); step = epoch */
    GT_STREAM_SOURCE = 0x600,  /* built-in data; sample = sample number */
    GT_STREAM_GRID = 0x700,    /* fixed latents of the sample grid */
    GT_STREAM_SAMPLE = 0x800,  /* `gentrain sample` */
    GT_STREAM_EVAL = 0x900,    /* noise in validation */
    GT_STREAM_PROJECTION = 0xA00, /* of features; sample = row */
    GT_STREAM_STACK = 0xB00,      /* of data; sample = number of the stack */
    GT_STREAM_AUGMENT = 0xE00,    /* of training data; step = epoch */
    /* Of data, + number of the step of data.transform; step = epoch. */
    GT_STREAM_DEQUANTIZE = 0xF00,
};

typedef struct gt_rng {
    uint64_t seed;
    uint32_t step;
    uint64_t sample; /* below 2^48 */
    uint32_t stream; /* below 2^16 */
} gt_rng;

/* The four words of block `block`; elements 4*block .. 4*block+3. */
void gt_rng_block(gt_rng at, uint32_t block, uint32_t words[4]);

/* The words of blocks from `block` on, n of them. */
void gt_rng_words(gt_rng at, uint32_t block, uint32_t *out, size_t n);

/* Word of one element. */
uint32_t gt_rng_word(gt_rng at, uint32_t element);

/* out[i] uniform in [0, 1) with 24 bits, for elements 0 .. n-1. */
void gt_rng_uniform(gt_rng at, gt_real *out, size_t n);

/* out[i] standard normal (Box and Muller 1958), for elements 0 .. n-1. */
void gt_rng_normal(gt_rng at, gt_real *out, size_t n);

#endif
