/* activity.c: nothing in the directory says that a run is at work, so it is
 * told from what there is: the last checkpoint, the mark INTERRUPTED, and the
 * process in the fence. */
#include "run/activity.h"

#include "run/fence.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool is_marked(const char *run)
{
    char path[GT_PATH + 16];
    snprintf(path, sizeof path, "%s/INTERRUPTED", run);
    return access(path, F_OK) == 0;
}

gt_run_activity gt_run_activity_of(const char *run, uint64_t saved,
                                   uint64_t asked)
{
    gt_fence_maker maker = gt_fence_look(run);
    gt_run_activity found = {.state = GT_RUN_CUT_OFF, .process = maker.process};
    memcpy(found.host, maker.host, sizeof found.host);
    if (asked > 0 && saved >= asked)
        found.state = GT_RUN_FINISHED;
    else if (is_marked(run))
        found.state = GT_RUN_INTERRUPTED;
    else if (maker.holder == GT_FENCE_LIVES)
        found.state = GT_RUN_RUNNING;
    else if (maker.holder == GT_FENCE_ELSEWHERE)
        found.state = GT_RUN_ELSEWHERE;
    return found;
}
