/* h5digest_v1.c: the first format kept its digest in an attribute "digest" of
 * /config: three numbers in a row, of which the first two are the same in every
 * file and in no text, as they are not UTF-8. The third is a hash over all
 * bytes, in which its own place counts as zero. */
#include "store/h5digest_v1.h"

#include <string.h>

enum { MARK = 16, WORD = 8 };
static const uint8_t mark[MARK] = {0xfe, 0xf5, 0xa7, 0xb6, 0xe8, 0xc1,
                                   0x93, 0xfd, 0xff, 0xb7, 0xfb, 0xc8,
                                   0xd0, 0xa2, 0xe4, 0xf9};

/* The digest's place, or NULL. */
static const uint8_t *find_digest(const uint8_t *bytes, size_t size)
{
    const uint8_t *end = bytes + size, *at = bytes;
    while (end - at >= MARK + WORD) {
        at = memchr(at, mark[0], (size_t)(end - at) - MARK - WORD + 1);
        if (!at)
            break;
        if (!memcmp(at, mark, MARK))
            return at + MARK;
        at++;
    }
    return NULL;
}

/* Little-endian; bytes from `size` on count as zero. */
static uint64_t word_at(const uint8_t *bytes, size_t size)
{
    uint64_t word = 0;
    for (size_t i = 0; i < WORD && i < size; i++)
        word |= (uint64_t)bytes[i] << 8 * i;
    return word;
}

static uint64_t add(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * 0x9e3779b97f4a7c15U;
    return hash ^ hash >> 32;
}

/* The hash of all bytes as if the eight from `place` on were zero. */
static uint64_t hash_without(const uint8_t *bytes, size_t size, size_t place)
{
    uint64_t hash = size;
    for (size_t i = 0; i <= size; i += WORD) {
        uint64_t word = word_at(bytes + i, size - i);
        if (i <= place && place < i + WORD)
            word &= ~(UINT64_MAX << 8 * (place - i));
        else if (place < i && i < place + WORD)
            word &= UINT64_MAX << 8 * (place + WORD - i);
        hash = add(hash, word);
    }
    return hash;
}

gt_status gt__h5_digest_v1_check(const char *path, const char *bytes,
                                 size_t size, bool *found)
{
    const uint8_t *start = (const uint8_t *)bytes;
    const uint8_t *digest = find_digest(start, size);
    *found = digest != NULL;
    if (!digest || hash_without(start, size, (size_t)(digest - start)) ==
                       word_at(digest, WORD))
        return GT_OK;
    return gt_fail(GT_ERR_FORMAT,
                   "%s is damaged: its digest does not match; use an older "
                   "file",
                   path);
}

gt_status gt__h5_digest_v1_check_lost(gt_h5 *f)
{
    gt__h5_clear();
    if (H5Lexists(f->file, "/config", H5P_DEFAULT) <= 0 ||
        H5Aexists_by_name(f->file, "/config", "digest", H5P_DEFAULT) <= 0)
        return GT_OK;
    return gt_fail(GT_ERR_FORMAT,
                   "%s is damaged: its digest cannot be read; use an older "
                   "file",
                   f->path);
}
