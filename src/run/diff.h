/* diff.h: whether two checkpoints or sample sets hold the same numbers. Local.
 */
#ifndef GT_RUN_DIFF_H
#define GT_RUN_DIFF_H

#include "base/status.h"

#include <stdio.h>

/* Compare all data sets of two HDF5 files but for texts; a run directory stands
 * for its newest good checkpoint. Prints one line for each that differs: how
 * many values, and the largest difference, and one for each that cannot be
 * compared, as it is not of numbers of our types; at the end the verdict. GT_OK
 * if all are equal bit for bit. GT_ERR_MISMATCH if not, with an empty message,
 * as nothing has gone wrong; GT_ERR_FORMAT when that cannot be told of
 * one, when there are none, or when a file is damaged; GT_ERR_IO. */
gt_status gt_diff(FILE *out, const char *a, const char *b);

#endif
