/* checkpoint_list.h: which checkpoints a run has. A file's name gives its
 * step, so none has to be opened. Local.
 */
#ifndef GT_RUN_CHECKPOINT_LIST_H
#define GT_RUN_CHECKPOINT_LIST_H

#include "base/status.h"
#include "store/files.h"

#include <stdint.h>

/* "RUN/checkpoints/step-00001200.h5" in `path`. */
void gt_checkpoint_path(const char *run, uint64_t step, char path[GT_PATH]);

/* "RUN/checkpoints/best.h5" in `path`. */
void gt_checkpoint_best_path(const char *run, char path[GT_PATH]);

/* Steps of all checkpoints of a run, ascending; malloc'ed, NULL if there are
 * none. GT_ERR_IO when RUN/checkpoints cannot be listed. */
gt_status gt_checkpoint_steps(const char *run, uint64_t **steps, size_t *count);

/* Call the checkpoints of a run that are newer than `step` step-N.h5.old: a run
 * that goes on from there must not find them, nor keep them in place of those
 * it will write. */
gt_status gt_checkpoint_set_aside(const char *run, uint64_t step);

/* Remove all but the newest `keep` checkpoints of a run. keep 0: all stay. */
gt_status gt_checkpoint_prune(const char *run, int keep);

#endif
