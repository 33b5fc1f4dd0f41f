/* h5digest.h: one digest over a whole file, in its user block; h5file.h shows
 * what that says.
 */
#ifndef GT_STORE_H5DIGEST_H
#define GT_STORE_H5DIGEST_H

#include "store/h5handle.h"

enum { GT__H5_USER_BLOCK = 512 };

/* Have a new file say in an attribute that it has a digest. */
gt_status gt__h5_digest_announce(gt_h5 *file);

/* Write the user block of a complete image: a digest of all bytes after it.
 * GT_ERR_MEMORY. */
gt_status gt__h5_digest_write(gt__image *image);

/* Whether a file's bytes, of which the first 16 are enough, begin with our user
 * block. */
bool gt__h5_digest_begins(const char *bytes, size_t size);

/* Compare the bytes of a file with the digest in its user block. GT_ERR_FORMAT
 * where they differ. *found is false, and all is fine, where the file does not
 * begin with our user block. */
gt_status gt__h5_digest_check(const char *path, const char *bytes, size_t size,
                              bool *found);

/* GT_ERR_FORMAT if a file in which no digest was found has a user block that
 * should hold one. */
gt_status gt__h5_digest_check_lost(gt_h5 *file);

#endif
