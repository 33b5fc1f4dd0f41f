/* watchdog.h: a thread on each rank that ends a job which no longer goes on.
 *
 * A rank that is stuck stops all others, without a word, at their next
 * collective call. A watchdog that sees no heartbeat (heartbeat.h) for
 * `seconds` prints the phase in which its rank is stuck and ends the process
 * with exit code 9; then the launcher ends the job. A rank that waits for
 * others knows less, so its watchdog waits longer. If no other rank speaks
 * meanwhile, one rank of each node looks for processes of the job that are
 * stopped on its node. At last rank 0 ends the job without knowing more.
 */
#ifndef GT_TRAIN_WATCHDOG_H
#define GT_TRAIN_WATCHDOG_H

#include "comm/comm.h"

/* For how long there has been no heartbeat. A suspended process gives none, and
 * its watchdog is suspended with it. So the time between two looks counts as
 * two periods at most. */
typedef struct gt_silence {
    double period;       /* between looks, about; seconds */
    double looked;       /* time of the last look; seconds */
    double length;       /* of the silence; seconds */
    uint64_t heartbeats; /* at the last look */
} gt_silence;

/* Look at the time `now`, with so many `heartbeats` since the process began.
 * Returns the length of the silence. */
double gt_silence_look(gt_silence *silence, double now, uint64_t heartbeats);

typedef struct gt_watchdog gt_watchdog;

/* Start watching; with seconds 0, *out is NULL and nothing is watched.
 * Collective; all ranks fail together. */
gt_status gt_watchdog_start(gt_watchdog **out, gt_comm *comm, double seconds);

/* Local; NULL is allowed. */
void gt_watchdog_stop(gt_watchdog *watchdog);

#endif
