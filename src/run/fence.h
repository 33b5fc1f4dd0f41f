/* fence.h: whose run directory it is. Local; for the rank that writes.
 *
 * Every start and resume takes the next number by making RUN/generation.N,
 * which only one process can make, and then removes those before it. A job that
 * was cut off from its network and lives on finds its own file gone and stops.
 * No locks: they cannot be relied on between machines, exclusive creation can.
 */
#ifndef GT_RUN_FENCE_H
#define GT_RUN_FENCE_H

#include "run/checkpoint.h"

typedef struct gt_fence {
    char run[GT_PATH]; /* "": none */
    unsigned long long number;
    char text[256]; /* what our file says; no other process writes the same */
} gt_fence;

/* Claim the directory. GT_ERR_IO when another process does so at this moment,
 * or has ever done so where the run is to be a `fresh` one. */
gt_status gt_fence_take(gt_fence *fence, const char *run, bool fresh);

/* GT_OK, or GT_ERR_IO with the news that another process has claimed the
 * directory since. A directory that cannot be looked into counts as ours. */
gt_status gt_fence_check(const gt_fence *fence);

#endif
