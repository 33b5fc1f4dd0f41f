/* h5cache.h: decoded chunks of data sets, of which those that were used last
 * stay in memory. Knows nothing of HDF5. Any thread.
 *
 * Chunks that are in use are not given up, so memory may exceed the limit by
 * one chunk for each thread that reads.
 */
#ifndef GT_STORE_FOREIGN_H5CACHE_H
#define GT_STORE_FOREIGN_H5CACHE_H

#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

typedef struct gt_h5_cache gt_h5_cache;

/* A cache of `limit` bytes. NULL: out of memory. */
gt_h5_cache *gt_h5_cache_new(size_t limit);
void gt_h5_cache_free(gt_h5_cache *cache); /* NULL is allowed */

/* Have at least that limit. Before threads use the cache. */
void gt_h5_cache_grow(gt_h5_cache *cache, size_t limit);
size_t gt_h5_cache_limit(const gt_h5_cache *cache);

typedef struct gt__h5_chunk {
    uint8_t *bytes;
    size_t size;
    /* Private. */
    const void *set;
    uint64_t number;
    int users;
    enum { GT__H5_LOADING, GT__H5_LOADED, GT__H5_FAILED } state;
    struct gt__h5_chunk *in_bucket, *older, *newer;
} gt__h5_chunk;

/* Chunk `number` of a data set, which has `size` bytes; it stays until it is
 * put back. If it is not there, `load` fills its bytes, in this thread; others
 * that want the same wait. Fails as `load` does, or with GT_ERR_MEMORY. */
gt_status gt__h5_cache_get(gt_h5_cache *cache, const void *set, uint64_t number,
                           size_t size,
                           gt_status (*load)(const void *set, uint64_t number,
                                             uint8_t *bytes),
                           gt__h5_chunk **chunk);
void gt__h5_cache_put(gt_h5_cache *cache, gt__h5_chunk *chunk);

/* Give up all chunks of a data set; none is in use. */
void gt__h5_cache_forget(gt_h5_cache *cache, const void *set);

#endif
