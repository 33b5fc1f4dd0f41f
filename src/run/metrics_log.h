/* metrics_log.h: metrics.jsonl while it grows. Lines that cannot be written
 * stay in memory and are tried again with the next. Local; for the rank that
 * writes, and for its training thread but where said.
 */
#ifndef GT_RUN_METRICS_LOG_H
#define GT_RUN_METRICS_LOG_H

#include "base/status.h"
#include "store/files.h"
#include "tasks/metrics.h"

typedef struct gt_metrics_log {
    char path[GT_PATH + 16];
    int fd;        /* -1: closed, and all calls do nothing */
    char *pending; /* not in the system's hands yet */
    size_t used, capacity;
    bool unsafe; /* what the file holds may not reach the disk */
    bool gaps;   /* a line found no memory and is lost */
} gt_metrics_log;

/* Open RUN/metrics.jsonl, with its lines up to `step`, of a run that began
 * after step `begin`. */
gt_status gt_metrics_log_open(gt_metrics_log *metrics_log, const char *run,
                              uint64_t begin, uint64_t step);

/* Add a line and hand all that is pending to the system. */
gt_status gt_metrics_log_add(gt_metrics_log *metrics_log, uint64_t step,
                             double epoch, const gt_metrics *metrics);

/* Hand over what is pending, and write the file anew where it was removed or
 * could not be flushed. Not while another thread is in gt_metrics_log_sync. */
gt_status gt_metrics_log_flush(gt_metrics_log *metrics_log);

/* Wait until all that was handed over is on the disk. From any thread. */
gt_status gt_metrics_log_sync(gt_metrics_log *metrics_log);

/* Lines that are pending are lost. */
void gt_metrics_log_close(gt_metrics_log *metrics_log);

/* Leave in RUN/metrics.jsonl the leading whole lines of rising steps up to
 * `step`; what a run that stopped later had written goes. The file is a new one
 *  in any case: a process that still has the old one open writes to nowhere.
 * Lines after `begin` that are not there are warned of. */
gt_status gt_metrics_log_trim(const char *run, uint64_t begin, uint64_t step);

#endif
