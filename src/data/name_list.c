/* name_list.c: a list with a name that is not there looks like the name of one
 * file, and a message that repeats the whole of it helps nobody. */
#include "data/name_list.h"

#include "store/h5file.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool matches(const char *pattern)
{
    glob_t found = {0};
    bool some = glob(pattern, GLOB_NOSORT, NULL, &found) == 0;
    globfree(&found);
    return some;
}

static bool exists(const char *name, struct stat *info)
{
    return stat(name, info) == 0;
}

static gt_status check_name(const char *list, const char *name)
{
    struct stat info;
    if (!*name)
        return gt_fail(GT_ERR_CONFIG,
                       "data '%s': a name is missing beside a comma", list);
    if (!exists(name, &info))
        return matches(name) ? GT_OK
                             : gt_fail(GT_ERR_IO,
                                       "data '%s': there is no file '%s'; "
                                       "check the path, which is taken from "
                                       "the folder that you are in",
                                       list, name);
    if (S_ISDIR(info.st_mode))
        return gt_fail(GT_ERR_CONFIG,
                       "data '%s': %s is a folder, and only HDF5 files may be "
                       "several, as in a.h5,b.h5; give one folder with all "
                       "that is to be read in it",
                       list, name);
    if (!gt_h5_is_file(name))
        return gt_fail(GT_ERR_CONFIG,
                       "data '%s': %s is no HDF5 file, and only such files "
                       "may be several, as in a.h5,b.h5",
                       list, name);
    return GT_OK;
}

/* Cut a list at its commas. Returns how many names there are; where a name of
 * it exists, *known is set. */
static size_t cut(char *text, bool *known)
{
    struct stat info;
    size_t n = 0;
    for (char *at = text, *end; at; at = end) {
        end = strchr(at, ',');
        if (end)
            *end++ = '\0';
        *known = *known || (*at && exists(at, &info));
        n++;
    }
    return n;
}

gt_status gt__name_list_check(const char *list)
{
    bool known = false;
    char *names = strdup(list);
    gt_status status = GT_OK;
    if (!names)
        return gt_fail(GT_ERR_MEMORY, "data '%s': out of memory", list);
    char *last = strrchr(names, ',');
    char *inside = last ? strstr(last, ":/") : NULL;
    if (inside)
        *inside = '\0';
    size_t n = cut(names, &known);
    const char *at = names;
    for (size_t i = 0; i < n && n > 1 && known && status == GT_OK; i++) {
        status = check_name(list, at);
        at += strlen(at) + 1;
    }
    free(names);
    return status;
}
