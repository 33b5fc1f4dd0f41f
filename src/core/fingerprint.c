/* fingerprint.c: FNV-1a (Fowler, Noll, Vo), 32 bits wide in sixteen lanes, so
 * that a state is read at the speed of memory, then 64 bits wide over the
 * lanes. A changed word always changes its lane: both of FNV-1a's operations
 * can be undone. This guards against accidents, not against people. */
#include "core/fingerprint.h"

#include "core/simd.h"

#include <stdio.h>
#include <string.h>

enum { LANES = GT_FINGERPRINT_LANES };

void gt_fingerprint_start(gt_fingerprint *f)
{
    for (uint32_t j = 0; j < LANES; j++)
        f->lane[j] = 2166136261u + j;
    f->words = 0;
}

GT_SIMD static void absorb(uint32_t *restrict lane, const uint32_t *restrict w,
                           size_t n)
{
    for (size_t i = 0; i + LANES <= n; i += LANES)
        for (size_t j = 0; j < LANES; j++)
            lane[j] = (lane[j] ^ w[i + j]) * 16777619u;
}

void gt_fingerprint_add(gt_fingerprint *f, const gt_real *data, size_t count)
{
    enum { BLOCK = 64 * LANES };
    uint32_t words[BLOCK];
    const char *bytes = (const char *)data;
    size_t left = count * (sizeof *data / sizeof *words);
    f->words += left;
    while (left > 0) {
        size_t n = left < BLOCK ? left : BLOCK;
        size_t whole = (n + LANES - 1) / LANES * LANES;
        memcpy(words, bytes, n * sizeof *words);
        memset(words + n, 0, (whole - n) * sizeof *words);
        absorb(f->lane, words, whole);
        bytes += n * sizeof *words;
        left -= n;
    }
}

static uint64_t fold(uint64_t hash, uint64_t value)
{
    return (hash ^ value) * UINT64_C(1099511628211);
}

void gt_fingerprint_text(const gt_fingerprint *f,
                         char text[GT_FINGERPRINT_TEXT])
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (int j = 0; j < LANES; j++)
        hash = fold(hash, f->lane[j]);
    hash = fold(hash, f->words);
    hash = fold(hash, hash >> 32);
    snprintf(text, GT_FINGERPRINT_TEXT, "%016llx", (unsigned long long)hash);
}
