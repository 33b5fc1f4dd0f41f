/* idx_file.c: an IDX array, plain or compressed with gzip. The whole file is
 * read and checked to its last byte, so that a damaged download stops a run at
 * its start and not hours later. */
#include "data/idx/idx_file.h"

#include "base/collective_tick.h"
#include "base/memory.h"
#include "base/plural.h"
#include "data/file_kind.h"
#include "store/files.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

enum { LARGEST_SIDE = 16384 };

/* Elements by the type in the header. */
static const gt_number elements[] = {
    [0x08] = {GT_NUMBER_UNSIGNED, 1, false},
    [0x09] = {GT_NUMBER_SIGNED, 1, false},
    [0x0B] = {GT_NUMBER_SIGNED, 2, true},
    [0x0C] = {GT_NUMBER_SIGNED, 4, true},
    [0x0D] = {GT_NUMBER_FLOAT, 4, true},
    [0x0E] = {GT_NUMBER_FLOAT, 8, true},
};
enum { ELEMENTS = sizeof elements / sizeof *elements };

/* Bytes that are read at a time, and the first size of a buffer that grows: a
 * header may announce any size, so memory is allocated as data arrive. */
enum { CHUNK = 1 << 20 };

/* Sizes above it are surely wrong, and would overflow. */
#define MOST_BYTES 1e18

/* Deflate makes nothing smaller than that. */
enum { MOST_COMPRESSION = 1032 };

gt_status gt__idx_no_memory(const char *path)
{
    return gt_fail(GT_ERR_MEMORY,
                   "%s: no memory to read it; ask for more (sbatch --mem)",
                   path);
}

static gt_status damaged(gzFile file, const char *path)
{
    int code;
    const char *what = gzerror(file, &code);
    if (code == Z_ERRNO)
        return gt_fail(GT_ERR_IO, "%s: cannot read: %s", path, strerror(errno));
    /* zlib's own message repeats the path before a colon. */
    const char *colon = strrchr(what, ':');
    return gt_fail(GT_ERR_FORMAT,
                   "%s: the compressed data are damaged (%s); download it "
                   "again",
                   path, colon ? colon + 2 : what);
}

/* Read up to n bytes; fewer only at the end of the file. */
static gt_status read_up_to(gzFile file, const char *path, void *out, size_t n,
                            size_t *got)
{
    *got = 0;
    while (*got < n) {
        size_t step = n - *got < CHUNK ? n - *got : CHUNK;
        int more = gzread(file, (char *)out + *got, (unsigned)step);
        if (more < 0)
            return damaged(file, path);
        if (more == 0)
            break;
        *got += (size_t)more;
        gt_collective_tick();
    }
    return GT_OK;
}

/* What the file is instead, from its beginning. */
static gt_status not_idx(gzFile file, const char *path, const uint8_t head[4])
{
    uint8_t start[GT__FILE_HEAD];
    int n = gzrewind(file) == 0 ? gzread(file, start, sizeof start) : 0;
    const gt__file_kind *kind =
        n > 0 ? gt__file_kind_of(start, (size_t)n) : NULL;
    if (kind)
        return gt_fail(GT_ERR_FORMAT, "%s: not an IDX file but %s; %s", path,
                       kind->name, kind->mend);
    return gt_fail(GT_ERR_FORMAT,
                   "%s: not an IDX file: it starts with bytes %02x %02x %02x "
                   "%02x instead of 00 00 08; see gentrain help data",
                   path, head[0], head[1], head[2], head[3]);
}

static gt_status check_header(gzFile file, const char *path,
                              const uint8_t head[4])
{
    if (head[0] || head[1])
        return not_idx(file, path, head);
    if (head[2] >= ELEMENTS || !elements[head[2]].size)
        return gt_fail(GT_ERR_FORMAT,
                       "%s: IDX elements of type 0x%02x; those of IDX are 08, "
                       "09 and 0b to 0e; is the file damaged?",
                       path, head[2]);
    if (head[3] < 1 || head[3] > GT__IDX_DIMS)
        return gt_fail(GT_ERR_FORMAT,
                       "%s: IDX array of %d dimension%s; images have 3 (n, h, "
                       "w) or 4 (n, h, w, channels), labels 1",
                       path, head[3], gt_plural(head[3]));
    return GT_OK;
}

static gt_status read_header(gzFile file, const char *path, gt__idx_array *a)
{
    uint8_t head[4], sizes[4 * GT__IDX_DIMS] = {0};
    size_t got;
    a->dims = 0;
    gt_status status = read_up_to(file, path, head, 4, &got);
    if (status != GT_OK)
        return status;
    if (got == 0)
        return gt_fail(GT_ERR_FORMAT,
                       "%s: the file is empty; download it again", path);
    if (got == 4) {
        status = check_header(file, path, head);
        if (status != GT_OK)
            return status;
        a->dims = head[3];
        a->number = elements[head[2]];
        status = read_up_to(file, path, sizes, 4 * (size_t)a->dims, &got);
        if (status != GT_OK)
            return status;
    }
    if (!a->dims || got < 4 * (size_t)a->dims)
        return gt_fail(GT_ERR_FORMAT,
                       "%s: the file ends within its header; download it again",
                       path);
    const uint8_t *at = sizes;
    for (int i = 0; i < a->dims; i++, at += 4)
        a->dim[i] = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 |
                    (uint32_t)at[2] << 8 | at[3];
    return GT_OK;
}

/* "images of 28x28" or "labels". */
static const char *item_text(const gt__idx_array *a, char text[64])
{
    if (a->dims == 1)
        snprintf(text, 64, "labels");
    else
        snprintf(text, 64, "images of %ux%u", a->dim[1], a->dim[2]);
    return text;
}

/* Whether the dimensions are those of labels (`dims` 1) or images (3, or 4). */
static gt_status check_dims(const char *path, const gt__idx_array *a, int dims)
{
    if (dims > 1 && a->dims == 1)
        return gt_fail(GT_ERR_FORMAT,
                       "%s: holds labels (1 dimension), not images; give the "
                       "images file, or the folder of both",
                       path);
    if ((dims == 1) != (a->dims == 1) || a->dims == 2)
        return gt_fail(
            GT_ERR_FORMAT,
            "%s: IDX array of %d dimension%s where %s expected; give "
            "the files of the MNIST family their usual names",
            path, a->dims, gt_plural((unsigned long long)a->dims),
            dims == 1 ? "labels (1) are" : "images (3 or 4) are");
    if (dims == 1 && !gt_number_is_byte(a->number))
        return gt_fail(GT_ERR_FORMAT,
                       "%s: IDX labels of %d bytes each; gentrain reads "
                       "unsigned bytes, type 0x08; convert the file",
                       path, a->number.size);
    char text[64];
    if (a->dim[0] == 0)
        return gt_fail(GT_ERR_FORMAT, "%s: header says 0 %s; nothing to read",
                       path, item_text(a, text));
    if (a->dims == 4 && a->dim[3] != 1 && a->dim[3] != 3 &&
        (a->dim[1] == 1 || a->dim[1] == 3))
        return gt_fail(GT_ERR_FORMAT,
                       "%s: images of %ux%ux%u are channels first (n, "
                       "channels, h, w); gentrain reads channels last (n, h, "
                       "w, channels): write the file anew, in NumPy with "
                       "x.transpose(0, 2, 3, 1)",
                       path, a->dim[1], a->dim[2], a->dim[3]);
    for (int i = 1; i < a->dims && i < 3; i++)
        if (a->dim[i] < 1 || a->dim[i] > LARGEST_SIDE)
            return gt_fail(GT_ERR_FORMAT,
                           "%s: header says %s; each side must be 1 to %d; "
                           "is the file damaged?",
                           path, item_text(a, text), LARGEST_SIDE);
    if (a->dims == 4 && a->dim[3] != 1 && a->dim[3] != 3)
        return gt_fail(GT_ERR_FORMAT,
                       "%s: images of %u channels; 1 or 3 (the last of 4 "
                       "dimensions) can be used",
                       path, a->dim[3]);
    if ((double)a->dim[0] * (double)gt__idx_item_size(a) > MOST_BYTES)
        return gt_fail(GT_ERR_FORMAT,
                       "%s: header says %u %s; is the file damaged?", path,
                       a->dim[0], item_text(a, text));
    return GT_OK;
}

size_t gt__idx_item_size(const gt__idx_array *a)
{
    size_t size = (size_t)a->number.size;
    for (int i = 1; i < a->dims; i++)
        size *= a->dim[i];
    return size;
}

/* What the elements take at most: a header may announce more than the file
 * holds. */
static double expected_bytes(gzFile file, const char *path,
                             const gt__idx_array *a)
{
    struct stat info;
    double announced = (double)a->dim[0] * (double)gt__idx_item_size(a);
    if (stat(path, &info) != 0 || !S_ISREG(info.st_mode))
        return announced;
    double held =
        (double)info.st_size * (gzdirect(file) ? 1 : MOST_COMPRESSION);
    return announced < held ? announced : held;
}

/* Read the elements, and check that the file ends after them. At the end of the
 * file zlib compares its checksum. */
static gt_status read_elements(gzFile file, const char *path, gt_region *region,
                               gt__idx_array *a)
{
    uint64_t total = (uint64_t)a->dim[0] * gt__idx_item_size(a), have = 0,
             room = 0;
    gt_status status;
    size_t got;
    char text[64];
    while (have < total) {
        if (have == room) {
            room = room ? 2 * room : CHUNK;
            room = room < total ? room : total;
            status = gt_region_grow(region, a->at + room, path);
            if (status != GT_OK)
                return status;
        }
        status = read_up_to(file, path, (char *)region->base + a->at + have,
                            room - have, &got);
        if (status != GT_OK)
            return status;
        have += got;
        if (have < room)
            return gt_fail(GT_ERR_FORMAT,
                           "%s: header says %u %s, file ends after %llu; "
                           "download it again",
                           path, a->dim[0], item_text(a, text),
                           (unsigned long long)(have / gt__idx_item_size(a)));
    }
    uint8_t extra;
    status = read_up_to(file, path, &extra, 1, &got);
    if (status != GT_OK)
        return status;
    if (got)
        return gt_fail(GT_ERR_FORMAT,
                       "%s: header says %u %s, but the file goes on after "
                       "them; download it again",
                       path, a->dim[0], item_text(a, text));
    int code;
    gzerror(file, &code);
    return code == Z_OK || code == Z_STREAM_END ? GT_OK : damaged(file, path);
}

static gt_status unopened(const char *path)
{
    if (!errno)
        return gt__idx_no_memory(path);
    return gt_fail(GT_ERR_IO,
                   "%s: cannot open: %s; check the path and its permissions",
                   path, gt_file_reason(path));
}

gt_status gt__idx_read(const char *path, int dims, gt_region *region,
                       gt__idx_array *a)
{
    *a = (gt__idx_array){.at = region->size};
    errno = 0;
    gzFile file = gzopen(path, "rb");
    if (!file)
        return unopened(path);
    gzbuffer(file, CHUNK / 8);
    gt_status status = read_header(file, path, a);
    if (status == GT_OK)
        status = check_dims(path, a, dims);
    if (status == GT_OK)
        status = gt_memory_check_reading(path, expected_bytes(file, path, a));
    if (status == GT_OK)
        status = read_elements(file, path, region, a);
    gzclose(file);
    return status;
}

double gt__idx_memory(const char *path, int dims)
{
    gt__idx_array a = {0};
    double bytes = 0;
    gzFile file = gzopen(path, "rb");
    if (!file)
        return 0;
    if (read_header(file, path, &a) == GT_OK &&
        check_dims(path, &a, dims) == GT_OK)
        bytes = expected_bytes(file, path, &a);
    gzclose(file);
    return bytes;
}
