/* sample_cache.h: blocks of samples that a model has made, for whoever wants
 * them again: figures, histograms and pictures look at the same samples. Local.
 */
#ifndef GT_EVAL_SAMPLE_CACHE_H
#define GT_EVAL_SAMPLE_CACHE_H

#include "core/tensor.h"

#include <stdint.h>

/* {.room = bytes} is empty. Owns its blocks. */
typedef struct gt_sample_cache {
    size_t room; /* bytes that blocks may take */
    size_t used; /* that they do */
    /* Private: */
    gt_real **block; /* [blocks]; NULL: it is not there */
    int64_t blocks;
} gt_sample_cache;

/* A block that was kept; NULL: it was not. */
const gt_real *gt_sample_cache_find(const gt_sample_cache *cache,
                                    int64_t number);

/* Keep n values of block `number` of `blocks`, which is not there, if there is
 * room for them. */
void gt_sample_cache_keep(gt_sample_cache *cache, int64_t number,
                          int64_t blocks, const gt_real *x, size_t n);

/* Forget all blocks, so that there is room again. */
void gt_sample_cache_clear(gt_sample_cache *cache);

#endif
