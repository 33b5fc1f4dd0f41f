/* disk_room.c: people would rather hear before hours of work that its result
 * has no place. */
#include "train/disk_room.h"

#include "store/files.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>

double gt_disk_room(const char *path)
{
    char folder[GT_PATH];
    struct statvfs info;
    snprintf(folder, sizeof folder, "%s", path);
    char *slash = strrchr(folder, '/');
    if (slash)
        slash[slash == folder] = '\0';
    if (statvfs(slash ? folder : ".", &info) != 0 || info.f_blocks == 0)
        return INFINITY;
    return (double)info.f_bavail * (double)info.f_frsize;
}
