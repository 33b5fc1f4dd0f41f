/* absolute.c: a run is resumed in other folders than it was begun in. */
#include "data/absolute.h"

#include "data/uri.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The path of this folder by which the user knows it, which may go over links;
 * else the system's. */
static gt_status find_folder(char *folder, size_t size)
{
    const char *known = getenv("PWD");
    struct stat by_name, here;
    if (known && *known == '/' && strlen(known) < size &&
        stat(known, &by_name) == 0 && stat(".", &here) == 0 &&
        by_name.st_dev == here.st_dev && by_name.st_ino == here.st_ino) {
        strcpy(folder, known);
        return GT_OK;
    }
    if (getcwd(folder, size))
        return GT_OK;
    return gt_fail(GT_ERR_IO, "cannot tell the path of this folder: %s",
                   strerror(errno));
}

gt_status gt_uri_absolute(const char *uri, char **absolute)
{
    gt__uri parsed;
    char folder[4096];
    *absolute = NULL;
    if (gt__uri_parse(uri, &parsed) != GT_OK || !parsed.path ||
        *parsed.path == '/')
        return GT_OK;
    gt_status status = find_folder(folder, sizeof folder);
    if (status != GT_OK)
        return status;
    const char *path = parsed.path;
    while (!strncmp(path, "./", 2))
        path += 2;
    size_t size = strlen(uri) + strlen(folder) + 2;
    *absolute = malloc(size);
    if (!*absolute)
        return gt_fail(GT_ERR_MEMORY, "no memory for the path of '%s'", uri);
    snprintf(*absolute, size, "%.*s%s/%s", (int)(parsed.path - uri), uri,
             strcmp(folder, "/") ? folder : "", path);
    return GT_OK;
}
