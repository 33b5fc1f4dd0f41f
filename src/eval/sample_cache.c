/* sample_cache.c: what does not fit is made anew, to the same bits; so this may
 * fail without a word. */
#include "eval/sample_cache.h"

#include <stdlib.h>
#include <string.h>

const gt_real *gt_sample_cache_find(const gt_sample_cache *cache,
                                    int64_t number)
{
    return number < cache->blocks ? cache->block[number] : NULL;
}

void gt_sample_cache_keep(gt_sample_cache *cache, int64_t number,
                          int64_t blocks, const gt_real *x, size_t n)
{
    size_t size = n * sizeof *x;
    if (size > cache->room - cache->used)
        return;
    if (!cache->block) {
        cache->block = calloc((size_t)blocks, sizeof *cache->block);
        cache->blocks = cache->block ? blocks : 0;
    }
    gt_real *kept = cache->block ? malloc(size) : NULL;
    if (!kept)
        return;
    memcpy(kept, x, size);
    cache->block[number] = kept;
    cache->used += size;
}

void gt_sample_cache_clear(gt_sample_cache *cache)
{
    for (int64_t i = 0; i < cache->blocks; i++)
        free(cache->block[i]);
    free((void *)cache->block);
    *cache = (gt_sample_cache){.room = cache->room};
}
