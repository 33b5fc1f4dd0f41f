/* snapshot.h: a task's state to and from checkpoints.
 */
#ifndef GT_RUN_SNAPSHOT_H
#define GT_RUN_SNAPSHOT_H

#include "run/checkpoint.h"
#include "run/metrics_log.h"
#include "run/write_errors.h"
#include "run/writer.h"
#include "tasks/state.h"
#include "tasks/task.h"

/* A copy of the whole state, on the rank that writes. */
typedef struct gt_snapshot {
    const gt_task *task;         /* borrowed */
    const char *run;             /* borrowed */
    gt_metrics_log *metrics_log; /* borrowed */
    gt_write_errors *errors;     /* borrowed */
    gt_span *live;               /* the task's memory */
    gt_span *copy; /* the same spans in `numbers`, or of the task */
    int count;
    gt_real *numbers;
    gt_hash *hash; /* for the fingerprint */
    bool wanted;   /* the copy, by the writer */
    uint64_t step; /* of the copy */
    double epoch;
    uint64_t samples, batches; /* taken so far */
    char updates[GT_TASK_UPDATES];
    bool best; /* the copy is of the best step so far */
    gt_checkpoint_data data;
    gt_checkpoint_parent parent;
    char fingerprint[GT_HASH_TEXT];
    char provenance[GT_PROVENANCES][GT_PROVENANCE_TEXT];
    gt_write_job write;
    /* Called by the writer when it has written a checkpoint; NULL: nothing is
     * to be done then. */
    void (*saved)(void *context, uint64_t step);
    void *saved_context; /* borrowed */
} gt_snapshot;

/* Allocate a copy, on rank 0. `run` is read when a checkpoint is written.
 * Local. */
gt_status gt_snapshot_new(gt_snapshot *snapshot, const gt_task *task,
                          const char *run, gt_metrics_log *metrics_log,
                          gt_write_errors *errors);
void gt_snapshot_free(gt_snapshot *snapshot);

/* Make sure that the copy may be written to, and lines of metrics up to here
 * are in the system's hands. Waits for the checkpoint before, if that is not
 * written yet. Returns how the writes that are done went. Rank 0 alone; local.
 */
gt_status gt_snapshot_reserve(gt_snapshot *snapshot, gt_writer *writer,
                              uint64_t step);

/* The state will not change any more: write it from where it is, as far as
 * this rank has it, instead of a copy. Call it when the writer has nothing to
 * do. Local. */
void gt_snapshot_use_live(gt_snapshot *snapshot);

/* Copy the state after `step` steps, for which rank 0 has made sure of the
 * room, and have it written in the background: RUN/checkpoints/step-N.h5, once
 * the lines that the metrics log has so far are on the disk; of the `best` step
 * also RUN/checkpoints/best.h5; then those beyond output.keep are removed. A
 * state with NaN in it is refused instead (GT_ERR_NUMERIC); other failures go
 * to `errors`. `writer` is NULL on the other ranks, which send their parts.
 * Collective. */
void gt_snapshot_take(gt_snapshot *snapshot, gt_writer *writer, uint64_t step,
                      double epoch);

/* Write a checkpoint of the state now, and wait for it: the first one of a
 * branch. GT_ERR_NUMERIC, GT_ERR_IO, GT_ERR_MEMORY. Collective; all ranks fail
 * together. */
gt_status gt_snapshot_write(gt_snapshot *snapshot, uint64_t step, double epoch);

/* A task's state from a checkpoint, of which rank 0 has the bytes and all ranks
 * the info (checkpoint_choose.h); all ranks get what they need of it. Unless
 * that is all, only parameters and statistics are read, and no step counts as
 * done. A running average that the task has and the checkpoint has not, or that
 * is not read, begins with the parameters; one that the checkpoint alone has is
 * given up, with a warning. GT_ERR_MISMATCH as in gt_checkpoint_read.
 * Collective; all ranks fail together. */
gt_status gt_snapshot_read(gt_task *task, const gt_checkpoint *from,
                           gt_checkpoint_part part);

#endif
