/* figures.c: figures are few, so looking through all of them is quick. */
#include "eval/figures.h"

#include <assert.h>
#include <math.h>
#include <string.h>

void gt_eval_figures_set(gt_eval_figures *figures, const char *key,
                         gt_estimate estimate)
{
    assert(figures->count < GT_EVAL_FIGURES_MAX);
    figures->figure[figures->count].key = key;
    figures->figure[figures->count++].estimate = estimate;
}

void gt_eval_figures_set_value(gt_eval_figures *figures, const char *key,
                               double value)
{
    gt_eval_figures_set(figures, key, (gt_estimate){value, NAN});
}

bool gt_eval_figures_find(const gt_eval_figures *figures, const char *key,
                          gt_estimate *estimate)
{
    for (int i = 0; i < figures->count; i++)
        if (!strcmp(figures->figure[i].key, key)) {
            *estimate = figures->figure[i].estimate;
            return true;
        }
    return false;
}
