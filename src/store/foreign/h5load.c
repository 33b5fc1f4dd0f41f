/* h5load.c: most chunks are a pread and an inflate, which need no lock. */
#include "store/foreign/h5load.h"

#include "store/h5lock.h"

#include <stdlib.h>
#include <string.h>

bool gt__h5_load_is_absent(const gt_h5_set *s, uint64_t number)
{
    return s->means == GT__H5_NOWHERE ||
           (s->means == GT__H5_CHUNKS && s->place[number].size == 0);
}

/* Where chunk `number` begins, in indices. */
static void find_offset(const gt_h5_set *s, uint64_t number, hsize_t offset[])
{
    for (int i = s->about.rank - 1; i >= 0; i--) {
        offset[i] = number % s->grid[i] * s->chunk[i];
        number /= s->grid[i];
    }
}

static bool is_over_edge(const gt_h5_set *s, const hsize_t offset[])
{
    for (int i = 0; i < s->about.rank; i++)
        if (s->about.dim[i] - offset[i] < s->chunk[i])
            return true;
    return false;
}

static gt_status damaged(const gt_h5_set *s, const hsize_t offset[],
                         const char *flaw)
{
    gt_status status = gt__h5_disk_check(s->disk);
    if (status != GT_OK)
        return status;
    return gt_fail(GT_ERR_FORMAT,
                   "%s is damaged: in data set %s, the chunk of row %llu %s",
                   s->disk->path, s->about.name, (unsigned long long)offset[0],
                   flaw);
}

static gt_status load_plain(const gt_h5_set *s, const hsize_t offset[],
                            uint8_t *bytes)
{
    uint64_t rows = s->about.dim[0] - offset[0];
    if (rows > s->chunk[0])
        rows = s->chunk[0];
    return gt__h5_disk_read(s->disk, s->at + offset[0] * s->row_bytes, bytes,
                            rows * s->row_bytes);
}

static gt_status load_chunk(const gt_h5_set *s, const gt__h5_place *place,
                            const hsize_t offset[], uint8_t *bytes)
{
    const gt__h5_pipeline *p = &s->storage.pipeline;
    uint32_t mask = place->mask;
    if (s->storage.plain_edges && is_over_edge(s, offset))
        mask = UINT32_MAX;
    if (p->n == 0 || (mask & ((1u << p->n) - 1)) == (1u << p->n) - 1)
        return place->size == s->chunk_bytes
                   ? gt__h5_disk_read(s->disk, place->at, bytes, place->size)
                   : damaged(s, offset, "has another size than it should");
    if (gt__h5_decoded_most(p, place->size) < s->chunk_bytes)
        return damaged(s, offset, "cannot become as large as it should");
    uint8_t *stored = malloc(place->size);
    if (!stored)
        return gt_fail(GT_ERR_MEMORY, "%s: no memory for a chunk of %u bytes",
                       s->disk->path, place->size);
    gt_status status =
        gt__h5_disk_read(s->disk, place->at, stored, place->size);
    if (status == GT_OK) {
        const char *flaw =
            gt__h5_decode(p, mask, stored, place->size, bytes, s->chunk_bytes);
        if (flaw)
            status = damaged(s, offset, flaw);
    }
    free(stored);
    return status;
}

static herr_t first_error(unsigned n, const H5E_error2_t *error, void *text)
{
    if (n == 0 && error->desc)
        strncpy(text, error->desc, 127);
    return 0;
}

/* Into the first part of a whole chunk, where the chunk lies over the edge. */
static gt_status load_through(const gt_h5_set *s, const hsize_t offset[],
                              uint8_t *bytes)
{
    GT__H5_LOCKED;
    int rank = s->about.rank;
    hsize_t count[GT_H5_SET_RANK], whole[GT_H5_SET_RANK];
    hsize_t zero[GT_H5_SET_RANK] = {0};
    for (int i = 0; i < rank; i++) {
        hsize_t left = s->about.dim[i] - offset[i];
        whole[i] = s->chunk[i];
        count[i] = left < whole[i] ? left : whole[i];
    }
    gt__h5_clear();
    hid_t space = H5Dget_space(s->set);
    hid_t memory = H5Screate_simple(rank, whole, NULL);
    hid_t type =
        s->storage.converted ? H5Tcopy(H5T_NATIVE_DOUBLE) : H5Dget_type(s->set);
    herr_t error =
        H5Sselect_hyperslab(space, H5S_SELECT_SET, offset, NULL, count, NULL);
    if (error >= 0)
        error = H5Sselect_hyperslab(memory, H5S_SELECT_SET, zero, NULL, count,
                                    NULL);
    if (error >= 0)
        error = H5Dread(s->set, type, memory, space, H5P_DEFAULT, bytes);
    char why[128] = "cannot be read";
    if (error < 0)
        H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, first_error, why);
    H5Tclose(type);
    H5Sclose(memory);
    H5Sclose(space);
    char flaw[160] = "cannot be read by HDF5: ";
    return error < 0 ? damaged(s, offset, strcat(flaw, why)) : GT_OK;
}

gt_status gt__h5_load(const void *set, uint64_t number, uint8_t *bytes)
{
    const gt_h5_set *s = set;
    hsize_t offset[GT_H5_SET_RANK] = {0};
    find_offset(s, number, offset);
    if (s->means == GT__H5_THROUGH)
        return load_through(s, offset, bytes);
    if (s->means == GT__H5_PLAIN)
        return load_plain(s, offset, bytes);
    return load_chunk(s, &s->place[number], offset, bytes);
}
