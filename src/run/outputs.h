/* outputs.h: what a run leaves on the disk while it trains: lines of metrics,
 * pictures of samples and checkpoints. Rank 0 copies what is to be written, and
 * the writer's thread writes it. A file that cannot be written does not end the
 * training.
 */
#ifndef GT_RUN_OUTPUTS_H
#define GT_RUN_OUTPUTS_H

#include "run/run.h"
#include "run/sample_grid.h"
#include "run/snapshot.h"

typedef struct gt_outputs {
    gt_comm *comm; /* borrowed */
    gt_task *task; /* borrowed */
    gt_run *run;   /* borrowed */
    /* Rank 0: */
    gt_write_errors write_errors;
    gt_metrics_log metrics_log;
    gt_sample_grid sample_grid;
    gt_snapshot snapshot;
    uint64_t samples, batches; /* gt_outputs_set_place */
    gt_writer *writer;         /* NULL on the other ranks */
    bool best;                 /* the next checkpoint is the best so far */
    bool last;                 /* the state stays as it is */
    uint64_t asked_for;        /* steps of a run that was interrupted before */
    gt_failure fatal;          /* met by the training thread */
    gt_failure mark_failure;   /* met by the writer */
} gt_outputs;

/* Prepare, allocate and start the writer. `source` is that of
 * gt_sample_grid_new. Local. */
gt_status gt_outputs_new(gt_outputs *outputs, gt_task *task, gt_run *run,
                         const gt_source *source);
/* Writes first what was handed over. Local. */
void gt_outputs_free(gt_outputs *outputs);

/* Have the writer's thread take the memory that HDF5 wants (h5rehearse.h).
 * Other ranks' calls do nothing. GT_ERR_MEMORY. Local. */
gt_status gt_outputs_rehearse(gt_outputs *outputs);

/* Take the run (gt_run_take), which begins after `step` steps and has its
 * gt_outputs_set_place, and open its metrics, with the lines up to there. A
 * branch gets a checkpoint of what it begins with, so that it needs the other
 * run no more. Collective; all ranks fail together. */
gt_status gt_outputs_open(gt_outputs *outputs, const char *config,
                          uint64_t step, double epoch);

/* What checkpoints say of the data that the run is trained on. Local. */
void gt_outputs_set_data(gt_outputs *outputs, const gt_source *source);

/* What was taken from the data so far, for the next checkpoint. Local. */
void gt_outputs_set_place(gt_outputs *outputs, uint64_t samples,
                          uint64_t batches);

/* A line of metrics. Local; other ranks' calls do nothing. */
void gt_outputs_line(gt_outputs *outputs, uint64_t step, double epoch,
                     const gt_metrics *metrics);

/* Record how writing the trace went, at the end of a step. Local. */
void gt_outputs_trace(gt_outputs *outputs, uint64_t step, gt_status status);

/* The next checkpoint is that of the best step so far, and kept as best.h5,
 * too. All ranks call it. Local. */
void gt_outputs_set_best(gt_outputs *outputs);

/* The state does not change any more: what is handed over from here on needs no
 * copy. A run that was interrupted before the `asked_for` steps were done (0:
 * it was not) gets its mark INTERRUPTED, and people the hint, as soon as a
 * checkpoint is written: launchers leave little time. Local. */
void gt_outputs_last(gt_outputs *outputs, uint64_t asked_for);

/* Hand over pictures, a checkpoint or both of the state after `step` steps.
 * Pictures are those of averaged weights, where there are some (average.h). All
 * ranks hear of what must end the training. Collective. */
gt_status gt_outputs_write(gt_outputs *outputs, uint64_t step, double epoch,
                           bool picture, bool checkpoint);

/* Warn of files that could not be written since the last call. Returns whether
 * something happened on this rank that must end the training. Does not wait;
 * local. */
bool gt_outputs_failed(gt_outputs *outputs);

/* Wait until everything is written. `status` is how the training ended, the
 * same on all ranks. Returns what ended it on rank 0's disk, if something did;
 * else `status` if that is a failure; else GT_ERR_IO if files are missing.
 * Collective. */
gt_status gt_outputs_finish(gt_outputs *outputs, gt_status status);

#endif
