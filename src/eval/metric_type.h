/* metric_type.h: a metric of `gentrain eval` as an entry of a table.
 *
 * To add a metric, write its figures as a function of what the subject offers,
 * declare a gt_eval_metric in metrics.h and add one line to the table in
 * metrics.c. `gentrain help metrics`, the checks of names and the report read
 * the table.
 */
#ifndef GT_EVAL_METRIC_TYPE_H
#define GT_EVAL_METRIC_TYPE_H

#include "eval/figures.h"
#include "eval/subject.h"

/* A figure by which one model is better than another, or of which people may
 * think so. */
typedef struct gt_eval_rank {
    const char *key; /* as gt_eval_figures has it */
    gt_better better;
    /* GT_BETTER_NEITHER: why, as the end of a sentence. */
    const char *why;
} gt_eval_rank;

enum { GT_EVAL_RANKS = 8 };

typedef struct gt_eval_metric {
    const char *name; /* as a person asks for it */
    const char *help; /* one line: its figures, and the source */
    /* Why it cannot be had of this subject, as the end of a sentence: "the
     * model makes no samples"; NULL: it can. Pure. */
    const char *(*missing)(const gt_subject *subject);
    /* Add its figures. Collective; all ranks fail together. */
    gt_status (*run)(gt_subject *subject, gt_eval_figures *figures);
    bool costly; /* only where it is asked for by name */
    bool plain;  /* looks at no features of samples, nor at their classes */
    bool stacks; /* looks at the classes of stacked samples, though it is plain
                    where there are others */
    bool points; /* looks at features of samples, and at nothing else */
    /* Those of its figures that checkpoints can be chosen by (output.best), and
     * those that are refused with a reason; ends with {0} where it has fewer.
     */
    gt_eval_rank ranks[GT_EVAL_RANKS];
} gt_eval_metric;

/* --- What several metrics miss. */

/* `missing` of those that compare samples of the model with data, */
const char *gt__missing_samples(const gt_subject *subject);
/* and of those that look at classes, too. */
const char *gt__missing_classes(const gt_subject *subject);

#endif
