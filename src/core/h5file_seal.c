/* h5file_seal.c: one digest over a whole file.
 *
 * It lies inside the file, as an attribute, so that it is not lost on the way,
 * and it is found without HDF5: three numbers in a row, of which the first two
 * are the same in every file and in no text, as they are not UTF-8. While the
 * digest is computed its own place counts as zero. */
#include "core/h5file.h"

#include "gentrain/files.h"

#include <stdlib.h>
#include <string.h>

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

static uint64_t digest_of(const uint8_t *bytes, size_t size)
{
    uint64_t digest = size;
    size_t i = 0;
    for (; i + 8 <= size; i += 8)
        digest = add(digest, word_at(bytes + i));
    uint8_t rest[8] = {0};
    memcpy(rest, bytes + i, size - i);
    return add(digest, word_at(rest));
}

static void put_word(uint8_t *bytes, uint64_t word)
{
    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)(word >> 8 * i);
}

/* Where the digest of the image lies; NULL if it has none. */
static uint8_t *find_digest(uint8_t *image, size_t size)
{
    uint8_t mark[16];
    put_word(mark, marks[0]);
    put_word(mark + 8, marks[1]);
    for (uint8_t *at = image, *end = image + size; end - at >= 24; at++) {
        at = memchr(at, mark[0], (size_t)(end - at - 23));
        if (!at)
            return NULL;
        if (!memcmp(at, mark, sizeof mark))
            return at + sizeof mark;
    }
    return NULL;
}

void gt__h5_seal_image(void *image, size_t size)
{
    uint8_t *digest = find_digest(image, size);
    if (!digest)
        return;
    put_word(digest, 0);
    put_word(digest, digest_of(image, size));
}

gt_status gt_h5_seal(gt_h5 *f, const char *object)
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

gt_status gt_h5_check_seal(const char *path, const char *object)
{
    char *image;
    size_t size;
    gt_status status = gt_file_read(path, &image, &size);
    if (status != GT_OK)
        return status;
    uint8_t *digest = find_digest((uint8_t *)image, size);
    if (digest) {
        uint64_t kept = word_at(digest);
        put_word(digest, 0);
        if (digest_of((uint8_t *)image, size) != kept)
            status = gt_fail(GT_ERR_FORMAT,
                             "%s is damaged: its digest does not match; use "
                             "an older file",
                             path);
    }
    free(image);
    return digest ? status : check_unsealed(path, object);
}
