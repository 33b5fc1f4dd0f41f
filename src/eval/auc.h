/* auc.h: how well a score tells two sets apart. Local.
 */
#ifndef GT_EVAL_AUC_H
#define GT_EVAL_AUC_H

#include "eval/points.h"

/* The area under the receiver operating characteristic: the probability that
 * the score of one of `high` is above that of one of `low`, where equal ones
 * count a half (Mann, Whitney 1947). Its standard error is that of Hanley,
 * McNeil 1982. GT_ERR_CONFIG: a set is empty; GT_ERR_NUMERIC: a score is NaN;
 * GT_ERR_MEMORY. */
gt_status gt_auc_of_scores(const double *high, size_t n_high, const double *low,
                           size_t n_low, gt_estimate *out);

#endif
