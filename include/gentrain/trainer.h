/* trainer.h: from a configuration to a trained model in a run directory.
 *
 * A run directory holds config.yaml (resolved), metrics.jsonl,
 * checkpoints/step-N.h5 and samples/step-N.{h5,png}.
 */
#ifndef GENTRAIN_TRAINER_H
#define GENTRAIN_TRAINER_H

#include "gentrain/comm.h"
#include "gentrain/config.h"

typedef enum gt_report {
    GT_REPORT_NORMAL, /* banner, progress, summary */
    GT_REPORT_QUIET,  /* warnings and errors only */
    GT_REPORT_JSON,   /* NORMAL on stderr, metrics and summary as JSON lines on
                         stdout */
} gt_report;

typedef struct gt_train_options {
    const char *name;   /* of the recipe; a new run's directory is called after
                           it where `out` is NULL */
    const char *out;    /* run directory */
    const char *resume; /* checkpoint to go on from, or NULL */
    bool newest; /* `resume` was chosen as the newest good one of `out` */
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

/* Shards for `batch` samples on `ranks` ranks. asked -1 ("auto"): the largest
 * power of two up to 16 that leaves each shard at least 16 samples, or `ranks`
 * where that is no multiple of it; then each is cut into `accumulate` pieces.
 * GT_ERR_CONFIG if `ranks` does not divide the number, or the batch is smaller
 * than it; the message says what would do. */
gt_status gt_shards_choose(int asked, int accumulate, int batch, int ranks,
                           int *shards);

#endif
