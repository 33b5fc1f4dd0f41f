/* directory.c: a file is looked up by its name in a directory that is open, so
 * the system does not go through the whole path for each. */
#include "store/directory.h"

#include "store/reason.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

gt_status gt_directory_visit(const char *path,
                             gt_status (*visit)(const gt_entry *entry,
                                                void *context),
                             void *context)
{
    DIR *dir = opendir(path);
    if (!dir)
        return gt_fail(GT_ERR_IO, "cannot list %s: %s", path,
                       gt_file_reason(path));
    gt_status status = GT_OK;
    while (status == GT_OK) {
        errno = 0; /* else an error would pass for the end */
        const struct dirent *e = readdir(dir);
        if (!e && errno != 0)
            status =
                gt_fail(GT_ERR_IO, "cannot list %s: %s", path, strerror(errno));
        if (!e)
            break;
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        gt_entry entry = {.name = e->d_name, .directory = dirfd(dir)};
#ifdef DT_UNKNOWN
        entry.kind = e->d_type;
#endif
        status = visit(&entry, context);
    }
    closedir(dir);
    return status;
}

gt_entry_kind gt_entry_kind_of(const gt_entry *entry)
{
#ifdef DT_UNKNOWN
    if (entry->kind == DT_REG)
        return GT_ENTRY_FILE;
    if (entry->kind == DT_DIR)
        return GT_ENTRY_FOLDER;
    if (entry->kind != DT_UNKNOWN && entry->kind != DT_LNK)
        return GT_ENTRY_OTHER;
#endif
    struct stat info;
    if (fstatat(entry->directory, entry->name, &info, 0) != 0)
        return GT_ENTRY_UNKNOWN;
    if (S_ISREG(info.st_mode))
        return GT_ENTRY_FILE;
    return S_ISDIR(info.st_mode) ? GT_ENTRY_FOLDER : GT_ENTRY_OTHER;
}
