/* fence.h: which process a run directory belongs to. Local; for the rank that
 * writes.
 *
 * Every start and resume takes the next number by making RUN/fence.N, which
 * only one process can make, and then removes those before it. A job that was
 * cut off from its network and lives on finds its own file gone and stops. No
 * locks: they cannot be relied on between machines, exclusive creation can.
 *
 * Older versions of gentrain called the file generation.N. Where there is one,
 * the numbers go on from it, and generation.N is made beside fence.N: a job of
 * an older version that lives on stops for no other sign.
 */
#ifndef GT_RUN_FENCE_H
#define GT_RUN_FENCE_H

#include "base/status.h"
#include "store/files.h"

#include <stdbool.h>

typedef struct gt_fence {
    char run[GT_PATH]; /* "": none */
    unsigned long long number;
    char text[256]; /* what our file says; no other process writes the same */
} gt_fence;

/* Take the directory. GT_ERR_IO when another process does so at this moment,
 * or has ever done so where the run is to be a `fresh` one. */
gt_status gt_fence_take(gt_fence *fence, const char *run, bool fresh);

/* The same where the last to take it was number `last`, 0 if nobody did;
 * GT_ERR_IO also when that is not so any more. */
gt_status gt_fence_take_after(gt_fence *fence, const char *run,
                              unsigned long long last);

/* Whether a file of that name is a fence. */
bool gt_fence_is_name(const char *name);

/* Who took a directory last. */
typedef enum gt_fence_holder {
    GT_FENCE_NOBODY,    /* or it cannot be told */
    GT_FENCE_LIVES,     /* a process of this machine */
    GT_FENCE_ENDED,     /* one that is not there any more */
    GT_FENCE_ELSEWHERE, /* one of another machine, which cannot be seen */
} gt_fence_holder;

typedef struct gt_fence_maker {
    gt_fence_holder holder;
    unsigned long long number; /* of the fence; 0: there is none */
    long process;
    char host[64];
} gt_fence_maker;

gt_fence_maker gt_fence_look(const char *run);

/* Whether the process that took the directory last is seen to live; *last is
 * its number, 0 if there is none. One that runs on another machine is not seen;
 * it will find its fence gone. */
bool gt_fence_is_held(const char *run, unsigned long long *last);

/* GT_OK, or GT_ERR_IO with the news that another process has taken the
 * directory since. A directory that cannot be looked into counts as ours. */
gt_status gt_fence_check(const gt_fence *fence);

#endif
