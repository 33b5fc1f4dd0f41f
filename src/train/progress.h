/* progress.h: what a person sees while training: one line that is drawn over on
 * a terminal, one line every so many steps in a batch job's log. Local; all
 * calls do nothing on ranks that do not speak.
 */
#ifndef GT_TRAIN_PROGRESS_H
#define GT_TRAIN_PROGRESS_H

#include "tasks/metrics.h"

typedef struct gt_progress {
    bool enabled, terminal;
    uint64_t first, last;  /* steps of this run: done before it, and in all */
    double started, drawn; /* seconds, monotonic */
} gt_progress;

void gt_progress_start(gt_progress *progress, bool enabled, uint64_t first,
                       uint64_t last);

/* After step `step`. `shown`: the figures to print, NULL-terminated. `line`:
 * this step has a line in metrics.jsonl; other steps only touch a terminal. */
void gt_progress_step(gt_progress *progress, uint64_t step, double rate,
                      const gt_metrics *metrics, const char *const *shown,
                      bool line);

void gt_progress_stop(gt_progress *progress);

#endif
