/* h5set.c: once a data set is open, HDF5 is out of the way of most of them:
 * where the numbers are, how they are packed and what they mean is all here. */
#include "store/foreign/h5set.h"

#include "store/foreign/h5load.h"
#include "store/foreign/h5rows.h"
#include "store/h5lock.h"
#include "store/h5read.h"

#include <stdlib.h>
#include <string.h>

/* What is read at once of a data set without chunks. */
enum { RUN = 1 << 20 };

static gt_status refuse(const gt_h5 *file, const gt_h5_about *about)
{
    return gt_fail(GT_ERR_FORMAT, "%s: data set %s %s", file->path, about->name,
                   about->flaw);
}

static gt_status lacks(const gt_h5_set *s, const gt_h5 *file, const char *what)
{
    gt_status status = gt__h5_disk_check(s->disk);
    return status == GT_OK
               ? gt_fail(GT_ERR_FORMAT,
                         "%s is truncated, or was never finished: data set %s "
                         "%s",
                         file->path, s->about.name, what)
               : status;
}

/* A set that was hardly ever written is of no use, and one that only says that
 * it is large would cost memory. */
static gt_status check_stored(const gt_h5_set *s, const gt_h5 *file)
{
    uint64_t claimed = s->about.dim[0] * s->row_bytes;
    if (s->storage.layout == H5D_VIRTUAL || s->storage.external ||
        claimed / GT__H5_MOST_COMPRESSION <= H5Dget_storage_size(s->set))
        return GT_OK;
    return lacks(s, file, "is not in the file as a whole");
}

static gt_status find_plain(gt_h5_set *s, const gt_h5 *file)
{
    haddr_t at = H5Dget_offset(s->set);
    uint64_t bytes = s->about.dim[0] * s->row_bytes;
    s->means = at == HADDR_UNDEF ? GT__H5_NOWHERE : GT__H5_PLAIN;
    s->at = at;
    if (s->means == GT__H5_PLAIN &&
        (at > s->disk->size || bytes > s->disk->size - at))
        return lacks(s, file, "goes beyond the end of the file");
    return GT_OK;
}

/* The unit in which numbers come into memory, which is no larger than the file
 * can say. */
static gt_status find_unit(gt_h5_set *s, const gt_h5 *file)
{
    bool chunked = s->storage.layout == H5D_CHUNKED;
    uint64_t most = s->disk->size < UINT64_MAX / GT__H5_MOST_COMPRESSION
                        ? s->disk->size * GT__H5_MOST_COMPRESSION
                        : UINT64_MAX;
    s->chunk_bytes = (uint64_t)s->about.number.size;
    for (int i = 0; i < s->about.rank; i++) {
        s->chunk[i] = chunked  ? s->storage.chunk[i]
                      : i == 0 ? (RUN + s->row_bytes - 1) / s->row_bytes
                               : s->about.dim[i];
        if (chunked && s->chunk_bytes > most / s->chunk[i])
            return lacks(s, file,
                         "has chunks that are larger than the file "
                         "can hold");
        s->chunk_bytes *= s->chunk[i];
    }
    gt__h5_chunks_grid(&s->about, s->chunk, s->grid);
    return GT_OK;
}

static gt_status find_numbers(gt_h5_set *s, const gt_h5 *file)
{
    s->row_numbers = 1;
    for (int i = 1; i < s->about.rank; i++)
        s->row_numbers *= s->about.dim[i];
    s->row_bytes = s->row_numbers * (size_t)s->about.number.size;
    if (!s->about.dim[0] || !s->row_bytes) {
        s->means = GT__H5_NOWHERE;
        return GT_OK;
    }
    gt_status status = check_stored(s, file);
    if (status == GT_OK)
        status = find_unit(s, file);
    if (status != GT_OK)
        return status;
    s->means = GT__H5_THROUGH;
    if (s->storage.foreign || s->storage.converted || s->storage.external)
        return GT_OK;
    if (s->storage.layout == H5D_CONTIGUOUS)
        return find_plain(s, file);
    if (s->storage.layout != H5D_CHUNKED)
        return GT_OK;
    s->means = GT__H5_CHUNKS;
    return gt__h5_chunks_find(s->set, s->disk, &s->about, &s->storage,
                              &s->place);
}

/* In the type of the numbers here; 0 where it is not defined. */
static void find_fill(gt_h5_set *s)
{
    H5D_fill_value_t defined = H5D_FILL_VALUE_UNDEFINED;
    hid_t properties = H5Dget_create_plist(s->set);
    hid_t type =
        s->storage.converted ? H5Tcopy(H5T_NATIVE_DOUBLE) : H5Dget_type(s->set);
    if (H5Pfill_value_defined(properties, &defined) >= 0 &&
        defined != H5D_FILL_VALUE_UNDEFINED &&
        H5Tget_size(type) <= sizeof s->fill &&
        H5Pget_fill_value(properties, type, s->fill) < 0)
        memset(s->fill, 0, sizeof s->fill);
    H5Tclose(type);
    H5Pclose(properties);
}

/* A chunk is used once and kept by us, not by HDF5. */
static hid_t open_by_name(const gt_h5 *file, const char *name)
{
    hid_t access = H5Pcreate(H5P_DATASET_ACCESS);
    H5Pset_chunk_cache(access, 0, 0, 0);
    hid_t set = H5Dopen2(file->file, name, access);
    H5Pclose(access);
    return set;
}

gt_status gt_h5_set_open(gt_h5_set **out, gt_h5 *file, const char *name,
                         gt_h5_cache *cache)
{
    GT__H5_LOCKED;
    *out = NULL;
    if (!gt_h5_has(file, name))
        return gt_fail(GT_ERR_FORMAT, "%s has no data set %s", file->path,
                       name);
    gt_h5_set *s = calloc(1, sizeof *s);
    if (!s)
        return gt_fail(GT_ERR_MEMORY, "%s: out of memory", file->path);
    s->cache = cache;
    strncpy(s->about.name, name, sizeof s->about.name - 1);
    gt__h5_clear();
    s->set = open_by_name(file, name);
    gt__h5_describe(s->set, &s->about, &s->storage);
    s->disk = s->set >= 0 ? gt__h5_disk_of(s->set) : NULL;
    gt_status status = GT_OK;
    if (*s->about.flaw)
        status = refuse(file, &s->about);
    else if (s->about.rank == 0)
        status = gt_fail(GT_ERR_FORMAT, "%s: data set %s is a single value",
                         file->path, name);
    else if (!s->disk)
        status = gt_fail(GT_ERR_FORMAT, "%s: data set %s is not in a file",
                         file->path, name);
    if (status == GT_OK) {
        find_fill(s);
        status = find_numbers(s, file);
    }
    if (status == GT_OK)
        *out = s;
    else
        gt_h5_set_close(s);
    return status;
}

void gt_h5_set_close(gt_h5_set *s)
{
    GT__H5_LOCKED;
    if (!s)
        return;
    if (s->cache)
        gt__h5_cache_forget(s->cache, s);
    if (s->set >= 0)
        H5Dclose(s->set);
    free(s->place);
    free(s);
}

const gt_h5_about *gt_h5_set_about(const gt_h5_set *s)
{
    return &s->about;
}

uint64_t gt_h5_set_chunk_rows(const gt_h5_set *s)
{
    return s->chunk[0];
}

bool gt_h5_set_is_chunked(const gt_h5_set *s)
{
    return s->means == GT__H5_CHUNKS || s->means == GT__H5_THROUGH;
}

uint64_t gt_h5_set_chunk_bytes(const gt_h5_set *s)
{
    return s->chunk_bytes;
}

uint64_t gt_h5_set_row_bytes(const gt_h5_set *s)
{
    return s->row_bytes;
}

gt_status gt_h5_set_check(const gt_h5_set *s)
{
    return gt__h5_disk_check(s->disk);
}

/* --- Reading. */

gt_h5_target gt_h5_target_plain(const gt_h5_set *s, gt_h5_as as, void *data)
{
    gt_h5_target to = {.as = as, .data = data};
    size_t step = 1;
    for (int i = s->about.rank - 1; i >= 0; i--) {
        to.stride[i] = step;
        step *= s->about.dim[i];
    }
    return to;
}

/* All chunks that a row lies in follow each other in the table. */
static gt_status read_row(gt_h5_set *s, uint64_t row, const gt_h5_target *to,
                          size_t to_row)
{
    uint64_t parts = 1;
    for (int i = 1; i < s->about.rank; i++)
        parts *= s->grid[i];
    uint64_t first = row / s->chunk[0] * parts;
    gt_status status = GT_OK;
    for (uint64_t i = first; i < first + parts && status == GT_OK; i++) {
        gt__h5_chunk *chunk = NULL;
        if (gt__h5_load_is_absent(s, i)) {
            gt__h5_rows_copy(s, i, NULL, row, to, to_row);
            continue;
        }
        status = gt__h5_cache_get(s->cache, s, i, s->chunk_bytes, gt__h5_load,
                                  &chunk);
        if (status != GT_OK)
            break;
        gt__h5_rows_copy(s, i, chunk->bytes, row, to, to_row);
        gt__h5_cache_put(s->cache, chunk);
    }
    return status;
}

/* Rows of the list from `i` on that are neighbours, as many as are read at
 * once. */
static int count_neighbours(const gt_h5_set *s, const uint64_t *rows, int i,
                            int n)
{
    int count = 1;
    while (i + count < n && rows[i + count] == rows[i] + (uint64_t)count &&
           ((uint64_t)count + 1) * s->row_bytes <= RUN)
        count++;
    return count;
}

/* Rows that lie plainly in the file are read one by one. */
static gt_status read_apart(const gt_h5_set *s, const uint64_t *rows, int n,
                            const gt_h5_target *to)
{
    gt_status status = GT_OK;
    size_t room = s->row_bytes > RUN                 ? s->row_bytes
                  : (uint64_t)n * s->row_bytes > RUN ? RUN
                                                     : (size_t)n * s->row_bytes;
    uint8_t *bytes = malloc(room);
    if (!bytes)
        return gt_fail(GT_ERR_MEMORY, "%s: no memory for a row of %s",
                       s->disk->path, s->about.name);
    for (int i = 0; i < n && status == GT_OK;) {
        int count = count_neighbours(s, rows, i, n);
        status = gt__h5_disk_read(s->disk, s->at + rows[i] * s->row_bytes,
                                  bytes, (size_t)count * s->row_bytes);
        for (int j = 0; j < count && status == GT_OK; j++)
            gt__h5_rows_copy(s, 0, bytes + (size_t)j * s->row_bytes, 0, to,
                             (size_t)i + (size_t)j);
        i += count;
    }
    free(bytes);
    return status;
}

gt_status gt_h5_set_read(gt_h5_set *s, const uint64_t *rows, int n, bool nearby,
                         const gt_h5_target *to)
{
    gt_status status = GT_OK;
    if (!s->row_bytes)
        return GT_OK;
    if (s->means == GT__H5_PLAIN && !nearby)
        return read_apart(s, rows, n, to);
    for (int i = 0; i < n && status == GT_OK; i++)
        status = read_row(s, rows[i], to, (size_t)i);
    return status;
}
