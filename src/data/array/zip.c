/* zip.c: of the archive only its directory is read, at the end of the file, and
 * every number in it is checked against the file's size before it is used.
 * Libraries for zip do not say where a stored member lies, and that is what is
 * wanted here. */
#include "data/array/zip.h"

#include "data/array/array.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Sizes of records, without texts. */
enum {
    END = 22,
    END64 = 56,
    LOCATOR = 20,
    ENTRY = 46,
    LOCAL = 30,
    COMMENT = 65535, /* the longest one at the end */
};

enum { DEFLATE = 8, MOST_COMPRESSION = 1032 };

static uint64_t number(const char *at, int size)
{
    uint64_t value = 0;
    for (int i = 0; i < size; i++)
        value |= (uint64_t)(uint8_t)at[i] << 8 * i;
    return value;
}

bool gt__zip_is(const void *head, size_t n)
{
    return n >= 4 && (!memcmp(head, "PK\3\4", 4) || !memcmp(head, "PK\5\6", 4));
}

static gt_status damaged(const char *path, const char *what)
{
    return gt_fail(GT_ERR_FORMAT,
                   "%s: the archive is damaged or cut off: %s; write or "
                   "download it again",
                   path, what);
}

static gt_status no_memory(const gt__zip *zip)
{
    return gt_fail(GT_ERR_MEMORY, "%s: no memory to read its list of arrays",
                   zip->path);
}

/* --- The end of the directory. */

typedef struct extent {
    uint64_t at, size, count;
} extent;

/* The record of large archives, of which `end` is the file's last part. */
static gt_status read_end64(const gt__zip *zip, const char *locator, extent *e)
{
    char end[END64];
    uint64_t at = number(locator + 8, 8);
    if (zip->size < END64 || at > zip->size - END64)
        return damaged(zip->path, "the end of its directory is elsewhere");
    gt_status status =
        gt__array_pread(zip->path, zip->file, at, end, sizeof end);
    if (status != GT_OK)
        return status;
    if (memcmp(end, "PK\6\6", 4) != 0)
        return damaged(zip->path, "the end of its directory is not there");
    *e = (extent){.count = number(end + 32, 8),
                  .size = number(end + 40, 8),
                  .at = number(end + 48, 8)};
    return GT_OK;
}

/* In the last `n` bytes of the file. */
static gt_status find_end(const gt__zip *zip, const char *tail, size_t n,
                          extent *e)
{
    for (size_t i = n - END + 1; i-- > 0;) {
        const char *at = tail + i;
        if (memcmp(at, "PK\5\6", 4) != 0 || number(at + 20, 2) != n - i - END)
            continue;
        *e = (extent){.count = number(at + 10, 2),
                      .size = number(at + 12, 4),
                      .at = number(at + 16, 4)};
        bool large = i >= LOCATOR && !memcmp(at - LOCATOR, "PK\6\7", 4);
        return large ? read_end64(zip, at - LOCATOR, e) : GT_OK;
    }
    return damaged(zip->path, "it has no directory at its end");
}

static gt_status read_end(const gt__zip *zip, extent *e)
{
    size_t most = END + COMMENT + LOCATOR;
    size_t n = zip->size < most ? (size_t)zip->size : most;
    if (n < END)
        return damaged(zip->path, "it is too short");
    char *tail = malloc(n);
    if (!tail)
        return no_memory(zip);
    gt_status status =
        gt__array_pread(zip->path, zip->file, zip->size - n, tail, n);
    if (status == GT_OK)
        status = find_end(zip, tail, n, e);
    free(tail);
    if (status == GT_OK && (e->at > zip->size || e->size > zip->size - e->at))
        return damaged(zip->path, "its directory is not in the file");
    return status;
}

/* --- Entries. */

/* Sizes and places of 4 GB and more are in an extra field, in this order. */
static bool read_large(const char *extra, size_t n, gt__zip_member *m)
{
    uint64_t *const fields[] = {&m->size, &m->packed, &m->header};
    size_t i = 0;
    while (i + 4 <= n && number(extra + i, 2) != 1)
        i += 4 + (size_t)number(extra + i + 2, 2);
    size_t end = i + 4 <= n ? i + 4 + (size_t)number(extra + i + 2, 2) : 0;
    end = end < n ? end : n;
    i += 4;
    for (int f = 0; f < 3; f++) {
        if (*fields[f] != UINT32_MAX)
            continue;
        if (i + 8 > end)
            return false;
        *fields[f] = number(extra + i, 8);
        i += 8;
    }
    return true;
}

static bool plausible(const gt__zip *zip, const gt__zip_member *m)
{
    return m->header < zip->size && m->packed <= zip->size - m->header &&
           (m->deflated ? m->size / MOST_COMPRESSION <= m->packed
                        : m->size == m->packed || !m->known || m->encrypted);
}

/* Of the entry at `at`, whose texts are in the directory. */
static bool read_entry(const gt__zip *zip, char *at, gt__zip_member *m)
{
    size_t name = (size_t)number(at + 28, 2),
           extra = (size_t)number(at + 30, 2);
    uint64_t method = number(at + 10, 2);
    *m = (gt__zip_member){.name = at + ENTRY,
                          .encrypted = number(at + 8, 2) & 1,
                          .deflated = method == DEFLATE,
                          .known = method == 0 || method == DEFLATE,
                          .crc = (uint32_t)number(at + 16, 4),
                          .packed = number(at + 20, 4),
                          .size = number(at + 24, 4),
                          .header = number(at + 42, 4)};
    return read_large(at + ENTRY + name, extra, m) && plausible(zip, m);
}

/* Bytes of the entry that begins there; 0: it is not whole. */
static size_t entry_size(const char *at, size_t left)
{
    if (left < ENTRY || memcmp(at, "PK\1\2", 4) != 0)
        return 0;
    size_t size = ENTRY + (size_t)number(at + 28, 2) +
                  (size_t)number(at + 30, 2) + (size_t)number(at + 32, 2);
    return size <= left ? size : 0;
}

static bool is_array(const char *at)
{
    size_t name = (size_t)number(at + 28, 2);
    return name > 4 && !memcmp(at + ENTRY + name - 4, ".npy", 4);
}

/* Names get an end where ".npy" begins, when all else has been read. */
static gt_status read_entries(gt__zip *zip, size_t size)
{
    size_t arrays = 0, step;
    char *at = zip->directory;
    for (size_t i = 0; i < size; i += step) {
        step = entry_size(at + i, size - i);
        if (!step)
            return damaged(zip->path, "an entry of its directory is broken");
        arrays += is_array(at + i);
    }
    zip->members = calloc(arrays + 1, sizeof *zip->members);
    if (!zip->members)
        return no_memory(zip);
    for (size_t i = 0; i < size; i += step) {
        step = entry_size(at + i, size - i);
        size_t name = (size_t)number(at + i + 28, 2);
        if (!is_array(at + i))
            continue;
        if (!read_entry(zip, at + i, &zip->members[zip->n++]))
            return damaged(zip->path, "a member is larger than the file");
        at[i + ENTRY + name - 4] = '\0';
    }
    return GT_OK;
}

gt_status gt__zip_open(gt__zip *zip, const char *path)
{
    extent e = {0};
    *zip = (gt__zip){.path = path, .file = -1};
    gt_status status = gt__array_open_file(path, &zip->file, &zip->size);
    if (status == GT_OK)
        status = read_end(zip, &e);
    if (status != GT_OK)
        return status;
    zip->directory = malloc((size_t)e.size + 1);
    if (!zip->directory)
        return no_memory(zip);
    status =
        gt__array_pread(path, zip->file, e.at, zip->directory, (size_t)e.size);
    return status == GT_OK ? read_entries(zip, (size_t)e.size) : status;
}

void gt__zip_close(gt__zip *zip)
{
    if (zip->file >= 0)
        close(zip->file);
    zip->file = -1;
    free(zip->directory);
    free(zip->members);
    zip->directory = NULL;
    zip->members = NULL;
    zip->n = 0;
}

gt_status gt__zip_find(const gt__zip *zip, const gt__zip_member *member,
                       const char *name, uint64_t *at)
{
    char local[LOCAL];
    if (member->encrypted || !member->known)
        return gt_fail(GT_ERR_FORMAT,
                       "%s: the array is %s; write it with np.savez or "
                       "np.savez_compressed",
                       name,
                       member->encrypted ? "encrypted"
                                         : "compressed by another method than "
                                           "deflate");
    if (zip->size < LOCAL || member->header > zip->size - LOCAL)
        return damaged(name, "it begins behind the end");
    gt_status status =
        gt__array_pread(name, zip->file, member->header, local, sizeof local);
    if (status != GT_OK)
        return status;
    *at =
        member->header + LOCAL + number(local + 26, 2) + number(local + 28, 2);
    if (memcmp(local, "PK\3\4", 4) != 0)
        return damaged(name, "it does not begin where it should");
    if (*at > zip->size || member->packed > zip->size - *at)
        return damaged(name, "it ends behind the end of the file");
    return GT_OK;
}
