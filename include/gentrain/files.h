/* files.h: files that are complete or absent. Local.
 */
#ifndef GENTRAIN_FILES_H
#define GENTRAIN_FILES_H

#include "gentrain/status.h"

#include <stddef.h>

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

/* Have `check` asked each time before gt_file_replace gives a file its name;
 * the file is given up with its status and message unless that is GT_OK. It may
 * be called from any thread that replaces files. NULL: none, as at the start.
 */
void gt_file_set_guard(gt_status (*check)(void *context), void *context);

/* Read a whole file into malloc'ed, NUL-terminated memory. */
gt_status gt_file_read(const char *path, char **data, size_t *size);

/* Read a whole file, piece by piece. */
gt_status gt_file_scan(const char *path,
                       void (*take)(void *context, const void *data,
                                    size_t size),
                       void *context);

/* Make a directory and those above it, for good; an existing one is fine. */
gt_status gt_directory_make(const char *path);

/* Remove the temporary files that dead processes left in a directory. */
gt_status gt_directory_sweep(const char *path);

#endif
