/* h5load.h: one chunk of a data set, from the file into memory. Within the
 * room. Any thread.
 */
#ifndef GT_STORE_FOREIGN_H5LOAD_H
#define GT_STORE_FOREIGN_H5LOAD_H

#include "store/foreign/h5cache.h"
#include "store/foreign/h5chunks.h"

/* What has no chunks is read in runs of rows, as if these were chunks. */
typedef struct gt_h5_set {
    hid_t set;
    gt__h5_disk *disk; /* of the file that holds the set, open with it */
    gt_h5_about about;
    gt__h5_storage storage;
    /* How numbers come into memory. */
    enum {
        GT__H5_PLAIN,   /* from `at` on */
        GT__H5_CHUNKS,  /* as `place` says */
        GT__H5_NOWHERE, /* they were never written: the fill value */
        GT__H5_THROUGH, /* HDF5 reads them */
    } means;
    uint64_t at;
    gt__h5_place *place;
    uint64_t chunk[GT_H5_SET_RANK], grid[GT_H5_SET_RANK];
    uint64_t row_numbers; /* of a row */
    uint64_t row_bytes;
    uint64_t chunk_bytes;
    uint8_t fill[8];
    gt_h5_cache *cache; /* borrowed */
} gt_h5_set;

/* Whether chunk `number` was never written. */
bool gt__h5_load_is_absent(const gt_h5_set *set, uint64_t number);

/* Fill `bytes`, of a whole chunk, with the numbers of that chunk in the type of
 * about.number. Where it lies over the edge, what is beyond is undefined. `set`
 * is a gt_h5_set. As gt_h5_set_read. */
gt_status gt__h5_load(const void *set, uint64_t number, uint8_t *bytes);

#endif
