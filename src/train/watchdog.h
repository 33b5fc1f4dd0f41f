/* watchdog.h: a thread on each rank that ends a job which no longer goes on.
 *
 * A rank that is stuck stops all others, at the next sum over ranks, without a
 * word. The watchdog of a rank that shows no sign of life (phase.h) for
 * `seconds` says so, with the phase in which it is stuck, and ends the process
 * with exit code 9, upon which the launcher ends the job. Ranks that wait for
 * others hold back for a while: they know less. If none of the others speaks,
 * one rank of each node looks for processes of the job that are stopped there,
 * and at last rank 0 ends the job without knowing more.
 */
#ifndef GT_TRAIN_WATCHDOG_H
#define GT_TRAIN_WATCHDOG_H

#include "comm/comm.h"

/* For how long there has been no sign of life. A process that is suspended is
 * silent, and so is its watchdog: what lies between two looks counts as two
 * periods of looking at most. */
typedef struct gt_silence {
    double period; /* seconds between looks, about */
    double looked; /* when, last */
    double length; /* seconds of silence */
    uint64_t beats;
} gt_silence;

/* Look at `now`, when there were `beats` signs of life so far. Returns the
 * length. */
double gt_silence_look(gt_silence *silence, double now, uint64_t beats);

typedef struct gt_watchdog gt_watchdog;

/* Start watching. seconds 0: *out is NULL and nothing is watched. Collective;
 * all ranks fail together. */
gt_status gt_watchdog_start(gt_watchdog **out, gt_comm *comm, double seconds);

/* Local; NULL is allowed. */
void gt_watchdog_stop(gt_watchdog *watchdog);

#endif
