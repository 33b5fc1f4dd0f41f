/* splits.c: a train is also a thing of which there are pictures, so a folder of
 * that name alone says nothing. */
#include "data/picture/splits.h"

#include "store/files.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static bool is_folder(const char *path, const char *name)
{
    char inner[GT_PATH];
    struct stat info;
    return snprintf(inner, sizeof inner, "%s/%s", path, name) < GT_PATH &&
           stat(inner, &info) == 0 && S_ISDIR(info.st_mode);
}

/* Fails at a folder that is not "train". */
static gt_status find_other(const char *name, void *context)
{
    const char *const *path = context;
    bool other = *name != '.' && strcmp(name, "train") != 0;
    return other && is_folder(*path, name) ? gt_fail(GT_ERR_MISMATCH, "another")
                                           : GT_OK;
}

gt__splits gt__splits_of(const char *path)
{
    static const char *const held_out[] = {"test", "val", "valid",
                                           "validation"};
    if (!is_folder(path, "train"))
        return (gt__splits){"", ""};
    for (size_t i = 0; i < sizeof held_out / sizeof *held_out; i++)
        if (is_folder(path, held_out[i]))
            return (gt__splits){"train", held_out[i]};
    bool alone = gt_directory_list(path, find_other, (void *)&path) == GT_OK;
    return (gt__splits){alone ? "train" : "", ""};
}
