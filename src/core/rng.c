/* rng.c: Philox4x32-10 with the constants of Salmon et al. (2011). Checked
 * against the known-answer vectors of the authors' Random123 library in
 * tests/test_rng.c. Long spans take LANES counters at once, one in each lane of
 * the vector units. */
#include "core/rng.h"

#include "core/float_math.h"
#include "core/simd.h"

#include <math.h>

enum { ROUNDS = 10, LANES = 16 };

/* The words of LANES blocks, each word's lanes in a row. */
typedef uint32_t block_words[4][LANES];

GT_INLINE void philox(uint32_t c[4], uint32_t k0, uint32_t k1)
{
    for (int round = 0; round < ROUNDS; round++) {
        uint64_t a = (uint64_t)0xD2511F53u * c[0];
        uint64_t b = (uint64_t)0xCD9E8D57u * c[2];
        uint32_t next0 = (uint32_t)(b >> 32) ^ c[1] ^ k0;
        uint32_t next2 = (uint32_t)(a >> 32) ^ c[3] ^ k1;
        c[1] = (uint32_t)b;
        c[3] = (uint32_t)a;
        c[0] = next0;
        c[2] = next2;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
}

GT_INLINE void start(gt_rng at, uint32_t block, uint32_t words[4])
{
    words[0] = block;
    words[1] = at.stream << 16 | (uint32_t)(at.sample >> 32 & 0xFFFF);
    words[2] = (uint32_t)at.sample;
    words[3] = at.step;
}

void gt_rng_block(gt_rng at, uint32_t block, uint32_t words[4])
{
    start(at, block, words);
    philox(words, (uint32_t)at.seed, (uint32_t)(at.seed >> 32));
}

uint32_t gt_rng_word(gt_rng at, uint32_t element)
{
    uint32_t words[4];
    gt_rng_block(at, element / 4, words);
    return words[element % 4];
}

/* The blocks from `block` on. */
GT_INLINE void fill(gt_rng at, uint32_t block, block_words w)
{
    uint32_t k0 = (uint32_t)at.seed, k1 = (uint32_t)(at.seed >> 32);
    for (uint32_t j = 0; j < LANES; j++) {
        uint32_t c[4];
        start(at, block + j, c);
        philox(c, k0, k1);
        for (int k = 0; k < 4; k++)
            w[k][j] = c[k];
    }
}

/* From lanes to the order of elements; the last blocks may be incomplete. */
GT_INLINE void unpack(const float value[4][LANES], gt_real *out, size_t n)
{
    if (n >= (size_t)4 * LANES) {
        for (size_t j = 0; j < LANES; j++)
            for (size_t k = 0; k < 4; k++)
                out[4 * j + k] = (gt_real)value[k][j];
        return;
    }
    for (size_t i = 0; i < n; i++)
        out[i] = (gt_real)value[i % 4][i / 4];
}

GT_SIMD static void fill_words(gt_rng at, uint32_t block, uint32_t *out,
                               size_t n)
{
    for (size_t i = 0; i < n; i += (size_t)4 * LANES) {
        block_words w;
        size_t here = n - i < (size_t)4 * LANES ? n - i : (size_t)4 * LANES;
        fill(at, block + (uint32_t)(i / 4), w);
        if (here == (size_t)4 * LANES)
            for (size_t j = 0; j < LANES; j++)
                for (size_t k = 0; k < 4; k++)
                    out[i + 4 * j + k] = w[k][j];
        else
            for (size_t j = 0; j < here; j++)
                out[i + j] = w[j % 4][j / 4];
    }
}

void gt_rng_words(gt_rng at, uint32_t block, uint32_t *out, size_t n)
{
    fill_words(at, block, out, n);
}

GT_SIMD static void fill_uniform(gt_rng at, gt_real *out, size_t n)
{
    for (size_t i = 0; i < n; i += (size_t)4 * LANES) {
        block_words w;
        float value[4][LANES];
        fill(at, (uint32_t)(i / 4), w);
        for (int k = 0; k < 4; k++)
            for (int j = 0; j < LANES; j++)
                value[k][j] = (float)(int32_t)(w[k][j] >> 8) * 0x1p-24f;
        unpack(value, out + i, n - i);
    }
}

void gt_rng_uniform(gt_rng at, gt_real *out, size_t n)
{
    fill_uniform(at, out, n);
}

/* Two normals from two words (Box and Muller 1958). The first word is moved off
 * zero so that its logarithm is finite. */
GT_INLINE void box_muller(const uint32_t *a, const uint32_t *b, float *x,
                          float *y)
{
    for (int j = 0; j < LANES; j++) {
        float u = ((float)(int32_t)(a[j] >> 8) + 0.5f) * 0x1p-24f;
        float turns = (float)(int32_t)(b[j] >> 8) * 0x1p-24f;
        float radius = sqrtf(-2.0f * gt__log(u)), cosine, sine;
        gt__cos_sin(turns, &cosine, &sine);
        x[j] = radius * cosine;
        y[j] = radius * sine;
    }
}

GT_SIMD static void fill_normal(gt_rng at, gt_real *out, size_t n)
{
    for (size_t i = 0; i < n; i += (size_t)4 * LANES) {
        block_words w;
        float value[4][LANES];
        fill(at, (uint32_t)(i / 4), w);
        box_muller(w[0], w[1], value[0], value[1]);
        box_muller(w[2], w[3], value[2], value[3]);
        unpack(value, out + i, n - i);
    }
}

void gt_rng_normal(gt_rng at, gt_real *out, size_t n)
{
    fill_normal(at, out, n);
}
