/* inspect.h: what a checkpoint, a sample set or another HDF5 file holds. Local.
 */
#ifndef GT_RUN_INSPECT_H
#define GT_RUN_INSPECT_H

#include "run/checkpoint.h"

#include <stdbool.h>
#include <stdio.h>

/* Whether `path` is an HDF5 file, or a run directory. */
bool gt_inspectable(const char *path);

/* Describe a file for people, or as one JSON object: what the file says of
 * itself, then shape and statistics of every data set. `head`: what to print
 * first, the object's first members in JSON; or NULL. */
gt_status gt_inspect(FILE *out, const char *path, bool json);
gt_status gt_inspect_checkpoint(FILE *out, const gt_checkpoint *checkpoint,
                                const char *head, bool json);

#endif
