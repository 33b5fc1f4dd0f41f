/* trainer.h: from a configuration to a trained model in a run directory.
 *
 * A run directory holds config.yaml (resolved), metrics.jsonl,
 * checkpoints/step-N.h5 and samples/step-N.{h5,png}.
 */
#ifndef GT_TRAIN_TRAINER_H
#define GT_TRAIN_TRAINER_H

#include "run/run.h"
#include "train/options.h"

/* Train a run: a new one, or one that gt_run_resume goes on with. A checkpoint
 * of the last step already leaves nothing to do, which is warned of.
 * GT_ERR_STALE: see gt_run_resume; nothing has been done.
 * SIGINT, SIGTERM, SIGHUP, SIGXCPU, SIGUSR1 and SIGUSR2 on any rank end the
 * training after the step, with a checkpoint and a file INTERRUPTED in the run
 * directory, and count as success. Collective; all ranks fail together. */
gt_status gt_train(gt_comm *comm, const gt_config *config, gt_run *run,
                   const gt_train_options *options);

#endif
