/* reason.c: "no such file" of a link that is there sends people looking for the
 * wrong thing. */
#include "store/reason.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LONGEST = 4096 }; /* bytes of a path */

/* Whether the first `n` characters of the path are a link that leads nowhere.
 */
static bool is_dangling(const char *path, size_t n, char *target, size_t room)
{
    char part[LONGEST];
    struct stat info;
    snprintf(part, sizeof part, "%.*s", (int)n, path);
    if (lstat(part, &info) != 0 || !S_ISLNK(info.st_mode) ||
        stat(part, &info) == 0)
        return false;
    ssize_t size = readlink(part, target, room - 1);
    target[size > 0 ? size : 0] = '\0';
    return size > 0;
}

const char *gt_file_reason(const char *path)
{
    static _Thread_local char text[2 * LONGEST + 64];
    char target[LONGEST];
    int error = errno;
    bool may = error == ENOENT || error == EEXIST || error == ENOTDIR;
    for (size_t n = 1; may && n <= strlen(path) && n < LONGEST; n++) {
        if ((path[n] != '/' && path[n] != '\0') ||
            !is_dangling(path, n, target, sizeof target))
            continue;
        snprintf(text, sizeof text, "%.*s is a link to %s, which is not there",
                 (int)n, path, target);
        errno = error;
        return text;
    }
    errno = error;
    return strerror(error);
}
