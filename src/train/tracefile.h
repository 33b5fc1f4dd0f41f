/* tracefile.h: the spans of all ranks in one file, in the "JSON Object Format"
 * that chrome://tracing and Perfetto read: a rank is a process, its threads are
 * rows. All calls do nothing where no trace was asked for.
 */
#ifndef GT_TRAIN_TRACEFILE_H
#define GT_TRAIN_TRACEFILE_H

#include "train/trainer.h"

typedef struct gt_tracefile {
    gt_comm *comm;    /* borrowed */
    const char *path; /* borrowed; NULL: no trace */
    uint64_t steps;   /* to record */
    uint64_t done;    /* steps of this run so far */
    int64_t shift;    /* from this rank's clock to the time in the file */
    bool written;
} gt_tracefile;

/* See that the file can be written, compare clocks and start recording. The
 * caller's thread is the row "training". Collective; all ranks fail together.
 */
gt_status gt_tracefile_open(gt_tracefile *file, gt_comm *comm,
                            const gt_train_options *options);

/* Step `number`, which began at `begin`, is over; after the last one of the
 * trace the file is written. Collective; all ranks fail together. */
gt_status gt_tracefile_step(gt_tracefile *file, int64_t begin, uint64_t number);

/* Write the file unless that has been done. Names of spans must still be there.
 * Collective; all ranks fail together. */
gt_status gt_tracefile_write(gt_tracefile *file);

/* Local. */
void gt_tracefile_close(gt_tracefile *file);

#endif
