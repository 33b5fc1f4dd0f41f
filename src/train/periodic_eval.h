/* periodic_eval.h: figures of the model every output.eval_every steps of its
 * training, by all ranks.
 */
#ifndef GT_TRAIN_PERIODIC_EVAL_H
#define GT_TRAIN_PERIODIC_EVAL_H

#include "eval/metrics.h"
#include "train/config.h"
#include "train/eval_features.h"

typedef struct gt_periodic_eval {
    const gt_evaluation_config *asked; /* borrowed */
    gt_eval_choice choice;
    gt_task *task; /* the training's; borrowed */
    gt_reader training, held_out;
    gt_eval_features features;
    gt_subject subject;
    gt_eval_figures found;                      /* at last */
    char key[GT_EVAL_FIGURES_MAX][GT_EVAL_KEY], /* in metrics */
        se_key[GT_EVAL_FIGURES_MAX][GT_EVAL_KEY];
} gt_periodic_eval;

/* Prepare to evaluate a task on the sources of its data; `test` NULL: nothing
 * is held out. All stay borrowed. GT_ERR_MISMATCH: a metric that is named, the
 * figure output.best, or the classifier cannot be had; GT_ERR_MEMORY.
 * Collective; all ranks fail together. */
gt_status gt_periodic_eval_open(gt_periodic_eval *eval, gt_task *task,
                                const gt_source *train, const gt_source *test);
void gt_periodic_eval_close(gt_periodic_eval *eval);

/* Add the figures of the task as it is to `metrics`, and the standard errors of
 * those that have one as KEY_se; a KEY that is there already, as that of the
 * step, is eval_KEY instead. They are of averaged weights, where a network has
 * some (average.h), and have the same bits on any number of ranks.
 * GT_ERR_MISMATCH: output.best is none of them, and of no other figure; what
 * reading samples returns. Collective; all ranks fail together. */
gt_status gt_periodic_eval_run(gt_periodic_eval *eval, gt_metrics *metrics);

#endif
