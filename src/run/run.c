/* run.c: a process that dies between any two steps here leaves a directory from
 * which the same step can be resumed: the configuration is in the checkpoint,
 * and what is removed or rewritten here is what lies beyond it. */
#include "run/run.h"

#include "base/log.h"
#include "run/checkpoint_list.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
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
                   run->path, strerror(errno));
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

static gt_status refuse_name(const char *name, void *run)
{
    (void)name;
    return gt_fail(GT_ERR_IO,
                   "the run directory %s exists and is not empty; give another "
                   "--out, or go on with that run: gentrain train --resume %s",
                   (const char *)run, (const char *)run);
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

static gt_status make_named(gt_run *run)
{
    gt_status status = gt_directory_make(run->path);
    if (status == GT_OK)
        status = gt_directory_list(run->path, refuse_name, run->path);
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

/* Somebody else may have trained here until a moment ago, and may still be
 * about to give a file its name. The order settles that: since the fence, no
 * further file of theirs gets that far; the sweep takes those that had, so a
 * checkpoint of theirs is there by now or never will be; then it can be told
 * whether ours is the one to go on from, and only then may others be moved.
 * Should we in turn have lost the run, no change is made (gt_file_set_guard).
 */
static gt_status clean(const gt_run *run)
{
    char mark[NAME];
    name_file(run, "INTERRUPTED", mark);
    gt_status status = sweep(run);
    if (status == GT_OK)
        status = confirm(run);
    if (status == GT_OK)
        status = gt_checkpoint_set_aside(run->path, run->resumed.info.step);
    return status == GT_OK ? gt_file_remove(mark) : status;
}

gt_status gt_run_take(gt_run *run, const char *config)
{
    char path[NAME];
    gt_status status = GT_OK;
    bool fresh = !run->resumed.path[0];
    if (fresh)
        status = run->path[0] ? make_named(run) : make_numbered(run);
    if (status == GT_OK)
        status = check_writable(run);
    if (status == GT_OK)
        status = gt_fence_take(&run->fence, run->path, fresh);
    if (status != GT_OK)
        return status;
    gt_file_set_guard(check_fence, run);
    status = make_folders(run);
    if (status == GT_OK && !fresh)
        status = clean(run);
    name_file(run, "config.yaml", path);
    return status == GT_OK ? gt_file_replace(path, config, strlen(config))
                           : status;
}

/* --- Going on with it. */

/* RUN of RUN/checkpoints/FILE, where RUN/ may be left out. */
static gt_status find_directory(gt_run *run)
{
    char *path = run->path;
    strcpy(path, run->resumed.path);
    char *file = strrchr(path, '/');
    if (file)
        *file = '\0';
    char *slash = strrchr(path, '/');
    if (!file || strcmp(slash ? slash + 1 : path, folders[0]) != 0)
        return gt_fail(GT_ERR_USAGE,
                       "--resume %s: this checkpoint is not in a run "
                       "directory; name it as RUN/checkpoints/FILE",
                       run->resumed.path);
    if (!slash)
        strcpy(path, ".");
    else
        slash[slash == path] = '\0';
    return GT_OK;
}

gt_status gt_run_resume(gt_comm *comm, const char *asked,
                        gt_status (*begin)(gt_run *run, void *context),
                        void *context)
{
    gt_status status;
    do {
        gt_run run = {0};
        status = gt_checkpoint_choose_shared(comm, &run.resumed, asked);
        run.newest = strcmp(asked, run.resumed.path) != 0;
        if (status == GT_OK)
            status = find_directory(&run);
        if (status == GT_OK)
            status = begin(&run, context);
        gt_run_close(&run);
        if (status == GT_ERR_STALE)
            gt_info("%s: looking for the newest checkpoint again",
                    gt_message());
    } while (status == GT_ERR_STALE);
    return status;
}
