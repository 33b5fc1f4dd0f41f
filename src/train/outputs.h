/* outputs.h: what a run leaves at some of its steps: pictures of samples and
 * checkpoints. Rank 0 copies what is to be written, its writer does the rest.
 */
#ifndef GT_TRAIN_OUTPUTS_H
#define GT_TRAIN_OUTPUTS_H

#include "train/preview.h"
#include "train/snapshot.h"

typedef struct gt_outputs {
    gt_comm *comm; /* borrowed */
    /* Rank 0: */
    gt_preview preview;
    gt_snapshot snapshot;
    gt_writer *writer; /* NULL on the other ranks */
} gt_outputs;

/* Prepare, allocate and start the writer. `run` must be a directory by the time
 * something is written; `source` is that of gt_preview_new. Local. */
gt_status gt_outputs_new(gt_outputs *outputs, gt_task *task, const char *run,
                         const gt_source *source);
/* Whatever was handed over is written first. */
void gt_outputs_free(gt_outputs *outputs);

/* Hand over pictures, a checkpoint or both of the state after `step` steps. All
 * ranks hear of writes that have failed by now. Collective. */
gt_status gt_outputs_write(gt_outputs *outputs, uint64_t step, double epoch,
                           bool picture, bool checkpoint);

/* Whether a write of this rank has failed; does not wait. Local. */
bool gt_outputs_failed(const gt_outputs *outputs);

/* Wait until everything is written. `status` is how the training ended, the
 * same on all ranks; a write that failed did so for a step before that, and is
 * returned in its stead. Collective. */
gt_status gt_outputs_finish(gt_outputs *outputs, gt_status status);

#endif
