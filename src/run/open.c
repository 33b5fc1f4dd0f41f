/* open.c: a run's directory, new or again. A process that dies between any
 * two of these steps leaves a directory from which the same step can be
 * resumed: the configuration is in the checkpoint, and what is removed or
 * rewritten here is what lies beyond it. */
#include "run/outputs.h"
#include "run/run.h"

#include "store/files.h"

#include <stdio.h>
#include <string.h>

static gt_status check_claim(void *fence)
{
    return gt_fence_check(fence);
}

/* Whether the checkpoint that was chosen is still the one to go on from. What
 * has changed may also be the work of somebody who has claimed the run since.
 */
static gt_status confirm(const gt_fence *fence, const gt_run_choice *choice,
                         uint64_t start)
{
    gt_status status = gt_checkpoint_confirm(fence->run, start, choice->resume,
                                             choice->newest);
    if (status == GT_ERR_STALE && gt_fence_check(fence) != GT_OK)
        return GT_ERR_IO;
    return status;
}

/* Somebody else may have trained here until a moment ago, and may still be
 * about to give a file its name. The order settles that: since the fence, no
 * further file of theirs gets that far; the sweep takes those that had, so a
 * checkpoint of theirs is there by now or never will be; then it can be told
 * whether ours is the one to go on from, and only then may others be moved.
 * Should we in turn have lost the run, no change is made (gt_file_set_guard).
 */
static gt_status clean(const gt_fence *fence, const gt_run_choice *choice,
                       uint64_t start)
{
    static const char *const rooms[] = {"", "/checkpoints", "/samples"};
    gt_status status = GT_OK;
    for (int i = 0; i < 3 && status == GT_OK; i++) {
        char room[GT_PATH + 16];
        snprintf(room, sizeof room, "%s%s", fence->run, rooms[i]);
        status = gt_directory_sweep(room);
    }
    if (status == GT_OK)
        status = confirm(fence, choice, start);
    if (status == GT_OK)
        status = gt_checkpoint_set_aside(fence->run, start);
    return status == GT_OK ? gt_run_unmark(fence->run) : status;
}

gt_status gt_outputs_open(gt_outputs *o, const gt_run_choice *choice,
                          const char *config, uint64_t start, char run[GT_PATH])
{
    gt_status status;
    if (choice->resume) {
        snprintf(run, GT_PATH, "%s", choice->out);
        status = gt_run_reopen(run);
    } else {
        status = gt_run_create(choice->out, choice->name, run);
    }
    if (status == GT_OK)
        status = gt_fence_take(&o->fence, run, !choice->resume);
    if (status != GT_OK)
        return status;
    gt_file_set_guard(check_claim, &o->fence);
    if (choice->resume)
        status = clean(&o->fence, choice, start);
    char path[GT_PATH + 16];
    snprintf(path, sizeof path, "%s/config.yaml", run);
    if (status == GT_OK)
        status = gt_file_replace(path, config, strlen(config));
    if (status == GT_OK)
        status = gt_metrics_log_open(&o->metrics_log, run, start);
    return status;
}
