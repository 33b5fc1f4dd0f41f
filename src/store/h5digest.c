/* h5digest.c: data sets have checksums of their own, but attributes, texts and
 * the library's tables have none. The user block lies outside of what HDF5
 * manages, so the digest can be one over all the rest, and it is found without
 * HDF5. Who changes a file with another program can take its user block away
 * (h5unjam): a file without one has no digest, and is none the worse for it. */
#include "store/h5digest.h"

#include "core/hash.h"

#include <stdlib.h>
#include <string.h>

enum { VERSION = 1 };
static const char start[] = "gentrain-digest ";

static void print_block(uint64_t digest, char block[GT__H5_USER_BLOCK])
{
    char text[GT_HASH_TEXT];
    memset(block, 0, GT__H5_USER_BLOCK);
    snprintf(block, GT__H5_USER_BLOCK, "%s%d XXH3-64 %s\n", start, VERSION,
             gt_hash_text(digest, text));
}

gt_status gt__h5_digest_announce(gt_h5 *f)
{
    static const char text[] = "XXH3-64 of all bytes after the user block";
    gt_status status = GT_OK;
    gt__h5_clear();
    hid_t space = H5Screate(H5S_SCALAR), type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, sizeof text - 1);
    H5Tset_strpad(type, H5T_STR_NULLPAD);
    hid_t attribute =
        H5Acreate2(f->file, "digest", type, space, H5P_DEFAULT, H5P_DEFAULT);
    if (attribute < 0 || H5Awrite(attribute, type, text) < 0)
        status = gt__h5_fail(GT_ERR_IO, f, "write", "digest");
    if (attribute >= 0)
        H5Aclose(attribute);
    H5Tclose(type);
    H5Sclose(space);
    return status;
}

gt_status gt__h5_digest_write(gt__image *image)
{
    char block[GT__H5_USER_BLOCK];
    gt_piece *pieces;
    size_t count;
    gt_status status =
        gt__image_pieces(image, GT__H5_USER_BLOCK, &pieces, &count);
    if (status != GT_OK)
        return status;
    gt_hash *hash = gt_hash_new();
    if (hash) {
        for (size_t i = 0; i < count; i++)
            gt_hash_add(hash, pieces[i].data, pieces[i].size);
        print_block(gt_hash_value(hash), block);
        gt__image_write(image, 0, block, sizeof block);
    } else {
        status = gt_fail(GT_ERR_MEMORY, "no memory for a digest");
    }
    gt_hash_free(hash);
    free(pieces);
    return status;
}

bool gt__h5_digest_begins(const char *bytes, size_t size)
{
    return size >= sizeof start - 1 && !memcmp(bytes, start, sizeof start - 1);
}

/* What does not match: damage, or the words of a later version. */
static gt_status refuse(const char *path, const char *bytes, size_t size)
{
    char line[GT__H5_USER_BLOCK + 1] = "";
    int version = 0;
    memcpy(line, bytes, size < GT__H5_USER_BLOCK ? size : GT__H5_USER_BLOCK);
    if (sscanf(line + sizeof start - 1, "%d XXH", &version) == 1 &&
        version > VERSION)
        return gt_fail(GT_ERR_FORMAT,
                       "%s has a digest of version %d, and this gentrain knows "
                       "version %d; use a newer gentrain",
                       path, version, VERSION);
    return gt_fail(GT_ERR_FORMAT,
                   "%s is damaged: its digest does not match; use an older "
                   "file",
                   path);
}

gt_status gt__h5_digest_check(const char *path, const char *bytes, size_t size,
                              bool *found)
{
    char block[GT__H5_USER_BLOCK];
    *found = gt__h5_digest_begins(bytes, size);
    if (!*found)
        return GT_OK;
    gt_hash *hash = gt_hash_new();
    if (!hash)
        return gt_fail(GT_ERR_MEMORY, "%s: no memory for a digest", path);
    if (size > sizeof block)
        gt_hash_add(hash, bytes + sizeof block, size - sizeof block);
    print_block(gt_hash_value(hash), block);
    gt_hash_free(hash);
    if (size > sizeof block && !memcmp(bytes, block, sizeof block))
        return GT_OK;
    return refuse(path, bytes, size);
}

gt_status gt__h5_digest_check_lost(gt_h5 *f)
{
    hsize_t block = 0;
    hid_t properties = H5Fget_create_plist(f->file);
    H5Pget_userblock(properties, &block);
    H5Pclose(properties);
    if (block == 0 || H5Aexists(f->file, "digest") <= 0)
        return GT_OK;
    return gt_fail(GT_ERR_FORMAT,
                   "%s is damaged: its digest cannot be read; use an older "
                   "file",
                   f->path);
}
