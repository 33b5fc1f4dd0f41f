/* best_figure.h: which figures tell that one step of a training is better than
 * another. Local.
 */
#ifndef GT_TRAIN_BEST_FIGURE_H
#define GT_TRAIN_BEST_FIGURE_H

#include "eval/metrics.h"
#include "tasks/task.h"

/* Which values of the figure `key` are better: one of validation, or one of the
 * metrics that are chosen. GT_ERR_CONFIG tells what there is to choose. */
gt_status gt_best_find(const gt_task_type *type, const gt_eval_choice *choice,
                       const char *key, gt_better *better);

#endif
