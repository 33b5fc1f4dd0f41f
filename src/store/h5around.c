/* h5around.c: HDF5 is handed each chunk by H5Dwrite_chunk, as if it had been
 * filtered already, with bytes that nobody reads: the driver drops them
 * (h5driver.h). The number of rows has no limit in the file, as the library
 * refuses chunks that are larger than a data set with one. */
#include "store/h5around.h"

#include "base/collective_tick.h"
#include "store/h5driver.h"
#include "store/h5handle.h"
#include "store/h5lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

_Static_assert(GT_H5_AROUND + 0 == GT__H5_HEAD + 0, "one number");

enum { LINE = 80 };

struct gt_h5_around {
    gt_h5 file;
    gt__h5_stored stored;
};

gt_status gt_h5_around_begin(gt_h5_around **out, const char *path, uint64_t end)
{
    GT__H5_LOCKED;
    gt_h5_around *a = calloc(1, sizeof *a);
    *out = NULL;
    if (a)
        a->file = (gt_h5){.file = H5I_INVALID_HID, .path = strdup(path)};
    if (!a || !a->file.path) {
        gt_h5_around_free(a);
        return gt_fail(GT_ERR_MEMORY, "%s: out of memory", path);
    }
    a->stored = (gt__h5_stored){.end = end, .next = GT__H5_HEAD};
    gt__h5_clear();
    a->file.file = gt__h5_create_around(path, &a->stored, &a->file.image);
    if (a->file.file < 0) {
        gt_status status = gt__h5_fail(GT_ERR_MEMORY, &a->file, "build", "");
        gt_h5_around_free(a);
        return status;
    }
    *out = a;
    return GT_OK;
}

gt_h5 *gt_h5_around_file(gt_h5_around *a)
{
    return &a->file;
}

static hid_t file_type(gt_h5_type type)
{
    if (type == GT_H5_U8)
        return H5T_STD_U8LE;
    return type == GT_H5_I32 ? H5T_STD_I32LE : H5T_IEEE_F32LE;
}

static hid_t properties_of(const gt_h5_chunks *c)
{
    hsize_t chunk[GT_H5_MAX_RANK] = {c->rows};
    for (int i = 1; i < c->rank; i++)
        chunk[i] = c->dim[i];
    hid_t p = H5Pcreate(H5P_DATASET_CREATE);
    if (p < 0)
        return p;
    H5Pset_chunk(p, c->rank, chunk);
    if (c->level > 0 && c->shuffle)
        H5Pset_shuffle(p);
    if (c->level > 0)
        H5Pset_deflate(p, (unsigned)c->level);
    H5Pset_obj_track_times(p, false);
    return p;
}

static hid_t make_set(gt_h5_around *a, const char *name, const gt_h5_chunks *c)
{
    hsize_t dim[GT_H5_MAX_RANK], most[GT_H5_MAX_RANK];
    for (int i = 0; i < c->rank; i++)
        dim[i] = most[i] = c->dim[i];
    most[0] = H5S_UNLIMITED;
    hid_t space = H5Screate_simple(c->rank, dim, most);
    hid_t links = H5Pcreate(H5P_LINK_CREATE), properties = properties_of(c);
    H5Pset_create_intermediate_group(links, 1);
    hid_t set = H5Dcreate2(a->file.file, name, file_type(c->type), space, links,
                           properties, H5P_DEFAULT);
    H5Pclose(properties);
    H5Pclose(links);
    H5Sclose(space);
    return set;
}

static herr_t place_all(hid_t set, const gt_h5_chunks *c, const void *bytes)
{
    size_t n = (c->dim[0] + c->rows - 1) / c->rows;
    herr_t result = 0;
    for (size_t i = 0; i < n && result >= 0; i++) {
        hsize_t at[GT_H5_MAX_RANK] = {i * c->rows};
        result = H5Dwrite_chunk(set, H5P_DEFAULT, 0, at, (size_t)c->stored[i],
                                bytes);
        gt_collective_tick();
    }
    return result;
}

gt_status gt_h5_around_place(gt_h5_around *a, const char *name,
                             const gt_h5_chunks *c)
{
    GT__H5_LOCKED;
    size_t n = (c->dim[0] + c->rows - 1) / c->rows, most = 1;
    uint64_t sum = a->stored.next;
    for (size_t i = 0; i < n; i++) {
        most = c->stored[i] > most ? (size_t)c->stored[i] : most;
        sum += c->stored[i];
    }
    void *bytes = calloc(1, most); /* nobody reads them */
    if (!bytes)
        return gt_fail(GT_ERR_MEMORY, "cannot build %s: out of memory",
                       a->file.path);
    gt__h5_clear();
    hid_t set = make_set(a, name, c);
    gt_status status = GT_OK;
    a->stored.placing = true;
    if (set < 0 || place_all(set, c, bytes) < 0)
        status = gt__h5_fail(GT_ERR_IO, &a->file, "describe", name);
    if (set >= 0 && H5Dclose(set) < 0 && status == GT_OK)
        status = gt__h5_fail(GT_ERR_IO, &a->file, "describe", name);
    a->stored.placing = false;
    free(bytes);
    if (status == GT_OK && (a->stored.next != sum || sum > a->stored.end))
        status = gt_fail(GT_ERR_IO,
                         "cannot describe %s %s: chunks are not "
                         "where they should be",
                         a->file.path, name);
    return status;
}

static gt_status write_at(const gt_h5_around *a, int fd, uint64_t at,
                          const char *data, size_t size)
{
    if (lseek(fd, (off_t)at, SEEK_SET) < 0)
        return gt_fail(GT_ERR_IO, "cannot write %s: %s", a->file.path,
                       strerror(errno));
    while (size > 0) {
        ssize_t n = write(fd, data, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return gt_fail(GT_ERR_IO, "cannot write %s: %s", a->file.path,
                           strerror(errno));
        data += n;
        size -= (size_t)n;
        gt_collective_tick();
    }
    return GT_OK;
}

static gt_status flush(gt_h5_around *a)
{
    GT__H5_LOCKED;
    gt__h5_clear();
    if (H5Fflush(a->file.file, H5F_SCOPE_GLOBAL) < 0 ||
        gt__image_failed(a->file.image))
        return gt__h5_fail(GT_ERR_MEMORY, &a->file, "build", "");
    return GT_OK;
}

gt_status gt_h5_around_write(gt_h5_around *a, int fd, const char *line)
{
    gt_status status = flush(a);
    if (status != GT_OK)
        return status;
    size_t size = (size_t)gt__image_size(a->file.image);
    char *bytes = malloc(size);
    if (!bytes)
        return gt_fail(GT_ERR_MEMORY, "cannot build %s: out of memory",
                       a->file.path);
    gt__image_read(a->file.image, 0, bytes, size);
    snprintf(bytes, LINE, "%s\n", line);
    status =
        write_at(a, fd, a->stored.end, bytes + GT__H5_HEAD, size - GT__H5_HEAD);
    if (status == GT_OK)
        status = write_at(a, fd, 0, bytes, GT__H5_HEAD);
    free(bytes);
    return status;
}

void gt_h5_around_free(gt_h5_around *a)
{
    GT__H5_LOCKED;
    if (!a)
        return;
    gt__h5_clear();
    if (a->file.file >= 0)
        H5Fclose(a->file.file);
    free(a->file.path);
    free(a);
}

bool gt_h5_around_is(const char *path, const char *line)
{
    char head[LINE] = "", want[LINE];
    int fd = open(path, O_RDONLY);
    if (fd < 0)
        return false;
    ssize_t n = pread(fd, head, sizeof head - 1, 0);
    close(fd);
    snprintf(want, sizeof want, "%s\n", line);
    return n > 0 && !strncmp(head, want, strlen(want));
}
