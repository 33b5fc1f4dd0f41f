/* writer.h: a thread that writes files while training goes on. Local; for the
 * rank that writes.
 *
 * Each kind of file has one gt_write_job with buffers of its own, allocated
 * before training. The trainer reserves the job, which waits until the last
 * file of that kind is written, fills the buffers and submits the job. The
 * buffers then belong to the thread until it has written them. So at most one
 * file of a kind is being written, and none is dropped.
 */
#ifndef GT_RUN_WRITER_H
#define GT_RUN_WRITER_H

#include "base/status.h"

#include <stdbool.h>

typedef struct gt_writer gt_writer;

typedef struct gt_write_job {
    const char *name;                /* in traces; borrowed */
    gt_status (*run)(void *context); /* on the writer's thread */
    void *context;
    struct gt_write_job *next; /* private, like what follows */
    bool busy;                 /* submitted and not done */
} gt_write_job;

/* The thread starts with all signals blocked and, on Linux, 10 nice levels
 * below its caller. GT_ERR_IO when the system allows no further thread. */
gt_status gt_writer_open(gt_writer **out);

/* Wait until `write` is done, if it was submitted. Returns GT_OK, or the status
 * and message of the first write so far that failed.
 * Part of a collective where gt_collective_tick is, which it calls for the
 * heartbeats of the writer's thread. */
gt_status gt_writer_reserve(gt_writer *writer, gt_write_job *write);

/* Hand over a reserved write; returns at once. Writes run in the order in which
 * they are submitted. One that fails does not keep the next ones from being
 * tried. */
void gt_writer_submit(gt_writer *writer, gt_write_job *write);

/* Wait until all writes are done, with ticks as in gt_writer_reserve; returns
 * what that does. */
gt_status gt_writer_drain(gt_writer *writer);

/* Whether a write has failed; does not wait. */
bool gt_writer_failed(gt_writer *writer);

/* Wait until all writes are done and end the thread. NULL is allowed. */
void gt_writer_close(gt_writer *writer);

#endif
