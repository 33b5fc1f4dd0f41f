/* files.h: files that are complete or absent. Local, but what reads or writes
 * the bytes of a file calls gt_collective_tick after each piece, so it is part
 * of a collective where that is (base/collective_tick.h). */
#ifndef GT_STORE_FILES_H
#define GT_STORE_FILES_H

#include "base/status.h"
#include "store/reason.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Room for a path. */
enum { GT_PATH = 4096 };

/* Have the bytes of an open file reach the disk, as far as its file system can
 * do that. 0, or -1 with errno. */
int gt_file_flush(int fd);

/* Put `size` bytes at `path`: written under a temporary name beside it, flushed
 * to the disk, renamed, the directory flushed. On failure an older file stays.
 */
gt_status gt_file_replace(const char *path, const void *data, size_t size);

/* The same for bytes that lie in several places. */
typedef struct gt_piece {
    const void *data;
    size_t size;
} gt_piece;
gt_status gt_file_replace_pieces(const char *path, const gt_piece *pieces,
                                 size_t count);

/* Whether gt_file_replace could put a file at `path` as things are now; leaves
 * nothing behind. */
gt_status gt_file_check(const char *path);

/* Likewise for a file of a kind, "a picture": what is there must be empty or of
 * that kind, too. */
gt_status gt_file_check_kind(const char *path, bool (*is)(const char *path),
                             const char *kind);

/* Give a file another name, for good; and take it away. One that is not there
 * is fine. */
gt_status gt_file_rename(const char *from, const char *to);
gt_status gt_file_remove(const char *path);

/* Have `check` asked each time before one of the functions here gives a file
 * its name, another name, or removes it, which is not done unless that is
 * GT_OK; its status and message are those of the function then. It may be
 * called from any thread that does so. NULL: none, as at the start. */
void gt_file_set_guard(gt_status (*check)(void *context), void *context);

/* Whether the file can be opened and read, or is a folder. Nothing that reads
 * here takes a lock. GT_ERR_IO when it is missing or damaged, GT_ERR_BUSY when
 * it cannot be read for a reason that tells nothing of it: somebody's lock,
 * permissions, too many open files. */
gt_status gt_file_check_readable(const char *path);

/* Read a whole file, once, into malloc'ed, NUL-terminated memory. GT_ERR_IO and
 * GT_ERR_BUSY as above; GT_ERR_MEMORY, before it is read where a limit of
 * memory is too low for it. */
gt_status gt_file_read(const char *path, char **data, size_t *size);

/* Make a directory and those above it, for good; an existing one is fine. */
gt_status gt_directory_make(const char *path);

/* Make one directory, for good. *made is false, and all is fine, if something
 * has that name. */
gt_status gt_directory_make_new(const char *path, bool *made);

/* Call `visit` with each name in a directory but . and .. until it fails. */
gt_status gt_directory_list(const char *path,
                            gt_status (*visit)(const char *name, void *context),
                            void *context);

/* Whether a file of that name is a temporary one of gt_file_replace. */
bool gt_file_is_temporary(const char *name);

/* Remove the temporary files of gt_file_replace that dead processes left in a
 * directory. */
gt_status gt_directory_sweep(const char *path);

#endif
