/* prepare.h: a training, and all that comes before its first step. Private to
 * the train room.
 */
#ifndef GT_TRAIN_PREPARE_H
#define GT_TRAIN_PREPARE_H

#include "data/config.h"
#include "run/config.h"
#include "run/outputs.h"
#include "tasks/config.h"
#include "train/config.h"
#include "train/options.h"
#include "train/periodic_eval.h"
#include "train/report.h"
#include "train/tracefile.h"
#include "train/validation.h"

typedef struct gt__training {
    gt_comm *comm;           /* borrowed */
    const gt_config *config; /* borrowed; and its sections: */
    const gt_data_config *data;
    const gt_train_config *train;
    const gt_output_config *output;
    const gt_validation_config *validate;
    const gt_evaluation_config *evaluate;
    const gt_train_options *options; /* borrowed */
    gt_source *source, *test_source; /* test_source NULL: none held out */
    gt_real *figures; /* of the data, found or of a checkpoint; owned */
    int shards;
    gt_task *task;
    gt_loader *loader;
    gt_validation validation;
    gt_periodic_eval eval; /* used where output.eval_every is not 0 */
    gt_best best;
    gt_outputs outputs;
    gt_report report;
    gt_tracefile trace;
    gt_run *run;          /* borrowed */
    gt_position position; /* in the data, at the start */
    uint64_t batches_per_step;
    uint64_t start, step, last; /* steps done at the start, now, at the end */
    gt_failure unreadable; /* why the data end the training; on all ranks */
    uint64_t skipped;      /* samples, on all ranks, when last counted */
    bool warned_of_skipped;
} gt__training;

/* The number of the first batch of a step; samples that were taken before it,
 * where an epoch's last batch may be short; epochs done by now. Local. */
uint64_t gt__training_batch(const gt__training *training, uint64_t step);
uint64_t gt__training_samples(const gt__training *training, uint64_t step);
double gt__training_epochs(const gt__training *training);

/* Open the data, build the task, and fill it from the checkpoint that the run
 * goes on from, if there is one: then `start`, `step` and `last` are known.
 * Changes no file. Collective; all ranks fail together. */
gt_status gt__training_prepare(gt__training *training);

/* Allocate what writes files, and take the run (gt_run_take): from here on it
 * is there. Collective; all ranks fail together. */
gt_status gt__training_prepare_outputs(gt__training *training);

#endif
