/* tables.h: what an imported file says of its samples. Local.
 *
 * Layout, version 1. The user block begins with the line gt__import_line.
 *
 *     /             attributes format "gentrain data", format_version,
 *                   gentrain_version, date, options
 *     /train        attributes source, digest, samples, skipped
 *     /train/images uint8 or float32 [n x h x w x c]; also volumes [n x d x h x
 *                   w x c], vectors and points [n x k]; attributes minimum,
 *                   maximum, mean, deviation; nonfinite where some are not
 *                   finite; low and high, of gt_source, where they are known
 *     /train/labels int32 [n], -1: none; attributes classes, counts and, where
 *                   they have some, names
 *     /train/NAME   float32 [n]: a column of conditions, one set for each, with
 *                   the attribute name where the column's is another one
 *     /test         held-out samples likewise, where there are some
 */
#ifndef GT_IMPORT_TABLES_H
#define GT_IMPORT_TABLES_H

#include "import/packed.h"

extern const char gt__import_line[];

typedef struct gt__tables {
    const char *options;         /* text, for the attribute */
    const gt_source *source[2];  /* borrowed; NULL: no such split */
    const gt__packed *packed[2]; /* complete */
} gt__tables;

/* Make the unfinished file an HDF5 file. GT_ERR_IO, GT_ERR_MEMORY. Ticks. */
gt_status gt__tables_write(const gt__tables *tables, gt__partial *partial);

#endif
