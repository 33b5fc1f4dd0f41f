/* h5read.h: data sets of an open file: which there are, and their numbers.
 * Local.
 */
#ifndef GT_STORE_H5READ_H
#define GT_STORE_H5READ_H

#include "base/status.h"
#include "store/h5types.h"

bool gt_h5_has(gt_h5 *file, const char *name);

/* What a data set is. GT_ERR_FORMAT if there is none of that name, or if it has
 * a flaw: its numbers are of a type that is not one of ours exactly, or too
 * many, or not all in the file. */
gt_status gt_h5_describe(gt_h5 *file, const char *name, gt_h5_info *info);

/* The same for numbers that somebody else wrote: integers and floats of any
 * type are fine, and are told as reals, which gt_h5_read_numbers makes of them.
 */
gt_status gt_h5_describe_numbers(gt_h5 *file, const char *name,
                                 gt_h5_info *info);
gt_status gt_h5_read_numbers(gt_h5 *file, const gt_h5_info *info,
                             gt_real *data);

/* Call `visit` for every data set, in name order, until it returns non-zero;
 * also for those with flaws. */
gt_status gt_h5_each(gt_h5 *file,
                     int (*visit)(const gt_h5_info *info, void *context),
                     void *context);

/* Read all of a data set, which must have this type and shape (GT_ERR_MISMATCH
 * otherwise, with both; GT_ERR_FORMAT when a checksum does not match). */
gt_status gt_h5_read(gt_h5 *file, const char *name, gt_h5_type type, int rank,
                     const size_t dim[], void *data);

/* Read all of a data set for its checksums. GT_ERR_FORMAT when one does not
 * match. */
gt_status gt_h5_verify(gt_h5 *file, const char *name);

#endif
