/* run.c: a run's directory is claimed by making it: mkdir tells whether
 * we were first, so two jobs that start at once do not write into each other.
 */
#include "run/run.h"

#include "store/files.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static gt_status make_rooms(const char *path)
{
    static const char *const rooms[] = {"checkpoints", "samples"};
    for (int i = 0; i < 2; i++) {
        char room[GT_PATH + 16];
        snprintf(room, sizeof room, "%s/%s", path, rooms[i]);
        gt_status status = gt_directory_make(room);
        if (status != GT_OK)
            return status;
    }
    return GT_OK;
}

static gt_status refuse_name(const char *name, void *run)
{
    (void)name;
    return gt_fail(GT_ERR_IO,
                   "the run directory %s exists and is not empty; give another "
                   "--out, or go on with that run: gentrain train --resume %s",
                   (const char *)run, (const char *)run);
}

static gt_status must_be_writable(const char *path)
{
    if (access(path, W_OK | X_OK) != 0)
        return gt_fail(GT_ERR_IO, "cannot write into the run directory %s: %s",
                       path, strerror(errno));
    return GT_OK;
}

static gt_status claim_numbered(const char *name, char path[GT_PATH])
{
    gt_status status = gt_directory_make("runs");
    bool made = false;
    for (int i = 1; status == GT_OK && !made; i++) {
        snprintf(path, GT_PATH, "runs/%.200s-%d", name, i);
        status = gt_directory_make_new(path, &made);
    }
    return status;
}

gt_status gt_run_create(const char *out, const char *name, char path[GT_PATH])
{
    gt_status status;
    if (!out) {
        status = claim_numbered(name, path);
    } else if (snprintf(path, GT_PATH, "%s", out) >= GT_PATH) {
        status = gt_fail(GT_ERR_IO,
                         "the path of the run directory is too "
                         "long: %s",
                         out);
    } else {
        status = gt_directory_make(path);
        if (status == GT_OK)
            status = gt_directory_list(path, refuse_name, path);
    }
    if (status == GT_OK)
        status = must_be_writable(path);
    return status == GT_OK ? make_rooms(path) : status;
}

gt_status gt_run_reopen(const char *path)
{
    gt_status status = must_be_writable(path);
    return status == GT_OK ? make_rooms(path) : status;
}

static void mark_path(const char *path, char mark[GT_PATH + 16])
{
    snprintf(mark, GT_PATH + 16, "%s/INTERRUPTED", path);
}

gt_status gt_run_mark_interrupted(const char *path, uint64_t step)
{
    char mark[GT_PATH + 16], text[GT_PATH + 128];
    mark_path(path, mark);
    int n = snprintf(text, sizeof text,
                     "stopped by a signal after step %llu; go on with\n"
                     "gentrain train --resume %s\n",
                     (unsigned long long)step, path);
    return gt_file_replace(mark, text, (size_t)n);
}

gt_status gt_run_unmark(const char *path)
{
    char mark[GT_PATH + 16];
    mark_path(path, mark);
    return gt_file_remove(mark);
}
