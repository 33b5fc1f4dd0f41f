/* figures.h: named figures of an evaluation, and how sure they are. Local. */
#ifndef GT_EVAL_FIGURES_H
#define GT_EVAL_FIGURES_H

#include "eval/points.h"

#include <stdbool.h>

enum { GT_EVAL_FIGURES_MAX = 96, GT_EVAL_KEY = 64 };

/* In the order in which they were set; {0}: none. */
typedef struct gt_eval_figures {
    int count;
    struct {
        const char *key; /* borrowed; as in eval.json */
        gt_estimate estimate;
    } figure[GT_EVAL_FIGURES_MAX];
} gt_eval_figures;

void gt_eval_figures_set(gt_eval_figures *figures, const char *key,
                         gt_estimate estimate);

/* One that has no standard error. */
void gt_eval_figures_set_value(gt_eval_figures *figures, const char *key,
                               double value);

/* The figure called `key`; false if there is none. */
bool gt_eval_figures_find(const gt_eval_figures *figures, const char *key,
                          gt_estimate *estimate);

#endif
