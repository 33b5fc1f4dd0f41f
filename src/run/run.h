/* run.h: a run directory. For rank 0; local.
 */
#ifndef GT_RUN_RUN_H
#define GT_RUN_RUN_H

#include "run/checkpoint.h"

/* Make the directory of a new run with its sub-directories. `out` NULL: the
 * first free of runs/NAME-1, runs/NAME-2, ... An `out` that exists must be an
 * empty directory: GT_ERR_IO otherwise. Its path is put into `path`. */
gt_status gt_run_create(const char *out, const char *name, char path[GT_PATH]);

/* Check that `path` is a run directory that can be written, and make what is
 * missing in it; for resuming. */
gt_status gt_run_reopen(const char *path);

/* Leave or take away the mark of a run that was asked to stop. */
gt_status gt_run_mark_interrupted(const char *path, uint64_t step);
gt_status gt_run_unmark(const char *path);

#endif
