/* trainer.h: from a configuration to a trained model in a run directory.
 *
 * A run directory holds config.yaml (resolved), metrics.jsonl,
 * checkpoints/step-N.h5 and samples/step-N.{h5,png}.
 */
#ifndef GT_TRAIN_TRAINER_H
#define GT_TRAIN_TRAINER_H

#include "run/outputs.h"

typedef enum gt_report {
    GT_REPORT_NORMAL, /* banner, progress, summary */
    GT_REPORT_QUIET,  /* warnings and errors only */
    GT_REPORT_JSON,   /* NORMAL on stderr, metrics and summary as JSON lines on
                         stdout */
} gt_report;

typedef struct gt_train_options {
    gt_run_choice run;
    int threads; /* BLAS threads of a rank */
    gt_report report;
    const char *trace;    /* file for a trace of the first steps, or NULL */
    uint64_t trace_steps; /* how many steps that is */
} gt_train_options;

/* Train. `out` must not hold anything yet unless a checkpoint is resumed; one
 * of the last step already leaves nothing to do, which is warned of.
 * GT_ERR_STALE: the checkpoint is not there any more or not the newest, as
 * somebody else was still training; nothing has been done.
 * SIGINT, SIGTERM and SIGUSR1 on any rank end the training after the step, with
 * a checkpoint and a file INTERRUPTED in the run directory, and count as
 * success. Collective; all ranks fail together. */
gt_status gt_train(gt_comm *comm, const gt_config *config,
                   const gt_train_options *options);

#endif
