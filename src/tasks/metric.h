/* metric.h: a figure over many samples, of which every rank evaluates some.
 *
 * Samples come in blocks. A metric turns each block into a state, a few
 * doubles; states are merged in the order of blocks, whichever rank they are
 * from, and the last one is the figure. So it has the same bits on any number
 * of ranks, whether it is a mean, a maximum or a variance. A task has a table
 * of them. Local.
 */
#ifndef GT_TASKS_METRIC_H
#define GT_TASKS_METRIC_H

#include "data/samples.h"

#include <stdint.h>

struct gt_task; /* task_type.h */

enum { GT_EVALUATED_SUMS = 8 };

/* What an evaluation found on one block of samples. */
typedef struct gt_evaluated {
    const gt_samples *samples;
    const gt_real *outputs;        /* [n x ...] of the network that ran last */
    double sum[GT_EVALUATED_SUMS]; /* over the samples, numbered by the task */
} gt_evaluated;

/* Run networks on samples of the numbers first .. first + n - 1, and fill *out,
 * whose samples are set and whose sums are 0. */
typedef void gt_evaluation(struct gt_task *task, uint64_t first,
                           const gt_samples *samples, gt_evaluated *out);

typedef struct gt_metric_kind {
    int size; /* doubles of a state */
    void (*begin)(double *state);
    /* A block's samples; `of`: which of its sums, where there is a choice. */
    void (*add)(double *state, const gt_evaluated *block, int of);
    /* The samples of `next`, which come after those of `state`. */
    void (*merge)(double *state, const double *next);
    double (*finish)(const double *state, uint64_t count); /* of samples */
} gt_metric_kind;

/* Which of two values of a figure tells of the better model. */
typedef enum gt_better {
    GT_BETTER_NEITHER, /* nobody can say */
    GT_BETTER_LESS,
    GT_BETTER_MORE,
} gt_better;

typedef struct gt_metric {
    const char *test; /* its key for held-out samples: "test_loss" */
    /* For training samples, where held-out ones alone would have nothing to be
     * compared with: gt_task_trains_apart. */
    const char *train;
    gt_evaluation *needs; /* neighbours with the same one share it */
    const gt_metric_kind *kind;
    int of;           /* of the evaluation's sums */
    gt_better better; /* of `test` */
} gt_metric;

/* One of the sums, divided by the number of samples. */
extern const gt_metric_kind gt_metric_mean;

#endif
