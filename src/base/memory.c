/* memory.c: a limit of addresses makes an allocation fail, and libraries do not
 * all survive that; a control group's limit, or the node's, lets every
 * allocation succeed and kills the process when it uses the memory. So both are
 * asked before memory is used. */
#include "base/memory.h"

#include "base/cgroup.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static const double no_limit = 1e18; /* bytes; version 1 says 2^63 */

static gt_memory_room unlimited(void)
{
    return (gt_memory_room){.left = INFINITY, .limit = INFINITY};
}

/* Sizes of this process in bytes: all addresses, and its data. */
static void read_sizes(double *all, double *data)
{
    double pages[6] = {0};
    FILE *file = fopen("/proc/self/statm", "r");
    for (int i = 0; file && i < 6; i++)
        if (fscanf(file, "%lf", &pages[i]) != 1)
            break;
    if (file)
        fclose(file);
    double page = (double)sysconf(_SC_PAGESIZE);
    *all = pages[0] * page;
    *data = pages[5] * page;
}

static void take_limit(gt_memory_room *room, int resource, double used,
                       const char *name)
{
    struct rlimit limit;
    if (getrlimit(resource, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return;
    double left = (double)limit.rlim_cur - used;
    if (left >= room->left)
        return;
    *room = (gt_memory_room){.left = left > 0 ? left : 0,
                             .limit = (double)limit.rlim_cur};
    snprintf(room->name, sizeof room->name, "%s", name);
}

gt_memory_room gt_memory_addresses(void)
{
    gt_memory_room room = unlimited();
    double all, data;
    read_sizes(&all, &data);
    take_limit(&room, RLIMIT_AS, all, "ulimit -v");
    take_limit(&room, RLIMIT_DATA, data, "ulimit -d");
    return room;
}

void gt_memory_share_heap(void)
{
#ifdef M_ARENA_MAX
    if (isfinite(gt_memory_addresses().left))
        mallopt(M_ARENA_MAX, 1);
#endif
}

char *gt_memory_reason(char text[GT_MEMORY_REASON])
{
    gt_memory_room room = gt_memory_addresses();
    text[0] = '\0';
    if (isfinite(room.left))
        snprintf(text, GT_MEMORY_REASON, ", as %.24s allows %.0f MB in all",
                 room.name, room.limit / 1e6);
    return text;
}

/* A number behind a word at the beginning of a line; 0 if there is none. */
static double find_number(const char *path, const char *word)
{
    char line[256];
    double number = 0;
    size_t n = strlen(word);
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file))
        if (!strncmp(line, word, n) && sscanf(line + n, " %lf", &number) == 1)
            break;
    if (file)
        fclose(file);
    return number;
}

/* Caches of files are given up when memory is wanted. */
static double caches(const char *folder, bool v2)
{
    char path[8192];
    snprintf(path, sizeof path, "%s/memory.stat", folder);
    if (v2)
        return find_number(path, "inactive_file ") +
               find_number(path, "active_file ");
    return find_number(path, "total_inactive_file ") +
           find_number(path, "total_active_file ");
}

static void take_group(const char *folder, bool v2, void *context)
{
    static const char *const limits[] = {"memory.limit_in_bytes", "memory.max",
                                         "memory.high"};
    gt_memory_room *room = context;
    struct stat info;
    double used = 0;
    if (stat(folder, &info) != 0 ||
        !gt_cgroup_numbers(folder,
                           v2 ? "memory.current" : "memory.usage_in_bytes",
                           &used, NULL))
        return;
    for (int i = v2 ? 1 : 0; i < (v2 ? 3 : 1); i++) {
        double limit, left;
        if (!gt_cgroup_numbers(folder, limits[i], &limit, NULL) ||
            limit >= no_limit)
            continue;
        left = limit - used + caches(folder, v2);
        if (left >= room->left)
            continue;
        room->left = left > 0 ? left : 0;
        room->limit = limit;
        room->group = (uint64_t)info.st_ino;
        snprintf(room->name, sizeof room->name, "the control group's %s",
                 limits[i]);
    }
}

gt_memory_room gt_memory_group(const char *root)
{
    gt_memory_room room = unlimited();
    gt_cgroup_visit(root, "memory", take_group, &room);
    return room;
}

gt_memory_room gt_memory_node(const char *root)
{
    char path[512];
    gt_memory_room room = unlimited();
    snprintf(path, sizeof path, "%s/proc/meminfo", root);
    double left = find_number(path, "MemAvailable:");
    if (left <= 0)
        return room;
    room.left = 1024 * left;
    room.limit = 1024 * find_number(path, "MemTotal:");
    snprintf(room.name, sizeof room.name, "the node's memory");
    return room;
}

gt_status gt_memory_check_reading(const char *what, double bytes)
{
    const gt_memory_room rooms[] = {gt_memory_addresses(), gt_memory_group(""),
                                    gt_memory_node("")};
    for (int i = 0; i < 3; i++)
        if (bytes > rooms[i].left)
            return gt_fail(GT_ERR_MEMORY,
                           "%s: reading it takes %.0f MB of memory, but %s is "
                           "%.0f MB, of which %.0f MB are left; ask for more "
                           "(sbatch --mem, docker --memory, ulimit -v)",
                           what, bytes / 1e6, rooms[i].name,
                           rooms[i].limit / 1e6, rooms[i].left / 1e6);
    return GT_OK;
}
