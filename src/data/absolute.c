/* absolute.c: a run is resumed in other folders than it was begun in. */
#include "data/absolute.h"

#include "data/uri.h"

#include <errno.h>
#include <stdbool.h>
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

/* `path` from the root, where it does not start there already; or each part of
 * it between commas. `out` has the room. */
static void write_path(char *out, const char *folder, const char *path,
                       bool parts)
{
    while (path) {
        const char *end = parts ? strchr(path, ',') : NULL;
        while (!strncmp(path, "./", 2))
            path += 2;
        int n = end ? (int)(end - path) : (int)strlen(path);
        out += sprintf(out, "%s%s%.*s%s", *path == '/' ? "" : folder,
                       *path == '/' ? "" : "/", n, path, end ? "," : "");
        path = end ? end + 1 : NULL;
    }
}

static size_t count_parts(const char *path)
{
    size_t n = 1;
    for (; *path; path++)
        n += *path == ',';
    return n;
}

gt_status gt_uri_absolute(const char *uri, char **absolute)
{
    gt__uri parsed;
    char folder[4096];
    *absolute = NULL;
    if (gt__uri_parse(uri, &parsed) != GT_OK || !parsed.path)
        return GT_OK;
    const char *path = parsed.path;
    bool parts = parsed.type->lists && access(path, F_OK) != 0;
    if (*path == '/' && !(parts && strchr(path, ',')))
        return GT_OK;
    gt_status status = find_folder(folder, sizeof folder);
    if (status != GT_OK)
        return status;
    if (!strcmp(folder, "/"))
        *folder = '\0';
    size_t before = (size_t)(path - uri);
    size_t size = strlen(uri) + count_parts(path) * (strlen(folder) + 2);
    *absolute = malloc(size);
    if (!*absolute)
        return gt_fail(GT_ERR_MEMORY, "no memory for the path of '%s'", uri);
    memcpy(*absolute, uri, before);
    write_path(*absolute + before, folder, path, parts);
    return GT_OK;
}
