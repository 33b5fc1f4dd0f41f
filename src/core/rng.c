/* rng.c: Philox4x32-10 with the constants of Salmon et al. (2011). Checked
 * against the known-answer vectors of the authors' Random123 library in
 * tests/test_rng.c. */
#include "gentrain/rng.h"

#include <math.h>

enum { ROUNDS = 10 };

static void philox(uint32_t c[4], uint32_t k0, uint32_t k1)
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

void gt_rng_block(gt_rng at, uint32_t block, uint32_t words[4])
{
    words[0] = block;
    words[1] = at.stream << 16 | (uint32_t)(at.sample >> 32 & 0xFFFF);
    words[2] = (uint32_t)at.sample;
    words[3] = at.step;
    philox(words, (uint32_t)at.seed, (uint32_t)(at.seed >> 32));
}

uint32_t gt_rng_word(gt_rng at, uint32_t element)
{
    uint32_t words[4];
    gt_rng_block(at, element / 4, words);
    return words[element % 4];
}

void gt_rng_uniform(gt_rng at, gt_real *out, size_t n)
{
    uint32_t words[4];
    for (size_t i = 0; i < n; i += 4) {
        gt_rng_block(at, (uint32_t)(i / 4), words);
        for (size_t j = 0; j < 4 && i + j < n; j++)
            out[i + j] = (gt_real)((double)(words[j] >> 8) * 0x1p-24);
    }
}

/* Two normals from two words. The first word is moved off zero so that its
 * logarithm is finite. */
static void box_muller(uint32_t a, uint32_t b, gt_real pair[2])
{
    float u = ((float)(a >> 8) + 0.5f) * 0x1p-24f;
    float angle = (float)(b >> 8) * (0x1p-24f * 6.28318530718f);
    float radius = sqrtf(-2.0f * logf(u));
    pair[0] = (gt_real)(radius * cosf(angle));
    pair[1] = (gt_real)(radius * sinf(angle));
}

void gt_rng_normal(gt_rng at, gt_real *out, size_t n)
{
    uint32_t words[4];
    for (size_t i = 0; i < n; i += 4) {
        gt_real normal[4];
        gt_rng_block(at, (uint32_t)(i / 4), words);
        box_muller(words[0], words[1], normal);
        box_muller(words[2], words[3], normal + 2);
        for (size_t j = 0; j < 4 && i + j < n; j++)
            out[i + j] = normal[j];
    }
}
