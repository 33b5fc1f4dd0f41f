/* h5chunks.c: HDF5 1.10 tells where chunk i is only by going through all chunks
 * before it. But it reads a chunk that it is asked for after a quick search. So
 * each chunk is read as it is stored, and the driver notes where that would be
 * (h5disk.h) instead of reading. Later versions have an iterator; this serves
 * them as well. */
#include "store/foreign/h5chunks.h"

#include "base/collective_tick.h"

#include <stdlib.h>

uint64_t gt__h5_chunks_grid(const gt_h5_about *about, const uint64_t chunk[],
                            uint64_t grid[])
{
    uint64_t n = 1;
    for (int i = 0; i < about->rank; i++) {
        grid[i] = about->dim[i] / chunk[i] + (about->dim[i] % chunk[i] > 0);
        if (grid[i] && n > INT64_MAX / grid[i])
            return 0;
        n *= grid[i];
    }
    return n;
}

static gt_status damaged(const gt__h5_disk *disk, const gt_h5_about *about,
                         const char *what)
{
    gt_status status = gt__h5_disk_check(disk);
    return status == GT_OK
               ? gt_fail(GT_ERR_FORMAT,
                         "%s is truncated or damaged: data set %s %s",
                         disk->path, about->name, what)
               : status;
}

/* The place of the chunk that begins at `offset`; of size 0 if the library
 * finds none. */
static gt_status find_one(hid_t set, gt__h5_disk *disk,
                          const gt_h5_about *about, const hsize_t offset[],
                          gt__h5_place *place)
{
    char nowhere[16]; /* where nothing is written, as the driver is probing */
    uint32_t mask = 0;
    *place = (gt__h5_place){0};
    disk->found = false;
    herr_t error = H5Dread_chunk(set, H5P_DEFAULT, offset, &mask, nowhere);
    if (!disk->found)
        return GT_OK;
    if (error < 0 || disk->length == 0 || disk->length > UINT32_MAX)
        return damaged(disk, about, "has a damaged table of chunks");
    if (disk->at > disk->size || disk->length > disk->size - disk->at)
        return damaged(disk, about, "has a chunk beyond the end of the file");
    *place = (gt__h5_place){disk->at, (uint32_t)disk->length, mask};
    return GT_OK;
}

/* A chunk that is not found was never written, or its entry is damaged. */
static gt_status check_count(hid_t set, const gt__h5_disk *disk,
                             const gt_h5_about *about, uint64_t found)
{
    hsize_t stored = 0;
    hid_t space = H5Dget_space(set);
    herr_t error = H5Dget_num_chunks(set, space, &stored);
    H5Sclose(space);
    if (error >= 0 && stored <= found)
        return GT_OK;
    return damaged(disk, about, "has a damaged table of chunks");
}

/* False: that was the last one. */
static bool next_offset(const gt_h5_about *about, const uint64_t chunk[],
                        hsize_t offset[])
{
    for (int i = about->rank - 1; i >= 0; i--) {
        offset[i] += chunk[i];
        if (offset[i] < about->dim[i])
            return true;
        offset[i] = 0;
    }
    return false;
}

gt_status gt__h5_chunks_find(hid_t set, gt__h5_disk *disk,
                             const gt_h5_about *about,
                             const gt__h5_storage *storage,
                             gt__h5_place **table)
{
    uint64_t grid[GT_H5_SET_RANK];
    uint64_t n = gt__h5_chunks_grid(about, storage->chunk, grid);
    hsize_t offset[GT_H5_SET_RANK] = {0};
    gt_status status = GT_OK;
    *table = NULL;
    /* An entry of the file's own table takes 8 bytes or more. */
    if (!n || n > disk->size / 8 + 65536)
        return damaged(disk, about,
                       "claims more chunks than the file can hold");
    gt__h5_place *all = malloc(n * sizeof *all);
    if (!all)
        return gt_fail(GT_ERR_MEMORY,
                       "%s: no memory for a table of %llu chunks", disk->path,
                       (unsigned long long)n);
    gt__h5_clear();
    uint64_t found = 0;
    disk->probing = true;
    for (uint64_t i = 0; i < n && status == GT_OK; i++) {
        status = find_one(set, disk, about, offset, &all[i]);
        found += all[i].size > 0;
        next_offset(about, storage->chunk, offset);
        if (i % 1024 == 0)
            gt_collective_tick();
    }
    disk->probing = false;
    if (status == GT_OK && found < n)
        status = check_count(set, disk, about, found);
    gt__h5_clear();
    if (status == GT_OK)
        *table = all;
    else
        free(all);
    return status;
}
