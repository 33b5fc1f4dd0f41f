/* h5write.h: data sets of a file that is being built. Local.
 *
 * Missing groups are made. Every data set is chunked and carries fletcher32
 * checksums, so that damaged numbers fail to read instead of being wrong.
 */
#ifndef GT_STORE_H5WRITE_H
#define GT_STORE_H5WRITE_H

#include "base/status.h"
#include "store/h5types.h"

/* Make a data set and write all of it; data == NULL makes it only, for
 * gt_h5_write_rows. Large data is not copied: it must stay as it is until the
 * file is committed or discarded. */
gt_status gt_h5_write(gt_h5 *file, const char *name, gt_h5_type type, int rank,
                      const size_t dim[], const void *data);

/* Write rows [first, first + count) along the first dimension; they are
 * copied. */
gt_status gt_h5_write_rows(gt_h5 *file, const char *name, gt_h5_type type,
                           size_t first, size_t count, const void *data);

#endif
