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

/* Whether gt_file_replace could put a file at `path` as things are now; leaves
 * nothing behind. */
gt_status gt_file_check(const char *path);

/* For writers of their own (HDF5, PNG): flush the finished file `temporary` to
 * the disk and give it the name `path`; on failure `temporary` is removed. */
gt_status gt_file_publish(const char *temporary, const char *path);

/* Read a whole file into malloc'ed, NUL-terminated memory. */
gt_status gt_file_read(const char *path, char **data, size_t *size);

/* Make a directory and those above it; an existing one is fine. */
gt_status gt_directory_make(const char *path);

#endif
