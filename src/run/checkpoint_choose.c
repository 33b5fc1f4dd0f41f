/* checkpoint_choose.c: checkpoints are tried from the newest to the oldest. The
 * one that is good stays open: whoever chose it has all of it in memory, and
 * does not care any more who removes the file. */
#include "run/checkpoint_choose.h"

#include "base/log.h"
#include "run/checkpoint_list.h"
#include "store/h5file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A run's checkpoints, of which there is one at least. */
static gt_status list(const char *run, uint64_t **steps, size_t *count)
{
    struct stat info;
    char folder[GT_PATH];
    snprintf(folder, sizeof folder, "%s/checkpoints", run);
    if (stat(folder, &info) != 0 && errno == ENOENT)
        return gt_fail(GT_ERR_IO, "%s is not a run: there is no %s", run,
                       folder);
    gt_status status = gt_checkpoint_steps(run, steps, count);
    if (status == GT_OK && *count == 0)
        status = gt_fail(GT_ERR_IO, "no checkpoint step-*.h5 in %s", folder);
    return status;
}

/* A file that was copied under another's name is not the checkpoint of that
 * step. */
static gt_status open_step(gt_checkpoint *c, const char *run, uint64_t step)
{
    char path[GT_PATH];
    gt_checkpoint_path(run, step, path);
    gt_status status = gt_checkpoint_open(c, path);
    if (status == GT_OK && c->info.step != step) {
        status = gt_fail(GT_ERR_MISMATCH,
                         "%s holds step %llu, but its name says another", path,
                         (unsigned long long)c->info.step);
        gt_checkpoint_close(c);
    }
    return status;
}

/* What is there but leads nowhere is bad; it was not removed. */
static bool was_removed(const char *run, uint64_t step)
{
    struct stat info;
    char path[GT_PATH];
    gt_checkpoint_path(run, step, path);
    return lstat(path, &info) != 0 && errno == ENOENT;
}

static gt_status choose_step(gt_checkpoint *c, const char *run)
{
    uint64_t *steps = NULL;
    size_t count = 0;
    gt_status status = list(run, &steps, &count);
    for (size_t i = count; status == GT_OK && i-- > 0;) {
        gt_status bad = open_step(c, run, steps[i]);
        if (bad == GT_OK)
            break;
        if (bad == GT_ERR_MEMORY)
            status = bad;
        else if (bad == GT_ERR_BUSY)
            status = gt_fail(bad,
                             "%s; nothing says that it is damaged, so no older "
                             "checkpoint is taken: make it readable, or name "
                             "the checkpoint to take",
                             gt_message());
        else if (was_removed(run, steps[i]))
            status = GT_ERR_STALE;
        else if (i == 0)
            status = gt_fail_in(bad, "no good checkpoint in %s", run);
        else
            gt_warn("%s; going back to an older checkpoint", gt_message());
    }
    free(steps);
    return status;
}

static gt_status choose_newest(gt_checkpoint *c, const char *run)
{
    gt_status status;
    do
        status = choose_step(c, run);
    while (status == GT_ERR_STALE);
    return status;
}

static gt_status tell_kind(const char *run_or_file, bool *is_run)
{
    struct stat info;
    if (stat(run_or_file, &info) != 0)
        return gt_fail(GT_ERR_IO, "no run directory or checkpoint %s: %s",
                       run_or_file, gt_file_reason(run_or_file));
    *is_run = S_ISDIR(info.st_mode);
    return GT_OK;
}

gt_status gt_checkpoint_choose(gt_checkpoint *c, const char *run_or_file)
{
    bool is_run = false;
    *c = (gt_checkpoint){0};
    gt_status status = tell_kind(run_or_file, &is_run);
    if (status != GT_OK)
        return status;
    return is_run ? choose_newest(c, run_or_file)
                  : gt_checkpoint_open(c, run_or_file);
}

gt_status gt_checkpoint_choose_file(gt_h5 **file, const char *run_or_file,
                                    char path[GT_PATH])
{
    bool is_run = false;
    gt_checkpoint c = {0};
    gt_status status = tell_kind(run_or_file, &is_run);
    if (status == GT_OK && !is_run) {
        snprintf(path, GT_PATH, "%s", run_or_file);
        return gt_h5_open(file, path);
    }
    if (status == GT_OK)
        status = choose_newest(&c, run_or_file);
    if (status != GT_OK)
        return status;
    memcpy(path, c.path, sizeof c.path);
    *file = c.file;
    c.file = NULL;
    gt_checkpoint_close(&c);
    return GT_OK;
}

gt_status gt_checkpoint_choose_shared(gt_comm *comm, gt_checkpoint *c,
                                      const char *run_or_file)
{
    gt_status status = GT_OK;
    *c = (gt_checkpoint){0};
    gt_comm_work_begin(comm);
    if (comm->rank == 0)
        status = gt_checkpoint_choose(c, run_or_file);
    status = gt_comm_work_end(comm, status);
    if (status != GT_OK)
        return status;
    char *config = c->info.config;
    gt_comm_broadcast(comm, c->path, sizeof c->path);
    gt_comm_broadcast(comm, &c->info, sizeof c->info);
    c->info.config = config;
    status = gt__checkpoint_data_share(comm, &c->info.data);
    return status == GT_OK ? gt_comm_broadcast_text(comm, &c->info.config)
                           : status;
}

gt_status gt_checkpoint_confirm(const char *run, const gt_checkpoint *c,
                                bool newest)
{
    uint64_t *steps = NULL;
    size_t count = 0;
    gt_status status = gt_checkpoint_steps(run, &steps, &count);
    if (status == GT_OK && access(c->path, F_OK) != 0)
        status = gt_fail(GT_ERR_STALE, "%s was removed meanwhile", c->path);
    for (size_t i = count; newest && status == GT_OK && i-- > 0;) {
        gt_checkpoint other;
        if (steps[i] <= c->info.step)
            continue;
        gt_status found = open_step(&other, run, steps[i]);
        if (found == GT_ERR_BUSY)
            status = found;
        if (found != GT_OK)
            continue;
        status = gt_fail(GT_ERR_STALE, "%s was written meanwhile", other.path);
        gt_checkpoint_close(&other);
    }
    free(steps);
    return status;
}
