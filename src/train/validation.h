/* validation.h: figures on samples that training never sees. */
#ifndef GT_TRAIN_VALIDATION_H
#define GT_TRAIN_VALIDATION_H

#include "tasks/task.h"

typedef struct gt_validation {
    const gt_source *source; /* borrowed */
    uint64_t count;          /* samples used */
    int block;               /* samples of a pass; the last may have fewer */
    gt_real *x;              /* [block x image] */
    double *sums;            /* [blocks x keys] */
    int keys, blocks;
} gt_validation;

/* Prepare to use at most `most` samples of the source (0: all). GT_ERR_MEMORY.
 * Local. */
gt_status gt_validation_new(gt_validation *validation, const gt_task *task,
                            const gt_source *source, int64_t most);
void gt_validation_free(gt_validation *validation);

/* Add the task's figures, means over the samples, to `metrics`. They have the
 * same bits on any number of ranks. Collective. */
void gt_validation_run(gt_validation *validation, gt_task *task,
                       gt_metrics *metrics);

#endif
