/* checkpoint_list.c: only names of exactly the form that we give count. Whoever
 * keeps a copy under another name does no harm. */
#include "run/checkpoint_list.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

void gt_checkpoint_best_path(const char *run, char path[GT_PATH])
{
    snprintf(path, GT_PATH, "%s/checkpoints/best.h5", run);
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
    size_t count, capacity;
} step_list;

static gt_status add_step(const char *name, void *context)
{
    step_list *list = context;
    uint64_t step;
    if (!parse_name(name, &step))
        return GT_OK;
    if (list->count == list->capacity) {
        size_t capacity = list->capacity ? 2 * list->capacity : 16;
        uint64_t *larger = realloc(list->steps, capacity * sizeof *larger);
        if (!larger)
            return gt_fail(GT_ERR_MEMORY, "out of memory");
        list->steps = larger;
        list->capacity = capacity;
    }
    list->steps[list->count++] = step;
    return GT_OK;
}

gt_status gt_checkpoint_steps(const char *run, uint64_t **steps, size_t *count)
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

gt_status gt_checkpoint_set_aside(const char *run, uint64_t step)
{
    uint64_t *steps;
    size_t count;
    gt_status status = gt_checkpoint_steps(run, &steps, &count);
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
    gt_status status = gt_checkpoint_steps(run, &steps, &count);
    for (size_t i = 0; status == GT_OK && i + (size_t)keep < count; i++) {
        char path[GT_PATH];
        gt_checkpoint_path(run, steps[i], path);
        status = gt_file_remove(path);
    }
    free(steps);
    return status;
}
