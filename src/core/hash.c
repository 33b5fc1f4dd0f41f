/* hash.c: xxHash's streaming interface. The size of its state is the library's
 * own affair, so the state is allocated once and used again: no training step
 * allocates. Numbers go through a small block in which their bytes are put in
 * order, so that a state has the same hash on every CPU. */
#include "core/hash.h"

#include <stdio.h>
#include <string.h>
#include <xxhash.h>

#ifdef GT_DOUBLE
typedef uint64_t bits;
#else
typedef uint32_t bits;
#endif

enum { BLOCK = 1024 }; /* numbers */

/* A gt_hash is the library's state under our name. */
static XXH3_state_t *state_of(gt_hash *hash)
{
    return (XXH3_state_t *)hash;
}

gt_hash *gt_hash_new(void)
{
    gt_hash *hash = (gt_hash *)XXH3_createState();
    if (hash)
        gt_hash_reset(hash);
    return hash;
}

void gt_hash_free(gt_hash *hash)
{
    XXH3_freeState(state_of(hash));
}

void gt_hash_reset(gt_hash *hash)
{
    XXH3_64bits_reset(state_of(hash));
}

void gt_hash_add(gt_hash *hash, const void *data, size_t size)
{
    XXH3_64bits_update(state_of(hash), data, size);
}

static void put_little_endian(uint8_t *restrict to,
                              const gt_real *restrict from, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bits number;
        memcpy(&number, &from[i], sizeof number);
        for (size_t j = 0; j < sizeof number; j++)
            to[i * sizeof number + j] = (uint8_t)(number >> 8 * j);
    }
}

void gt_hash_add_reals(gt_hash *hash, const gt_real *data, size_t count)
{
    uint8_t bytes[BLOCK * sizeof *data];
    while (count > 0) {
        size_t n = count < BLOCK ? count : BLOCK;
        put_little_endian(bytes, data, n);
        gt_hash_add(hash, bytes, n * sizeof *data);
        data += n;
        count -= n;
    }
}

uint64_t gt_hash_value(const gt_hash *hash)
{
    return XXH3_64bits_digest((const XXH3_state_t *)hash);
}

uint64_t gt_hash_of(const void *data, size_t size)
{
    return XXH3_64bits(data, size);
}

char *gt_hash_text(uint64_t value, char text[GT_HASH_TEXT])
{
    snprintf(text, GT_HASH_TEXT, "%016llx", (unsigned long long)value);
    return text;
}
