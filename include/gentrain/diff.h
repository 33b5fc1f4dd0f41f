/* diff.h: whether two checkpoints or sample sets hold the same numbers. Local.
 */
#ifndef GENTRAIN_DIFF_H
#define GENTRAIN_DIFF_H

#include "gentrain/status.h"

#include <stdio.h>

/* Compare all data sets of numbers in two HDF5 files; a run directory stands
 * for its newest checkpoint. Prints one line for each that differs: how many
 * values, and the largest difference. GT_OK if all are equal bit for bit,
 * GT_ERR_MISMATCH if not; other errors when a file cannot be read. */
gt_status gt_diff(FILE *out, const char *a, const char *b);

#endif
