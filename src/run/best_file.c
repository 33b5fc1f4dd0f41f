/* best_file.c: what is the best follows from the metrics up to the step that
 * the run goes on from, and best.h5 follows that: it is believed only if it is
 * of that step. A process that dies between two calls here leaves what the next
 * one settles. */
#include "run/best_file.h"

#include "base/log.h"
#include "run/checkpoint.h"
#include "run/checkpoint_list.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static bool exists(const char *path)
{
    return access(path, F_OK) == 0 || errno != ENOENT;
}

static gt_status copy(const char *from, const char *to)
{
    char *data = NULL;
    size_t size;
    gt_status status = gt_file_read(from, &data, &size);
    if (status == GT_OK)
        status = gt_file_replace(to, data, size);
    free(data);
    return status;
}

/* The step of a good checkpoint; 0: it is damaged, or not there. */
static gt_status step_of(const char *path, uint64_t *step)
{
    gt_checkpoint c;
    *step = 0;
    if (!exists(path))
        return GT_OK;
    gt_status status = gt_checkpoint_open(&c, path);
    if (status == GT_OK) {
        *step = c.info.step;
        gt_checkpoint_close(&c);
    } else if (status != GT_ERR_MEMORY && status != GT_ERR_BUSY) {
        gt_warn("%s", gt_message());
        status = GT_OK;
    }
    return status;
}

static gt_status set_aside(const char *path)
{
    char aside[GT_PATH + 8];
    snprintf(aside, sizeof aside, "%s.old", path);
    gt_info("%s is not the best of the steps so far; it is called %s now", path,
            aside);
    return gt_file_rename(path, aside);
}

/* From the checkpoint of its step, if there still is one. */
static gt_status restore(const char *run, const char *path, gt_best_file *best)
{
    char from[GT_PATH];
    uint64_t there;
    gt_checkpoint_path(run, best->step, from);
    gt_status status = step_of(from, &there);
    if (status != GT_OK)
        return status;
    best->lost = there != best->step;
    if (!best->lost)
        return copy(from, path);
    gt_warn("%s: the best checkpoint so far, of step %llu, is not there; the "
            "best one is found anew from here on",
            path, (unsigned long long)best->step);
    return GT_OK;
}

/* What there is. `damaged`: or it cannot be told of which step it is. */
static gt_status look(const char *path, uint64_t step, const gt_best_file *best,
                      bool *fits, bool *damaged)
{
    uint64_t there;
    gt_status status = step_of(path, &there);
    *fits = best->kept ? there == best->step : there <= step;
    *damaged = there == 0 && exists(path);
    return status;
}

gt_status gt_best_file_look(const char *run, uint64_t step,
                            const gt_best_file *best, bool *settled)
{
    char path[GT_PATH];
    bool fits, damaged;
    gt_checkpoint_best_path(run, path);
    gt_status status = look(path, step, best, &fits, &damaged);
    *settled = fits && !damaged;
    return status;
}

gt_status gt_best_file_settle(const char *run, uint64_t step,
                              gt_best_file *best)
{
    char path[GT_PATH];
    bool fits, damaged;
    gt_checkpoint_best_path(run, path);
    best->lost = false;
    gt_status status = look(path, step, best, &fits, &damaged);
    if (status == GT_OK && (damaged || (!fits && exists(path))))
        status = set_aside(path);
    if (status != GT_OK || !best->kept || best->step == 0 || fits)
        return status;
    return restore(run, path, best);
}

gt_status gt_best_file_keep(const char *run, const char *path, uint64_t step)
{
    char kept[GT_PATH];
    gt_checkpoint_path(run, step, kept);
    return exists(kept) ? GT_OK : copy(path, kept);
}
