/* file_list.h: the pictures of a folder, and of the folders in it. For
 * src/data. Local, but listing ticks (base/collective_tick.h).
 *
 * Names are compared byte by byte, so the order is that of no language and of
 * no file system. Hidden names, which begin with a dot, are left out. */
#ifndef GT_DATA_PICTURE_FILE_LIST_H
#define GT_DATA_PICTURE_FILE_LIST_H

#include "base/status.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Files whose sizes are looked up when the list is made. */
enum { GT__SIZED = 1024 };

typedef struct gt__file {
    uint64_t name; /* where it begins in `names` */
    /* Bytes; 0: unknown. A file of another size later is not the same file.
     * Whoever reads one for the first time notes it. */
    _Atomic uint64_t size;
    uint32_t folder;
    int32_t label; /* -1: none */
} gt__file;

/* A folder, or the list's own folder, with the files first .. first + count - 1
 * in the order of their names. */
typedef struct gt__file_folder {
    uint64_t name; /* "": the list's own */
    uint64_t first, count;
} gt__file_folder;

/* All pictures: those that lie in the folder itself, then those of each folder
 * in it that has some, in the order of their names. */
typedef struct gt__file_list {
    char *root; /* path of the folder */
    char *names;
    uint64_t names_size, names_room;
    gt__file *files;
    uint64_t count, room;
    gt__file_folder *folders; /* [0]: the list's own */
    uint32_t n_folders, folders_room;
    uint64_t others;   /* pictures by their names, of kinds that are not read */
    char *first_other; /* path of one of them; NULL: there is none */
} gt__file_list;

/* List what is in a folder. A file whose name ends as those of PNG and JPEG do
 * is taken for a picture; of others, the first bytes tell. Sizes are those of
 * GT__SIZED files that are spread evenly. To be freed also after a failure:
 * GT_ERR_IO, GT_ERR_MEMORY. */
gt_status gt__file_list_read(gt__file_list *list, const char *root);
void gt__file_list_free(gt__file_list *list);

static inline const char *gt__file_list_name(const gt__file_list *list,
                                             uint64_t name)
{
    return list->names + name;
}

/* The path of a file, from the root on ("cats/1.png") or whole; cut where there
 * is no room. Returns `path`. */
char *gt__file_list_path(const gt__file_list *list, uint64_t file, bool whole,
                         char *path, size_t room);

/* The folder of that name, and the file of that path from the root on; -1:
 * there is none. */
int64_t gt__file_list_folder(const gt__file_list *list, const char *name);
int64_t gt__file_list_find(const gt__file_list *list, const char *path);

/* Whether a folder, or one in it, has a picture; it looks at no more than a few
 * hundred names. */
bool gt__folder_has_pictures(const char *path);

#endif
