/* cgroup.c: /proc/self/cgroup says in which group a process is,
 * /proc/self/mountinfo where groups are directories. In a container what is
 * mounted may begin below the system's root group; then a group's path begins
 * with the mount's root, or leads out of it and the mount itself is all that
 * can be seen. */
#include "base/cgroup.h"

#include <stdio.h>
#include <string.h>

enum { LONGEST = 2048 }; /* bytes of a path or a line */

/* A hierarchy of control groups. */
typedef struct hierarchy {
    const char *controller; /* borrowed */
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

/* Whether a comma-separated list has the word. */
static bool lists(const char *list, const char *word)
{
    size_t n = strlen(word);
    for (const char *at = list; at; at = strchr(at, ',')) {
        at += *at == ',';
        if (strncmp(at, word, n) == 0 && (at[n] == ',' || at[n] == '\0'))
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
        found = h->v2 ? list[1] == '\0' : lists(list + 1, h->controller);
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
                   : !strcmp(type, "cgroup") && lists(options, h->controller));
    }
    if (file)
        fclose(file);
    return found;
}

bool gt_cgroup_numbers(const char *folder, const char *name, double *first,
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

/* From the process's own group up to the one that is mounted. */
static void look_through(const hierarchy *h, const char *root,
                         void (*visit)(const char *, bool, void *),
                         void *context)
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
        visit(folder, h->v2, context);
        char *last = strrchr(folder + top, '/');
        if (!last)
            break;
        *last = '\0';
    }
}

void gt_cgroup_visit(const char *root, const char *controller,
                     void (*visit)(const char *folder, bool v2, void *context),
                     void *context)
{
    for (int v2 = 0; v2 < 2; v2++) {
        hierarchy h = {.controller = controller, .v2 = v2};
        if (find_group(&h, root) && find_mount(&h, root))
            look_through(&h, root, visit, context);
    }
}
