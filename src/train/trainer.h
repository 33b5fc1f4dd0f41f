/* trainer.h: from a configuration to a trained model in a run directory.
 *
 * A run directory holds config.yaml (resolved), metrics.jsonl,
 * checkpoints/step-N.h5 and samples/step-N.{h5,png}.
 */
#ifndef GT_TRAIN_TRAINER_H
#define GT_TRAIN_TRAINER_H

#include "train/report.h"

typedef struct gt_train_options {
    const char *name; /* of the recipe, for people */
    int threads;      /* BLAS threads of a rank */
    gt_report_kind report;
    const char *trace;    /* file for a trace of the first steps, or NULL */
    uint64_t trace_steps; /* how many steps that is */
    const gt_config *settings; /* of the checkpoint; NULL: a new run, or they
                                  are refused by now; borrowed */
} gt_train_options;

/* Train a run: a new one, or one that gt_run_resume goes on with. A checkpoint
 * of the last step already leaves nothing to do, which is warned of.
 * GT_ERR_STALE: see gt_run_resume; nothing has been done.
 * SIGINT, SIGTERM, SIGHUP, SIGXCPU, SIGUSR1 and SIGUSR2 on any rank end the
 * training after the step, with a checkpoint and a file INTERRUPTED in the run
 * directory, and count as success. Collective; all ranks fail together. */
gt_status gt_train(gt_comm *comm, const gt_config *config, gt_run *run,
                   const gt_train_options *options);

#endif
