/* run.c: a process that dies between any two steps here leaves a directory from
 * which the same step can be resumed: the configuration is in the checkpoint,
 * and what is removed or rewritten here is what lies beyond it. */
#include "run/run.h"

#include "base/log.h"
#include "run/checkpoint_list.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME = GT_PATH + 32 };

static const char *const folders[] = {"checkpoints", "samples"};

gt_status gt_run_init(gt_run *run, const char *out, const char *name)
{
    *run = (gt_run){.name = name};
    if (out && snprintf(run->path, sizeof run->path, "%s", out) >= GT_PATH)
        return gt_fail(GT_ERR_IO,
                       "the path of the run directory is too long: %s", out);
    return GT_OK;
}

void gt_run_close(gt_run *run)
{
    gt_file_set_guard(NULL, NULL);
    gt_checkpoint_close(&run->resumed);
    free(run->begun);
    run->begun = NULL;
}

/* --- The directory. */

static void name_file(const gt_run *run, const char *file, char path[NAME])
{
    snprintf(path, NAME, "%s/%s", run->path, file);
}

static gt_status check_writable(const gt_run *run)
{
    if (access(run->path, W_OK | X_OK) == 0)
        return GT_OK;
    return gt_fail(GT_ERR_IO, "cannot write into the run directory %s: %s",
                   run->path, gt_file_reason(run->path));
}

static gt_status make_folders(const gt_run *run)
{
    gt_status status = GT_OK;
    for (int i = 0; i < 2 && status == GT_OK; i++) {
        char path[NAME];
        name_file(run, folders[i], path);
        status = gt_directory_make(path);
    }
    return status;
}

/* What a directory holds that is not empty. */
typedef struct leftover {
    const char *run, *folder; /* folder: where it is being looked at */
    bool any;
} leftover;

/* Folders without a file, a fence and temporary files are what a start leaves
 * that is cut off before config.yaml is there. */
static gt_status look_at_name(const char *name, void *context)
{
    leftover *l = context;
    char path[NAME];
    l->any = true;
    if (gt_file_is_temporary(name) || gt_fence_is_name(name))
        return GT_OK;
    for (int i = 0; l->folder == l->run && i < 2; i++) {
        if (strcmp(name, folders[i]) != 0)
            continue;
        snprintf(path, sizeof path, "%s/%s", l->run, name);
        leftover inside = {.run = l->run, .folder = path};
        return gt_directory_list(path, look_at_name, &inside);
    }
    return gt_fail(GT_ERR_IO,
                   "the run directory %s exists and is not empty; give another "
                   "--out, or go on with that run: gentrain train --resume %s",
                   l->run, l->run);
}

/* mkdir tells whether we were first, so two jobs that start at once do not get
 * the same number. */
static gt_status make_numbered(gt_run *run)
{
    gt_status status = gt_directory_make("runs");
    bool made = false;
    for (int i = 1; status == GT_OK && !made; i++) {
        snprintf(run->path, sizeof run->path, "runs/%.200s-%d", run->name, i);
        status = gt_directory_make_new(run->path, &made);
    }
    return status;
}

/* *left: a start was cut off here, and *last is its fence. */
static gt_status make_named(gt_run *run, bool *left, unsigned long long *last)
{
    leftover found = {.run = run->path, .folder = run->path};
    gt_status status = gt_directory_make(run->path);
    if (status == GT_OK)
        status = gt_directory_list(run->path, look_at_name, &found);
    if (status == GT_OK && found.any && gt_fence_is_held(run->path, last))
        return gt_fail(GT_ERR_IO,
                       "another gentrain has just started in the run directory "
                       "%s; only one can train there",
                       run->path);
    *left = found.any;
    return status;
}

gt_status gt_run_mark_interrupted(const gt_run *run, uint64_t step)
{
    char path[NAME], text[GT_PATH + 128];
    name_file(run, "INTERRUPTED", path);
    int n = snprintf(text, sizeof text,
                     "stopped by a signal after step %llu; go on with\n"
                     "gentrain train --resume %s\n",
                     (unsigned long long)step, run->path);
    return gt_file_replace(path, text, (size_t)n);
}

/* --- Taking it. */

static gt_status check_fence(void *run)
{
    return gt_fence_check(&((const gt_run *)run)->fence);
}

/* Whether the checkpoint that was chosen is still the one to go on from. What
 * has changed may also be the work of somebody who has taken the run since. */
static gt_status confirm(const gt_run *run)
{
    gt_status status =
        gt_checkpoint_confirm(run->path, &run->resumed, run->newest);
    if (status == GT_ERR_STALE && gt_fence_check(&run->fence) != GT_OK)
        return GT_ERR_IO;
    return status;
}

static gt_status sweep(const gt_run *run)
{
    char path[NAME];
    gt_status status = gt_directory_sweep(run->path);
    for (int i = 0; i < 2 && status == GT_OK; i++) {
        name_file(run, folders[i], path);
        status = gt_directory_sweep(path);
    }
    return status;
}

/* A run that begins again keeps the figures that it had. */
static gt_status set_metrics_aside(const gt_run *run)
{
    char path[NAME], aside[NAME + 8];
    struct stat info;
    name_file(run, "metrics.jsonl", path);
    snprintf(aside, sizeof aside, "%s.old", path);
    if (stat(path, &info) != 0 || info.st_size == 0)
        return GT_OK;
    return gt_file_rename(path, aside);
}

/* There is still no checkpoint to go on from. */
static gt_status confirm_none(const gt_run *run)
{
    uint64_t *steps = NULL;
    size_t count = 0;
    gt_status status = gt_checkpoint_steps(run->path, &steps, &count);
    free(steps);
    if (status == GT_OK && count > 0)
        status = gt_fail(GT_ERR_STALE,
                         "a checkpoint of %s was written "
                         "meanwhile",
                         run->path);
    return status == GT_OK ? set_metrics_aside(run) : status;
}

/* Somebody else may have trained here until a moment ago, and may still be
 * about to give a file its name. The order settles that: since the fence, no
 * further file of theirs gets that far; the sweep takes those that had, so a
 * checkpoint of theirs is there by now or never will be; then it can be told
 * whether ours is the one to go on from, and only then may others be moved.
 * Should we in turn have lost the run, no change is made (gt_file_set_guard).
 */
static gt_status clean(gt_run *run)
{
    char mark[NAME];
    name_file(run, "INTERRUPTED", mark);
    gt_status status = sweep(run);
    if (status == GT_OK)
        status = run->begun ? confirm_none(run) : confirm(run);
    if (status == GT_OK && !run->begun)
        status = gt_best_file_keep(run->path, run->resumed.path,
                                   run->resumed.info.step);
    if (status == GT_OK && !run->begun)
        status = gt_checkpoint_set_aside(run->path, run->resumed.info.step);
    if (status == GT_OK)
        status = gt_best_file_settle(
            run->path, run->begun ? 0 : run->resumed.info.step, &run->best);
    return status == GT_OK ? gt_file_remove(mark) : status;
}

gt_status gt_run_take(gt_run *run, const char *config)
{
    gt_status status = GT_OK;
    bool fresh = (run->branch || !run->resumed.path[0]) && !run->begun;
    bool left = false;
    unsigned long long last = 0;
    if (fresh)
        status =
            run->path[0] ? make_named(run, &left, &last) : make_numbered(run);
    if (status == GT_OK)
        status = check_writable(run);
    if (status == GT_OK)
        status = left ? gt_fence_take_after(&run->fence, run->path, last)
                      : gt_fence_take(&run->fence, run->path, fresh);
    if (status != GT_OK)
        return status;
    gt_file_set_guard(check_fence, run);
    status = make_folders(run);
    if (status == GT_OK && !fresh)
        status = clean(run);
    else if (status == GT_OK && left)
        status = sweep(run);
    return status == GT_OK && !run->branch ? gt_run_write_config(run, config)
                                           : status;
}

gt_status gt_run_write_config(const gt_run *run, const char *config)
{
    char path[NAME];
    name_file(run, "config.yaml", path);
    return gt_file_replace(path, config, strlen(config));
}

/* --- Branches. */

gt_status gt_run_branch(gt_comm *comm, gt_run *run, const char *from,
                        gt_branch branch)
{
    run->branch = branch;
    return gt_checkpoint_choose_shared(comm, &run->resumed, from);
}

bool gt_run_goes_on(const gt_run *run)
{
    return run->resumed.path[0] && run->branch != GT_BRANCH_WEIGHTS;
}

uint64_t gt_run_begin(const gt_checkpoint_info *info)
{
    const gt_checkpoint_parent *parent = &info->parent;
    return parent->path[0] && !parent->weights ? parent->step : 0;
}

gt_checkpoint_parent gt_run_parent(const gt_run *run)
{
    const gt_checkpoint *from = &run->resumed;
    if (!run->branch)
        return from->info.parent;
    gt_checkpoint_parent parent = {.step = from->info.step,
                                   .weights = run->branch == GT_BRANCH_WEIGHTS};
    memcpy(parent.fingerprint, from->info.fingerprint,
           sizeof parent.fingerprint);
    /* From the root, as it is to be understood from any folder. */
    char *absolute = realpath(from->path, NULL);
    snprintf(parent.path, sizeof parent.path, "%s",
             absolute ? absolute : from->path);
    free(absolute);
    return parent;
}

/* --- Going on with it. */

bool gt_run_of_checkpoint(const char *checkpoint, char run[GT_PATH])
{
    snprintf(run, GT_PATH, "%s", checkpoint);
    char *file = strrchr(run, '/');
    if (file)
        *file = '\0';
    char *slash = strrchr(run, '/');
    if (!file || strcmp(slash ? slash + 1 : run, folders[0]) != 0)
        return false;
    if (!slash)
        strcpy(run, ".");
    else
        slash[slash == run] = '\0';
    return true;
}

static gt_status find_directory(gt_run *run)
{
    if (gt_run_of_checkpoint(run->resumed.path, run->path))
        return GT_OK;
    return gt_fail(GT_ERR_USAGE,
                   "--resume %s: this checkpoint is not in a run directory; "
                   "name it as RUN/checkpoints/FILE, or begin a new run with "
                   "it: --from",
                   run->resumed.path);
}

/* A run that was cut off before its first checkpoint has its configuration at
 * least. */
static gt_status read_begun(gt_run *run, const char *asked)
{
    struct stat info;
    char path[NAME];
    uint64_t *steps = NULL;
    size_t count = 0, size;
    if (stat(asked, &info) != 0 || !S_ISDIR(info.st_mode) ||
        snprintf(run->path, sizeof run->path, "%s", asked) >= GT_PATH)
        return GT_OK;
    name_file(run, folders[0], path);
    if (access(path, F_OK) != 0) /* it was there before config.yaml */
        return GT_OK;
    gt_status status = gt_checkpoint_steps(asked, &steps, &count);
    free(steps);
    if (status != GT_OK || count > 0)
        return status;
    name_file(run, "config.yaml", path);
    if (access(path, F_OK) != 0)
        return gt_fail(GT_ERR_IO,
                       "no checkpoint in %s, and no config.yaml to begin again "
                       "with; start the run anew, with --out %s",
                       asked, asked);
    gt_warn("no checkpoint in %s: the run was cut off before its first one, "
            "and begins again at step 0",
            asked);
    return gt_file_read(path, &run->begun, &size);
}

static gt_status share_begun(gt_comm *comm, gt_run *run, const char *asked)
{
    gt_status status = GT_OK;
    gt_comm_work_begin(comm);
    if (comm->rank == 0)
        status = read_begun(run, asked);
    status = gt_comm_work_end(comm, status);
    bool begun = run->begun != NULL;
    gt_comm_broadcast(comm, &begun, sizeof begun);
    gt_comm_broadcast(comm, run->path, sizeof run->path);
    return status == GT_OK && begun ? gt_comm_broadcast_text(comm, &run->begun)
                                    : status;
}

/* What the run goes on from. */
static gt_status look(gt_comm *comm, gt_run *run, const char *asked)
{
    gt_status status = share_begun(comm, run, asked);
    if (status != GT_OK || run->begun)
        return status;
    status = gt_checkpoint_choose_shared(comm, &run->resumed, asked);
    run->newest = strcmp(asked, run->resumed.path) != 0;
    return status == GT_OK ? find_directory(run) : status;
}

gt_status gt_run_resume(gt_comm *comm, const char *asked,
                        gt_status (*begin)(gt_run *run, void *context),
                        void *context)
{
    gt_status status;
    do {
        gt_run run = {0};
        status = look(comm, &run, asked);
        if (status == GT_OK)
            status = begin(&run, context);
        gt_run_close(&run);
        if (status == GT_ERR_STALE)
            gt_info("%s: looking for the newest checkpoint again",
                    gt_message());
    } while (status == GT_ERR_STALE);
    return status;
}
