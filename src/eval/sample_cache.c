/* sample_cache.c: what does not fit is made anew, to the same bits; so this may
 * fail without a word. */
#include "eval/sample_cache.h"

#include <stdlib.h>
#include <string.h>

/* In front of a block's values are the bytes that it takes. */
enum { HEAD = 64 };

const gt_real *gt_sample_cache_find(const gt_sample_cache *cache,
                                    int64_t number)
{
    return number < cache->blocks && cache->block[number]
               ? cache->block[number] + HEAD / sizeof(gt_real)
               : NULL;
}

void gt_sample_cache_keep(gt_sample_cache *cache, int64_t number,
                          int64_t blocks, const gt_real *x, size_t n)
{
    size_t size = HEAD + n * sizeof *x;
    if (size > cache->left)
        return;
    if (!cache->block) {
        cache->block = calloc((size_t)blocks, sizeof *cache->block);
        cache->blocks = cache->block ? blocks : 0;
    }
    gt_real *kept = cache->block ? malloc(size) : NULL;
    if (!kept)
        return;
    memcpy(kept, &size, sizeof size);
    memcpy(kept + HEAD / sizeof *x, x, n * sizeof *x);
    cache->block[number] = kept;
    cache->left -= size;
}

void gt_sample_cache_clear(gt_sample_cache *cache)
{
    for (int64_t i = 0; i < cache->blocks; i++) {
        size_t size = 0;
        if (cache->block[i])
            memcpy(&size, cache->block[i], sizeof size);
        cache->left += size;
        free(cache->block[i]);
    }
    free(cache->block);
    *cache = (gt_sample_cache){.left = cache->left};
}
