/* metrics.h: the table of metrics, and how they are chosen and run. */
#ifndef GT_EVAL_METRICS_H
#define GT_EVAL_METRICS_H

#include "eval/metric_type.h"

extern const gt_eval_metric gt__metric_frechet, gt__metric_kernel,
    gt__metric_sliced, gt__metric_coverage, gt__metric_two_sample,
    gt__metric_nearest, gt__metric_auc, gt__metric_modes, gt__metric_classes,
    gt__metric_agreement, gt__metric_likelihood, gt__metric_disentanglement;

/* In the order in which they run and are shown; ends with NULL. */
extern const gt_eval_metric *const gt_eval_metrics[];

enum { GT_EVAL_METRICS_MAX = 32 };

/* Metrics that are asked for. */
typedef struct gt_eval_choice {
    int count;
    const gt_eval_metric *metric[GT_EVAL_METRICS_MAX];
    bool named; /* a person named them: what cannot be had is an error */
} gt_eval_choice;

/* Choose by a list of names with commas between; NULL: all that are not costly.
 * GT_ERR_USAGE: an unknown name. Local. */
gt_status gt_eval_choose(const char *list, gt_eval_choice *choice);

/* Whether one of them looks at features of samples or at classes, of a model of
 * stacked samples (data.stack) or of others. Pure. */
bool gt_eval_wants_features(const gt_eval_choice *choice, bool stacked);

/* The metric of the choice that has the figure `key`, and which values of that
 * are better; NULL: none has, or no model is better by it. Pure. */
const gt_eval_metric *gt_eval_ranked(const gt_eval_choice *choice,
                                     const char *key, gt_better *better);

/* Why no model is better than another by the figure `key`, of whichever metric;
 * NULL: it is none, or one is. Pure. */
const char *gt_eval_why_not_ranked(const char *key);

/* Whether the subject has what the named metrics need; GT_ERR_MISMATCH, with
 * what is missing. Local. */
gt_status gt_eval_check(const gt_eval_choice *choice,
                        const gt_subject *subject);

/* Add the figures of those that can be had. Collective; all ranks fail
 * together. */
gt_status gt_eval_run(const gt_eval_choice *choice, gt_subject *subject,
                      gt_eval_figures *figures);

#endif
