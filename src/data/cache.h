/* cache.h: samples that were read from files, kept in memory. For src/data.
 * Local.
 *
 * Ranks of a node share a cache: what one of them has unpacked, the others
 * copy. A sample's place is free, being filled, or ready; who fills it says
 * so first, and others who want it meanwhile read it for themselves. So nobody
 * waits, and a process that ends leaves nothing that others wait for. A cache
 * only saves work; what is read is the same without it.
 */
#ifndef GT_DATA_CACHE_H
#define GT_DATA_CACHE_H

#include "data/source_type.h"

typedef struct gt_cache gt_cache;

/* A cache for a source that was opened, as `mode` (gt_data_cache) wants it;
 * *out is NULL where that is none, or there is no memory for one. `shared`:
 * other processes may attach it. */
gt_status gt__cache_new(gt_cache **out, const gt_source *source, int mode,
                        bool shared);

/* What another process has made, with room for `count` samples. As
 * gt_region_attach. */
gt_status gt__cache_attach(gt_cache **out, const gt_source *source,
                           const gt_region_handle *handle, uint64_t count);
void gt__cache_free(gt_cache *cache);

/* Size 0 where it is not shared. */
gt_region_handle gt__cache_share(gt_cache *cache);

/* Samples that it has room for: those of the lowest numbers. */
uint64_t gt__cache_count(const gt_cache *cache);

/* Bytes that a sample takes, with what comes with it. */
size_t gt__cache_sample_bytes(const gt_source *source);

/* As the source type's `read`, from the cache where that has the sample. Any
 * thread may call it. */
gt_status gt__cache_read(gt_cache *cache, const gt_source *source,
                         const uint64_t *numbers, int n,
                         const gt_source_rows *to);

#endif
