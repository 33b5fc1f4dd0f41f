/* best.h: the figure of a training that tells which of its steps was the best
 * so far (output.best; without it the task's own), and when to give up.
 *
 * Lines of metrics.jsonl with that figure also tell how things stand: best_KEY,
 * best_step, since_best. So whoever resumes at a step knows what was known
 * there, as lines up to it are on the disk (run/run.h). Local but where said;
 * all ranks hold the same.
 */
#ifndef GT_TRAIN_BEST_H
#define GT_TRAIN_BEST_H

#include "comm/comm.h"
#include "run/metrics_read.h"
#include "tasks/task.h"

enum { GT_BEST_RECORD = 80 };

typedef struct gt_best {
    const char *key;  /* borrowed; NULL: there is no such figure */
    gt_better better; /* less or more */
    bool kept;        /* output.best: its checkpoint is kept */
    int64_t patience; /* evaluations without a better figure; 0: no end */
    bool any;         /* there was one that is a number: */
    double value;
    uint64_t step;
    uint64_t since; /* evaluations after it, or with nothing but NaN */
    char record[GT_BEST_RECORD]; /* "best_KEY" */
} gt_best;

/* Nothing is known yet. The configuration stays borrowed. */
void gt_best_init(gt_best *best, const gt_config *config);

/* Figures of a step: returns whether they are the best so far. If its
 * checkpoint is kept and the figure is among them, how things stand is added to
 * them. */
bool gt_best_add(gt_best *best, uint64_t step, gt_metrics *figures);

/* Whether patience is at its end. */
bool gt_best_is_over(const gt_best *best);

/* How things stood after `step` steps of the run. On rank 0 from its metrics;
 * what cannot be read tells nothing. Collective. */
void gt_best_recall(gt_best *best, gt_comm *comm, const char *run,
                    uint64_t step);

/* Likewise, from the lines of a file. */
void gt_best_read(gt_best *best, const gt_metrics_file *file, uint64_t step);

/* Begin anew: there is no checkpoint of what was the best. */
void gt_best_forget(gt_best *best);

#endif
