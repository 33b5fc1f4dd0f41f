/* label_hint.c: a table beside pictures may be anything, so it is not read
 * unless somebody says so; but who has written one should learn how. */
#include "cli/label_hint.h"

#include "store/files.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

enum { NAME = 256 };

static bool ends_with(const char *name, const char *ending)
{
    size_t n = strlen(name), m = strlen(ending);
    return n > m && !strcasecmp(name + n - m, ending);
}

/* A table: of the names that those have who hold labels. */
static bool may_hold_labels(const char *folder, const char *name)
{
    char path[GT_PATH];
    struct stat info;
    bool named = *name != '.' &&
                 (ends_with(name, ".csv") || !strcasecmp(name, "labels.txt"));
    return named && strlen(name) < NAME &&
           snprintf(path, sizeof path, "%s/%s", folder, name) < GT_PATH &&
           stat(path, &info) == 0 && S_ISREG(info.st_mode) && info.st_size > 0;
}

/* The first such file of a folder, by name; false: there is none. */
static bool find_table(const char *folder, char found[NAME])
{
    DIR *dir = opendir(folder);
    *found = '\0';
    for (struct dirent *e; dir && (e = readdir(dir));)
        if (may_hold_labels(folder, e->d_name) &&
            (!*found || strcmp(e->d_name, found) < 0))
            strcpy(found, e->d_name);
    if (dir)
        closedir(dir);
    return *found;
}

void gt__label_hint(const gt_source *source, const gt_data_config *config)
{
    static const char scheme[] = "pictures:";
    char name[NAME], inner[GT_PATH];
    const char *folder = source->uri;
    if (strcmp(source->type->name, "pictures") != 0 || source->classes > 0 ||
        config->labels)
        return;
    if (!strncmp(folder, scheme, sizeof scheme - 1))
        folder += sizeof scheme - 1;
    bool found = find_table(folder, name);
    if (!found && snprintf(inner, sizeof inner, "%s/train", folder) < GT_PATH &&
        (found = find_table(inner, name)))
        folder = inner;
    if (found)
        printf("%s/%s is not read; if it holds labels, add --set "
               "data.labels=%s\n",
               folder, name, name);
}
