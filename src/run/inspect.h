/* inspect.h: what a checkpoint, a sample set or another HDF5 file holds. Local.
 */
#ifndef GT_RUN_INSPECT_H
#define GT_RUN_INSPECT_H

#include "base/status.h"

#include <stdbool.h>
#include <stdio.h>

/* Whether `path` is an HDF5 file, or a run directory. */
bool gt_inspectable(const char *path);

/* Describe it for people, or as one JSON object: what the file says of itself,
 * then shape and statistics of every data set. A run directory stands for its
 * newest good checkpoint. */
gt_status gt_inspect(FILE *out, const char *path, bool json);

#endif
