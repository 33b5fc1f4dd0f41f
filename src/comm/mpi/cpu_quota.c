/* cpu_quota.c: hwloc knows which cores a process may use, but not for how much
 * of the time. A container that may use half of each of 8 cores looks like 8
 * cores, and a rank on each of them is stopped for half of every period.
 *
 * /proc/self/cgroup says in which group a process is, /proc/self/mountinfo
 * where groups are directories. In a container what is mounted may begin below
 * the system's root group; then a group's path begins with the mount's root, or
 * leads out of it and the mount itself is all that can be seen. */
#include "comm/mpi/cpu_quota.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { LONGEST = 2048 }; /* bytes of a path or a line */

/* A hierarchy of control groups that may limit CPU time. */
typedef struct hierarchy {
    bool v2;
    char group[LONGEST];              /* this process's, from its root */
    char root[LONGEST], top[LONGEST]; /* the group that is mounted, and where */
} hierarchy;

static FILE *open_file(const char *root, const char *path)
{
    char name[2 * LONGEST];
    snprintf(name, sizeof name, "%s%s", root, path);
    return fopen(name, "r");
}

/* Whether a comma-separated list has the word "cpu". */
static bool lists_cpu(const char *list)
{
    for (const char *at = list; at; at = strchr(at, ',')) {
        at += *at == ',';
        if (strncmp(at, "cpu", 3) == 0 && (at[3] == ',' || at[3] == '\0'))
            return true;
    }
    return false;
}

/* Lines are "0::/group" (version 2) or "4:cpu,cpuacct:/group". */
static bool find_group(hierarchy *h, const char *root)
{
    char line[LONGEST];
    bool found = false;
    FILE *file = open_file(root, "/proc/self/cgroup");
    while (file && !found && fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        char *list = strchr(line, ':');
        char *group = list ? strchr(list + 1, ':') : NULL;
        if (!group)
            continue;
        *group++ = '\0';
        found = h->v2 ? list[1] == '\0' : lists_cpu(list + 1);
        strcpy(h->group, group);
    }
    if (file)
        fclose(file);
    return found;
}

/* Lines are "31 23 0:28 ROOT TOP OPTIONS ... - TYPE SOURCE OPTIONS". */
static bool find_mount(hierarchy *h, const char *root)
{
    char line[LONGEST], type[32], options[LONGEST];
    bool found = false;
    FILE *file = open_file(root, "/proc/self/mountinfo");
    while (file && !found && fgets(line, sizeof line, file)) {
        const char *rest = strstr(line, " - ");
        found =
            rest &&
            sscanf(line, "%*s %*s %*s %2047s %2047s", h->root, h->top) == 2 &&
            sscanf(rest, " - %31s %*s %2047s", type, options) == 2 &&
            (h->v2 ? !strcmp(type, "cgroup2")
                   : !strcmp(type, "cgroup") && lists_cpu(options));
    }
    if (file)
        fclose(file);
    return found;
}

/* Microseconds of CPU time in a period, from a file that holds one of them or
 * both. */
static bool read_numbers(const char *folder, const char *name, double *first,
                         double *second)
{
    char path[4 * LONGEST];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "r");
    int n = 0;
    if (file) {
        n = second ? fscanf(file, "%lf %lf", first, second) - 1
                   : fscanf(file, "%lf", first);
        fclose(file);
    }
    return n == 1;
}

/* CPUs that one group allows, 0 where it sets no limit ("max", or -1 in version
 * 1). */
static double limit_of(const hierarchy *h, const char *folder)
{
    double quota = 0, period = 0;
    bool limited =
        h->v2 ? read_numbers(folder, "cpu.max", &quota, &period)
              : read_numbers(folder, "cpu.cfs_quota_us", &quota, NULL) &&
                    read_numbers(folder, "cpu.cfs_period_us", &period, NULL);
    return limited && quota > 0 && period > 0 ? quota / period : 0;
}

static void take_tighter(gt__cpu_quota *least, const hierarchy *h,
                         const char *folder)
{
    struct stat info;
    double cpus = limit_of(h, folder);
    if (cpus > 0 && (least->cpus == 0 || cpus < least->cpus) &&
        stat(folder, &info) == 0)
        *least = (gt__cpu_quota){cpus, (uint64_t)info.st_ino};
}

/* From the process's own group up to the one that is mounted. */
static void look_through(gt__cpu_quota *least, const hierarchy *h,
                         const char *root)
{
    char folder[3 * LONGEST];
    int top = snprintf(folder, sizeof folder, "%s%s", root, h->top);
    size_t above = strcmp(h->root, "/") ? strlen(h->root) : 0;
    bool below = strncmp(h->group, h->root, above) == 0 &&
                 (h->group[above] == '/' || h->group[above] == '\0') &&
                 !strstr(h->group, "/..");
    if (below)
        strcpy(folder + top, h->group + above);
    for (;;) {
        take_tighter(least, h, folder);
        char *last = strrchr(folder + top, '/');
        if (!last)
            break;
        *last = '\0';
    }
}

gt__cpu_quota gt__cpu_quota_read(const char *root)
{
    gt__cpu_quota least = {0};
    for (int v2 = 0; v2 < 2; v2++) {
        hierarchy h = {.v2 = v2};
        if (find_group(&h, root) && find_mount(&h, root))
            look_through(&least, &h, root);
    }
    return least;
}
