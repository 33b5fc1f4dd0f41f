/* writer.h: a thread that writes files while training goes on. Local; for the
 * rank that writes.
 *
 * Each kind of file has one gt_write_job with buffers of its own, allocated
 * before training. A write is claimed, its buffers are filled, it is submitted;
 * from then on until it is done they are the thread's. So at most one write of
 * a kind is under way, and none is ever dropped: who claims it too early waits.
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

/* Wait until `write` is done, if it was submitted. Returns how the writes that
 * are done went: GT_OK, or the status and message of the first that failed.
 * Part of a collective where gt_collective_tick is, which it calls for the
 * heartbeats of the writer's thread. */
gt_status gt_writer_reserve(gt_writer *writer, gt_write_job *write);

/* Hand over a claimed write; returns at once. Writes run in the order in which
 * they are submitted, also after one has failed: a checkpoint that can be
 * written is. */
void gt_writer_submit(gt_writer *writer, gt_write_job *write);

/* Wait until all writes are done, with ticks as in gt_writer_reserve; returns
 * what that does. */
gt_status gt_writer_drain(gt_writer *writer);

/* Whether a write has failed; does not wait. */
bool gt_writer_failed(gt_writer *writer);

/* Wait until all writes are done and end the thread. NULL is allowed. */
void gt_writer_close(gt_writer *writer);

#endif
