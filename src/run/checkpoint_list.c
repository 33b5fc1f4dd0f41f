/* checkpoint_list.c: which checkpoints a run has. A file's name tells its
 * step, so that looking does not mean opening. */
#include "run/checkpoint.h"

#include "base/log.h"
#include "store/files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_SIZE = 32 };

static void print_name(uint64_t step, char name[NAME_SIZE])
{
    snprintf(name, NAME_SIZE, "step-%08llu.h5", (unsigned long long)step);
}

void gt_checkpoint_path(const char *run, uint64_t step, char path[GT_PATH])
{
    char name[NAME_SIZE];
    print_name(step, name);
    snprintf(path, GT_PATH, "%s/checkpoints/%s", run, name);
}

/* Is this the name of a complete checkpoint? Temporary files are called
 * otherwise, and so are files people put there ("step-5.h5", "step--1.h5"). */
static bool parse_name(const char *name, uint64_t *step)
{
    unsigned long long number;
    char ours[NAME_SIZE];
    if (sscanf(name, "step-%llu", &number) != 1)
        return false;
    *step = number;
    print_name(number, ours);
    return !strcmp(name, ours);
}

static int ascending(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

typedef struct step_list {
    uint64_t *steps; /* owned */
    size_t count, room;
} step_list;

static gt_status add_step(const char *name, void *context)
{
    step_list *list = context;
    uint64_t step;
    if (!parse_name(name, &step))
        return GT_OK;
    if (list->count == list->room) {
        size_t room = list->room ? 2 * list->room : 16;
        uint64_t *larger = realloc(list->steps, room * sizeof *larger);
        if (!larger)
            return gt_fail(GT_ERR_MEMORY, "out of memory");
        list->steps = larger;
        list->room = room;
    }
    list->steps[list->count++] = step;
    return GT_OK;
}

/* Steps of all checkpoints of a run, ascending; malloc'ed. */
static gt_status list_steps(const char *run, uint64_t **steps, size_t *count)
{
    char folder[GT_PATH];
    snprintf(folder, sizeof folder, "%s/checkpoints", run);
    step_list list = {0};
    gt_status status = gt_directory_list(folder, add_step, &list);
    if (list.count > 0)
        qsort(list.steps, list.count, sizeof *list.steps, ascending);
    *steps = list.steps;
    *count = list.count;
    return status;
}

static gt_status none(const char *run)
{
    return gt_fail(GT_ERR_IO, "no checkpoint step-*.h5 in %s/checkpoints", run);
}

/* *steps NULL: `run_or_file` is a file, whose path is put into `path`. */
static gt_status look(const char *run_or_file, char path[GT_PATH],
                      uint64_t **steps, size_t *count)
{
    struct stat info;
    *steps = NULL;
    if (stat(run_or_file, &info) != 0)
        return gt_fail(GT_ERR_IO, "no run directory or checkpoint %s: %s",
                       run_or_file, strerror(errno));
    if (!S_ISDIR(info.st_mode)) {
        snprintf(path, GT_PATH, "%s", run_or_file);
        return GT_OK;
    }
    char folder[GT_PATH];
    snprintf(folder, sizeof folder, "%s/checkpoints", run_or_file);
    if (stat(folder, &info) != 0 && errno == ENOENT)
        return gt_fail(GT_ERR_IO,
                       "no checkpoint: %s is not a run, there is no %s",
                       run_or_file, folder);
    gt_status status = list_steps(run_or_file, steps, count);
    return status == GT_OK && *count == 0 ? none(run_or_file) : status;
}

gt_status gt_checkpoint_find(const char *run_or_file, char path[GT_PATH])
{
    uint64_t *steps;
    size_t count;
    gt_status status = look(run_or_file, path, &steps, &count);
    if (status == GT_OK && steps)
        gt_checkpoint_path(run_or_file, steps[count - 1], path);
    free(steps);
    return status;
}

gt_status gt_checkpoint_missed(const char *path, gt_status status)
{
    struct stat info;
    if (status == GT_OK || lstat(path, &info) == 0 || errno != ENOENT)
        return status;
    return gt_fail(GT_ERR_STALE, "%s was removed meanwhile", path);
}

/* Copied under another's name, a checkpoint is not that step's. */
static gt_status check_named(const char *path, uint64_t step)
{
    uint64_t held;
    gt_status status = gt_checkpoint_check(path, &held);
    if (status == GT_OK && held != step)
        status = gt_fail(GT_ERR_MISMATCH, "%s holds step %llu, not its name's",
                         path, (unsigned long long)held);
    return status;
}

static gt_status find_good(const char *run_or_file, char path[GT_PATH])
{
    uint64_t *steps;
    size_t count;
    gt_status status = look(run_or_file, path, &steps, &count);
    if (status == GT_OK && !steps)
        return gt_checkpoint_check(path, NULL);
    for (size_t i = count; status == GT_OK && i-- > 0;) {
        gt_checkpoint_path(run_or_file, steps[i], path);
        gt_status bad = gt_checkpoint_missed(path, check_named(path, steps[i]));
        if (bad == GT_OK)
            break;
        if (bad == GT_ERR_MEMORY || bad == GT_ERR_STALE)
            status = bad;
        else if (i == 0)
            status = gt_fail_in(bad, "no good checkpoint in %s", run_or_file);
        else
            gt_warn("%s; going back to an older checkpoint", gt_message());
    }
    free(steps);
    return status;
}

/* Whoever trains there removes old checkpoints when there is a new one. */
gt_status gt_checkpoint_find_good(const char *run_or_file, char path[GT_PATH])
{
    gt_status status;
    do
        status = find_good(run_or_file, path);
    while (status == GT_ERR_STALE);
    return status;
}

gt_status gt_checkpoint_confirm(const char *run, uint64_t step,
                                const char *path, bool newest)
{
    uint64_t *steps;
    size_t count;
    gt_status status = list_steps(run, &steps, &count);
    if (status == GT_OK && access(path, F_OK) != 0)
        status = gt_fail(GT_ERR_STALE, "%s was removed meanwhile", path);
    for (size_t i = count; newest && status == GT_OK && i-- > 0;) {
        char other[GT_PATH];
        gt_checkpoint_path(run, steps[i], other);
        if (steps[i] > step && check_named(other, steps[i]) == GT_OK)
            status = gt_fail(GT_ERR_STALE, "%s was written meanwhile", other);
    }
    free(steps);
    return status;
}

gt_status gt_checkpoint_set_aside(const char *run, uint64_t step)
{
    uint64_t *steps;
    size_t count;
    gt_status status = list_steps(run, &steps, &count);
    for (size_t i = 0; status == GT_OK && i < count; i++) {
        char path[GT_PATH], aside[GT_PATH + 8];
        if (steps[i] <= step)
            continue;
        gt_checkpoint_path(run, steps[i], path);
        snprintf(aside, sizeof aside, "%s.old", path);
        status = gt_file_rename(path, aside);
    }
    free(steps);
    return status;
}

gt_status gt_checkpoint_prune(const char *run, int keep)
{
    if (keep == 0)
        return GT_OK;
    uint64_t *steps;
    size_t count;
    gt_status status = list_steps(run, &steps, &count);
    for (size_t i = 0; status == GT_OK && i + (size_t)keep < count; i++) {
        char path[GT_PATH];
        gt_checkpoint_path(run, steps[i], path);
        status = gt_file_remove(path);
    }
    free(steps);
    return status;
}
