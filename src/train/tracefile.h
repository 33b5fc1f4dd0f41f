/* tracefile.h: the spans of all ranks in one file, in the "JSON Object Format"
 * that chrome://tracing and Perfetto read: a rank is a process, its threads are
 * rows. Without a path all calls do nothing.
 */
#ifndef GT_TRAIN_TRACEFILE_H
#define GT_TRAIN_TRACEFILE_H

#include "comm/comm.h"

typedef struct gt_tracefile {
    gt_comm *comm;    /* borrowed */
    const char *path; /* borrowed; NULL: no trace */
    uint64_t steps;   /* to record */
    uint64_t done;    /* steps of this run so far */
    int64_t shift;    /* from this rank's clock to the time in the file */
    bool written;
} gt_tracefile;

/* Check that `path` can be written (NULL: there is no trace), compare the
 * clocks of the ranks, and start to record `steps` steps. The calling thread is
 * the row "training". `run` is the run directory, which may be made later: a
 * file directly in it is not checked now. Both texts are borrowed. Collective;
 * all ranks fail together. */
gt_status gt_tracefile_open(gt_tracefile *file, gt_comm *comm, const char *path,
                            uint64_t steps, const char *run);

/* Step `number`, which began at `begin`, has ended. After the last step of the
 * trace this writes the file. Collective; all ranks fail together. */
gt_status gt_tracefile_step(gt_tracefile *file, int64_t begin, uint64_t number);

/* Write the file unless that has been done. The names of the spans must still
 * be valid, so call this before the networks are freed. Collective; all ranks
 * fail together. */
gt_status gt_tracefile_write(gt_tracefile *file);

/* Free the spans. Local. */
void gt_tracefile_close(gt_tracefile *file);

#endif
