/* journal.h: metrics.jsonl while it grows. Lines that cannot be written stay in
 * memory and are tried again with the next. Local; for the rank that writes,
 * and for its training thread but where said.
 */
#ifndef GT_TRAIN_JOURNAL_H
#define GT_TRAIN_JOURNAL_H

#include "gentrain/checkpoint.h"
#include "gentrain/metrics.h"

typedef struct gt_journal {
    char path[GT_PATH + 16];
    int fd;        /* -1: closed, and all calls do nothing */
    char *pending; /* not in the system's hands yet */
    size_t used, room;
    bool unsafe; /* what the file holds may not reach the disk */
    bool gaps;   /* a line found no memory and is lost */
} gt_journal;

/* Open RUN/metrics.jsonl, with its lines up to `step`. */
gt_status gt_journal_open(gt_journal *journal, const char *run, uint64_t step);

/* Add a line and hand all that is pending to the system. */
gt_status gt_journal_add(gt_journal *journal, uint64_t step, double epoch,
                         const gt_metrics *metrics);

/* Hand over what is pending, and write the file anew where it was removed or
 * could not be flushed. Not while another thread is in gt_journal_sync. */
gt_status gt_journal_flush(gt_journal *journal);

/* Wait until all that was handed over is on the disk. From any thread. */
gt_status gt_journal_sync(gt_journal *journal);

/* Lines that are pending are lost. */
void gt_journal_close(gt_journal *journal);

#endif
