/* h5file_digest.c: one digest over a whole file.
 *
 * It lies inside the file, as an attribute, so that it is not lost on the way,
 * and it is found without HDF5: three numbers in a row, of which the first two
 * are the same in every file and in no text, as they are not UTF-8. While the
 * digest is computed its own place counts as zero. */
#include "store/h5file_private.h"

#include "base/collective_tick.h"
#include "store/files.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const uint64_t marks[2] = {0xfd93c1e8b6a7f5feU, 0xf9e4a2d0c8fbb7ffU};

/* Each step maps the digest so far one to one, and the word one to one: a
 * change within one word always changes the result. */
static uint64_t add(uint64_t digest, uint64_t word)
{
    digest = (digest ^ word) * 0x9e3779b97f4a7c15U;
    return digest ^ digest >> 32;
}

static uint64_t word_at(const uint8_t *bytes)
{
    uint64_t word = 0;
    for (int i = 7; i >= 0; i--)
        word = word << 8 | bytes[i];
    return word;
}

static void put_word(uint8_t *bytes, uint64_t word)
{
    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)(word >> 8 * i);
}

/* A file is taken piece by piece through a window, which keeps the last bytes
 * back until it is known that no digest begins among them. */
enum { WINDOW = 1 << 14, MARK = 16, SEAL = MARK + 8 };

typedef struct reading {
    uint64_t digest;     /* of what has left the window */
    uint64_t position;   /* of the window in the file */
    uint64_t place;      /* of the digest that the file keeps; 0: none found */
    uint64_t kept;       /* that digest */
    size_t used, looked; /* of the window: filled, searched for the digest */
    uint8_t window[WINDOW];
} reading;

static void start(reading *r, uint64_t size)
{
    *r = (reading){.digest = size};
}

/* Look for the file's digest in the window; one that is found becomes zero. */
static void look(reading *r)
{
    uint8_t mark[MARK], *end = r->window + r->used;
    put_word(mark, marks[0]);
    put_word(mark + 8, marks[1]);
    uint8_t *at = r->window + r->looked;
    for (; !r->place && end - at >= SEAL; at++) {
        at = memchr(at, mark[0], (size_t)(end - at - SEAL + 1));
        if (!at)
            break;
        if (memcmp(at, mark, MARK) != 0)
            continue;
        r->place = r->position + (uint64_t)(at - r->window) + MARK;
        r->kept = word_at(at + MARK);
        put_word(at + MARK, 0);
    }
    r->looked = r->used >= SEAL ? r->used - SEAL + 1 : 0;
}

/* Add the window's words up to `end` to the digest and move the rest down. */
static void pass(reading *r, size_t end)
{
    size_t n = end - end % 8;
    for (size_t i = 0; i < n; i += 8)
        r->digest = add(r->digest, word_at(r->window + i));
    memmove(r->window, r->window + n, r->used - n);
    r->position += n;
    r->used -= n;
    r->looked -= n < r->looked ? n : r->looked;
}

static void take(void *context, const void *data, size_t size)
{
    reading *r = context;
    for (const uint8_t *from = data; size > 0;) {
        size_t n = WINDOW - r->used < size ? WINDOW - r->used : size;
        memcpy(r->window + r->used, from, n);
        r->used += n;
        from += n;
        size -= n;
        if (r->used < WINDOW)
            return;
        look(r);
        pass(r, r->looked);
    }
}

/* The digest of all that was taken. */
static uint64_t finish(reading *r)
{
    look(r);
    pass(r, r->used);
    memset(r->window + r->used, 0, 8);
    return add(r->digest, word_at(r->window));
}

gt_status gt__h5_digest_image(gt__image *image, uint64_t size)
{
    gt_piece *pieces;
    size_t count;
    gt_status status = gt__image_pieces(image, size, &pieces, &count);
    if (status != GT_OK)
        return status;
    reading r;
    start(&r, size);
    for (size_t i = 0; i < count; i++) {
        take(&r, pieces[i].data, pieces[i].size);
        gt_collective_tick();
    }
    free(pieces);
    uint8_t digest[8];
    put_word(digest, finish(&r));
    if (r.place)
        gt__image_write(image, r.place, digest, sizeof digest);
    return GT_OK;
}

gt_status gt_h5_add_digest(gt_h5 *f, const char *object)
{
    const uint64_t value[3] = {marks[0], marks[1], 0};
    const hsize_t three = 3;
    gt_status status = GT_OK;
    gt__h5_clear();
    hid_t space = H5Screate_simple(1, &three, NULL);
    hid_t attribute =
        H5Acreate_by_name(f->file, object, "digest", H5T_STD_U64LE, space,
                          H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    if (attribute < 0 || H5Awrite(attribute, H5T_NATIVE_UINT64, value) < 0)
        status = gt__h5_fail(GT_ERR_IO, f, "write", "digest");
    if (attribute >= 0)
        H5Aclose(attribute);
    H5Sclose(space);
    f->sealed = status == GT_OK;
    return status;
}

/* What has no digest was written without one, or is damaged in that place. */
static gt_status check_unsealed(const char *path, const char *object)
{
    gt_h5 *f;
    gt_status status = gt_h5_open(&f, path);
    if (status != GT_OK)
        return status;
    if (gt_h5_has(f, object) &&
        H5Aexists_by_name(f->file, object, "digest", H5P_DEFAULT) > 0)
        status = gt_fail(GT_ERR_FORMAT,
                         "%s is damaged: its digest cannot be "
                         "read; use an older file",
                         path);
    gt_h5_close(f);
    return status;
}

gt_status gt_h5_check_digest(const char *path, const char *object)
{
    struct stat info = {0};
    stat(path, &info); /* who cannot even do that learns why from the scan */
    reading r;
    start(&r, (uint64_t)info.st_size);
    gt_status status = gt_file_scan(path, take, &r);
    if (status != GT_OK)
        return status;
    bool matches = finish(&r) == r.kept;
    if (!r.place)
        return check_unsealed(path, object);
    return matches ? GT_OK
                   : gt_fail(GT_ERR_FORMAT,
                             "%s is damaged: its digest does not match; use "
                             "an older file",
                             path);
}
