/* h5write.c: all data sets are chunked, as checksums live in chunks; a
 * chunk is about a megabyte of whole rows, or part of a row where rows are
 * larger. Pixels are compressed, numbers are not: weights do not compress. */
#include "store/h5write.h"

#include "base/collective_tick.h"
#include "store/h5handle.h"
#include "store/h5lock.h"

#include <assert.h>

enum { CHUNK_BYTES = 1 << 20 };

static hid_t file_type(gt_h5_type type)
{
    if (type == GT_H5_U8)
        return H5T_STD_U8LE;
    return type == GT_H5_I32 ? H5T_STD_I32LE : H5T_IEEE_F32LE;
}

/* Fill a chunk from the last dimension up until it is large enough. */
static void choose_chunk(gt_h5_type type, int rank, const hsize_t dim[],
                         hsize_t chunk[])
{
    hsize_t left = CHUNK_BYTES / (type == GT_H5_U8 ? 1 : 4);
    for (int i = rank - 1; i >= 0; i--) {
        chunk[i] = dim[i] < left ? dim[i] : left;
        chunk[i] = chunk[i] ? chunk[i] : 1;
        left = left / chunk[i] ? left / chunk[i] : 1;
    }
}

static hid_t creation_properties(gt_h5_type type, int rank, const hsize_t dim[])
{
    hsize_t chunk[GT_H5_MAX_RANK];
    assert(rank >= 1 && rank <= GT_H5_MAX_RANK);
    choose_chunk(type, rank, dim, chunk);
    hid_t p = H5Pcreate(H5P_DATASET_CREATE);
    if (p < 0)
        return p;
    H5Pset_chunk(p, rank, chunk);
    if (type == GT_H5_U8)
        H5Pset_deflate(p, 1);
    H5Pset_fletcher32(p);
    H5Pset_obj_track_times(p, false);
    return p;
}

/* Without a cache a chunk reaches the file in the call that writes it. */
static hid_t no_cache(void)
{
    hid_t p = H5Pcreate(H5P_DATASET_ACCESS);
    if (p >= 0)
        H5Pset_chunk_cache(p, 0, 0, H5D_CHUNK_CACHE_W0_DEFAULT);
    return p;
}

static hid_t make_groups(void)
{
    hid_t p = H5Pcreate(H5P_LINK_CREATE);
    if (p >= 0)
        H5Pset_create_intermediate_group(p, 1);
    return p;
}

/* A data set chunk by chunk. The way chunks are chosen, the numbers of each lie
 * together in memory, and one chunk's follow those of the one before. */
typedef struct chunks {
    int rank;
    const hsize_t *dim;
    hsize_t chunk[GT_H5_MAX_RANK], start[GT_H5_MAX_RANK], size[GT_H5_MAX_RANK];
    size_t count; /* of this chunk's numbers */
} chunks;

/* Is there a chunk at `start`? Its size, cut where the data set ends. */
static bool measure(chunks *c)
{
    c->count = 1;
    for (int i = 0; i < c->rank; i++) {
        if (c->start[i] >= c->dim[i])
            return false;
        hsize_t left = c->dim[i] - c->start[i];
        c->size[i] = left < c->chunk[i] ? left : c->chunk[i];
        c->count *= (size_t)c->size[i];
    }
    return true;
}

static bool first_chunk(chunks *c, gt_h5_type type, int rank,
                        const hsize_t dim[])
{
    *c = (chunks){.rank = rank, .dim = dim};
    choose_chunk(type, rank, dim, c->chunk);
    return measure(c);
}

static bool next_chunk(chunks *c)
{
    int i = c->rank - 1;
    if (i < 0) /* one number, without dimensions */
        return false;
    for (; i > 0 && c->start[i] + c->chunk[i] >= c->dim[i]; i--)
        c->start[i] = 0;
    c->start[i] += c->chunk[i];
    return measure(c);
}

/* Write a chunk's numbers, which lie at `data`. */
static herr_t write_chunk(hid_t set, gt_h5_type type, const chunks *c,
                          const void *data)
{
    hid_t space = H5Screate_simple(c->rank, c->dim, NULL);
    hid_t memory = H5Screate_simple(c->rank, c->size, NULL);
    if (c->rank > 0)
        H5Sselect_hyperslab(space, H5S_SELECT_SET, c->start, NULL, c->size,
                            NULL);
    herr_t result = H5Dwrite(set, gt__h5_memory_type(type), memory, space,
                             H5P_DEFAULT, data);
    gt_collective_tick();
    H5Sclose(memory);
    H5Sclose(space);
    return result;
}

static herr_t write_chunks(gt_h5 *f, hid_t set, gt_h5_type type, int rank,
                           const hsize_t dim[], const void *data)
{
    size_t width = gt_h5_width(type);
    const char *from = data;
    chunks c;
    herr_t result = 0;
    for (bool more = first_chunk(&c, type, rank, dim); more && result >= 0;
         more = next_chunk(&c)) {
        gt__image_expect(f->image, from, c.count * width);
        result = write_chunk(set, type, &c, from);
        from += c.count * width;
    }
    gt__image_expect(f->image, NULL, 0);
    return result;
}

gt_status gt_h5_write(gt_h5 *f, const char *name, gt_h5_type type, int rank,
                      const size_t dim[], const void *data)
{
    GT__H5_LOCKED;
    hsize_t dims[GT_H5_MAX_RANK];
    for (int i = 0; i < rank; i++)
        dims[i] = dim[i];
    gt__h5_clear();
    hid_t space = H5Screate_simple(rank, dims, NULL);
    hid_t links = make_groups(), access = no_cache();
    hid_t properties = creation_properties(type, rank, dims);
    hid_t set = H5Dcreate2(f->file, name, file_type(type), space, links,
                           properties, access);
    gt_status status = GT_OK;
    if (set < 0 || (data && write_chunks(f, set, type, rank, dims, data) < 0))
        status = gt__h5_fail(GT_ERR_IO, f, "write", name);
    if (set >= 0 && H5Dclose(set) < 0 && status == GT_OK)
        status = gt__h5_fail(GT_ERR_IO, f, "write", name);
    H5Pclose(properties);
    H5Pclose(access);
    H5Pclose(links);
    H5Sclose(space);
    return status;
}

gt_status gt_h5_write_rows(gt_h5 *f, const char *name, gt_h5_type type,
                           size_t first, size_t count, const void *data)
{
    GT__H5_LOCKED;
    gt__h5_clear();
    hid_t set = H5Dopen2(f->file, name, H5P_DEFAULT);
    if (set < 0)
        return gt__h5_fail(GT_ERR_IO, f, "write", name);
    hsize_t start[GT_H5_MAX_RANK] = {first}, size[GT_H5_MAX_RANK];
    hid_t space = H5Dget_space(set);
    int rank = H5Sget_simple_extent_dims(space, size, NULL);
    size[0] = count;
    hid_t memory = H5Screate_simple(rank, size, NULL);
    H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, size, NULL);
    gt_status status = GT_OK;
    gt__h5_clear();
    if (H5Dwrite(set, gt__h5_memory_type(type), memory, space, H5P_DEFAULT,
                 data) < 0)
        status = gt__h5_fail(GT_ERR_IO, f, "write", name);
    gt_collective_tick();
    H5Sclose(memory);
    H5Sclose(space);
    if (H5Dclose(set) < 0 && status == GT_OK)
        status = gt__h5_fail(GT_ERR_IO, f, "write", name);
    return status;
}
