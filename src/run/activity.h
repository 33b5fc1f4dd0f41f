/* activity.h: whether somebody is training in a run directory. Local. */
#ifndef GT_RUN_ACTIVITY_H
#define GT_RUN_ACTIVITY_H

#include <stdint.h>

typedef enum gt_run_state {
    GT_RUN_FINISHED,
    GT_RUN_INTERRUPTED,
    GT_RUN_RUNNING,
    GT_RUN_CUT_OFF,
    GT_RUN_ELSEWHERE, /* running or cut off, on another machine */
} gt_run_state;

typedef struct gt_run_activity {
    gt_run_state state;
    long process; /* the last to take the run, on machine `host` */
    char host[64];
} gt_run_activity;

/* What can be told of a run whose newest checkpoint is of step `saved` (0:
 * there is none), where `asked` steps are asked for (0: not known). */
gt_run_activity gt_run_activity_of(const char *run, uint64_t saved,
                                   uint64_t asked);

#endif
