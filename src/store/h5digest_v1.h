/* h5digest_v1.h: the digest of files of the first format, which are still read.
 */
#ifndef GT_STORE_H5DIGEST_V1_H
#define GT_STORE_H5DIGEST_V1_H

#include "store/h5handle.h"

/* Compare the bytes of a file with its digest. GT_ERR_FORMAT where they differ.
 * *found is false, and all is fine, where there is none. */
gt_status gt__h5_digest_v1_check(const char *path, const char *bytes,
                                 size_t size, bool *found);

/* GT_ERR_FORMAT if a file in which no digest was found says that it has one. */
gt_status gt__h5_digest_v1_check_lost(gt_h5 *file);

#endif
