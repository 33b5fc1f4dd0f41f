/* best_file.h: checkpoints/best.h5, the checkpoint of the step that was the
 * best so far. The writer's thread writes it (snapshot.h), after the checkpoint
 * of the same step; here is what becomes of it when a run is taken. Local.
 */
#ifndef GT_RUN_BEST_FILE_H
#define GT_RUN_BEST_FILE_H

#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>

/* Which checkpoint is to be the best one of a run that goes on. */
typedef struct gt_best_file {
    bool kept;     /* such a one is kept */
    uint64_t step; /* that it is of; 0: there was none yet */
    bool lost;     /* out: it is not there */
} gt_best_file;

/* Have best.h5 be what a run knows that goes on from step `step`: one of
 * another step than `best->step`, a damaged one and, where none is kept, one of
 * a later step is called best.h5.old. Where it is not there, the checkpoint of
 * that step in the run, if it is good, is copied. GT_ERR_IO, GT_ERR_BUSY,
 * GT_ERR_MEMORY.
 */
gt_status gt_best_file_settle(const char *run, uint64_t step,
                              gt_best_file *best);

/* Whether there is nothing to settle, for who has no other reason to take the
 * run. Changes nothing. GT_ERR_BUSY, GT_ERR_MEMORY. */
gt_status gt_best_file_look(const char *run, uint64_t step,
                            const gt_best_file *best, bool *settled);

/* Make sure that a checkpoint of step `step` is among those of a run, by a copy
 * of `path`, which holds it. GT_ERR_IO, GT_ERR_MEMORY. */
gt_status gt_best_file_keep(const char *run, const char *path, uint64_t step);

#endif
