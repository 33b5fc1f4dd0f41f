/* progress.h: shows how far a training is: on a terminal, one line that is
 * drawn again and again; in the log of a batch job, one line every so many
 * steps. Local; if not enabled, all calls do nothing.
 */
#ifndef GT_TRAIN_PROGRESS_H
#define GT_TRAIN_PROGRESS_H

#include "tasks/metrics.h"

typedef struct gt_progress {
    bool enabled, terminal;
    uint64_t first, last;  /* steps before this run, and at its end */
    double started, drawn; /* seconds, monotonic */
} gt_progress;

/* Begin at step `first` of `last`; enabled on the rank that speaks. */
void gt_progress_start(gt_progress *progress, bool enabled, uint64_t first,
                       uint64_t last);

/* Show step `step` at `rate` samples per second. `shown`: the keys of the
 * figures to print; ends with NULL. `line`: this step has a line in
 * metrics.jsonl; other steps are only shown on a terminal. */
void gt_progress_step(gt_progress *progress, uint64_t step, double rate,
                      const gt_metrics *metrics, const char *const *shown,
                      bool line);

/* End the line. */
void gt_progress_stop(gt_progress *progress);

#endif
