/* h5chunks.h: where the chunks of a data set are in its file. Within the room.
 * Local.
 */
#ifndef GT_STORE_FOREIGN_H5CHUNKS_H
#define GT_STORE_FOREIGN_H5CHUNKS_H

#include "store/foreign/h5describe.h"
#include "store/foreign/h5disk.h"

typedef struct gt__h5_place {
    uint64_t at;
    uint32_t size; /* as stored; 0: never written, so it has the fill value */
    uint32_t mask; /* filters that were left out */
} gt__h5_place;

/* Chunks of a data set in each dimension, and how many; 0: too many. */
uint64_t gt__h5_chunks_grid(const gt_h5_about *about, const uint64_t chunk[],
                            uint64_t grid[]);

/* A malloc'ed table of all chunks, in row-major order. GT_ERR_FORMAT: the
 * table in the file is damaged, or a chunk is not in the file; GT_ERR_MEMORY.
 * Under the lock. */
gt_status gt__h5_chunks_find(hid_t set, gt__h5_disk *disk,
                             const gt_h5_about *about,
                             const gt__h5_storage *storage,
                             gt__h5_place **table);

#endif
