/* snapshot.h: a task's state to and from checkpoints, for all ranks at once.
 */
#ifndef GT_TRAIN_SNAPSHOT_H
#define GT_TRAIN_SNAPSHOT_H

#include "gentrain/task.h"

/* Rank 0 writes RUN/checkpoints/step-N.h5 and removes those beyond
 * output.keep. Collective; all ranks fail together. */
gt_status gt_snapshot_write(const gt_task *task, const char *run, uint64_t step,
                            double epoch);

/* Rank 0 reads the file, all ranks get its contents. With `optimizer` false
 * only parameters and statistics are read. *step is that of the file.
 * Collective; all ranks fail together. */
gt_status gt_snapshot_read(gt_task *task, const char *path, bool optimizer,
                           uint64_t *step);

#endif
