/* heldout.h: figures on samples that training never sees.
 */
#ifndef GT_TRAIN_HELDOUT_H
#define GT_TRAIN_HELDOUT_H

#include "gentrain/task.h"

typedef struct gt_heldout {
    const gt_source *source; /* borrowed */
    uint64_t count;          /* samples used */
    int block;               /* samples of a pass; the last may be smaller */
    gt_real *x;              /* [block x image] */
    double *sums;            /* [blocks x keys] */
    int keys, blocks;
} gt_heldout;

/* Prepare for at most `most` samples (0: all). Local. */
gt_status gt_heldout_new(gt_heldout *heldout, const gt_task *task,
                         const gt_source *source, int64_t most);
void gt_heldout_free(gt_heldout *heldout);

/* Add the task's held-out figures, means over the samples, to `metrics`: the
 * same bits whatever the number of ranks. Collective. */
void gt_heldout_run(gt_heldout *heldout, gt_task *task, gt_metrics *metrics);

#endif
