/* run.c: a run's directory is claimed by making it: mkdir tells whether we were
 * first, so two jobs that start at once do not write into each other. */
#include "train/run.h"

#include "gentrain/files.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
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

static gt_status must_be_empty(const char *path)
{
    DIR *dir = opendir(path);
    if (!dir)
        return gt_fail(GT_ERR_IO, "cannot use %s as run directory: %s", path,
                       strerror(errno));
    bool empty = true;
    for (struct dirent *e; empty && (e = readdir(dir));)
        empty = !strcmp(e->d_name, ".") || !strcmp(e->d_name, "..");
    closedir(dir);
    if (empty)
        return GT_OK;
    return gt_fail(GT_ERR_IO,
                   "the run directory %s exists and is not empty; give another "
                   "--out, or go on with that run: gentrain train --resume %s",
                   path, path);
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
    if (status != GT_OK)
        return status;
    for (int i = 1;; i++) {
        snprintf(path, GT_PATH, "runs/%.200s-%d", name, i);
        if (mkdir(path, 0777) == 0)
            return GT_OK;
        if (errno != EEXIST)
            return gt_fail(GT_ERR_IO, "cannot make the run directory %s: %s",
                           path, strerror(errno));
    }
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
            status = must_be_empty(path);
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
    char mark[GT_PATH + 16], text[128];
    mark_path(path, mark);
    int n = snprintf(text, sizeof text,
                     "stopped by a signal after step %llu; resume with\n"
                     "gentrain train --resume\n",
                     (unsigned long long)step);
    return gt_file_replace(mark, text, (size_t)n);
}

gt_status gt_run_unmark(const char *path)
{
    char mark[GT_PATH + 16];
    mark_path(path, mark);
    if (unlink(mark) != 0 && errno != ENOENT)
        return gt_fail(GT_ERR_IO, "cannot remove %s: %s", mark,
                       strerror(errno));
    return GT_OK;
}
