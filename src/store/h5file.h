/* h5file.h: HDF5 files as a whole. h5write.h, h5read.h and h5attr.h are about
 * what is in them. Local, one thread at a time (the library is not
 * thread-safe).
 *
 * A file is built in memory and appears under its own name only when it is
 * complete and on the disk. It begins with a user block of 512 bytes, which
 * HDF5 leaves to us: a line of text with a digest of all bytes after it.
 *
 *     gentrain-digest 1 XXH3-64 bbbe816567a369ff
 *
 * An attribute "digest" of "/" says that it is there. Other tools open the file
 * as any other. To check the line without us: tail -c +513 FILE | xxhsum -H3
 *
 * A file is opened by reading it once, whole, into memory, without a lock. What
 * HDF5 marks in a file that another program has open for writing is taken out
 * of the copy, as it is no change of what the file says. Then it is compared
 * with its digest before HDF5 looks into it, as damaged tables may crash the
 * library. The digest of the first format, an attribute, is understood, too. A
 * file without one has the checksums of its data sets alone. As these come too
 * late for its tables, a child process reads all of it first.
 *
 * Names of objects are absolute ("/generator/weight"). The same contents make
 * the same bytes.
 *
 * gt_h5_open, gt_h5_commit and what reads or writes numbers call
 * gt_collective_tick, so they are part of a collective where that is
 * (base/collective_tick.h).
 */
#ifndef GT_STORE_H5FILE_H
#define GT_STORE_H5FILE_H

#include "base/status.h"
#include "store/h5types.h"

#include <stdint.h>

/* Start the library, which its first call does otherwise. Call it on the thread
 * that calls MPI before another thread uses files: the MPI build of HDF5 talks
 * to MPI when it starts. */
gt_status gt_h5_start(void);

/* How the process reports errors of HDF5, which is silenced here whenever a
 * file is used: what it is, and to make it that again, for a caller to whom
 * HDF5 is not ours alone. */
typedef struct gt_h5_reports {
    int (*report)(int64_t stack, void *context);
    void *context;
} gt_h5_reports;
gt_h5_reports gt_h5_get_reports(void);
void gt_h5_set_reports(gt_h5_reports reports);

/* Whether `path` is a file that begins as HDF5 files do. */
bool gt_h5_is_file(const char *path);

/* Whether an HDF5 file is, or may be, a checkpoint or sample set: one of
 * gentrain's, also without its digest, or one that cannot be opened. */
bool gt_h5_is_ours(const char *path);

/* Begin a new file that will be `path`; it takes shape in memory until it is
 * committed. GT_ERR_IO when it could not be written there. */
gt_status gt_h5_create(gt_h5 **out, const char *path);

/* The same, wherever that is: for a file that is not to be committed. Within
 * the room. */
gt_status gt__h5_begin(gt_h5 **out, const char *path);

/* Finish a created file: write it under a temporary name, flush it to disk,
 * rename it, flush the directory. Frees `file` in any case; on failure the
 * temporary file is removed and an older file at `path` is untouched. */
gt_status gt_h5_commit(gt_h5 *file);

/* Give up a created file, leaving nothing behind. NULL is allowed. */
void gt_h5_discard(gt_h5 *file);

/* Open for reading, without a lock: HDF5 sees the bytes alone. GT_ERR_IO when
 * it is missing or unreadable, GT_ERR_BUSY when it cannot be read now
 * (files.h), GT_ERR_FORMAT when it is not HDF5, is truncated, does not match
 * its digest, or has none and HDF5 does not survive it; GT_ERR_MEMORY when it
 * does not fit into memory. */
gt_status gt_h5_open(gt_h5 **out, const char *path);
void gt_h5_close(gt_h5 *file); /* NULL is allowed */

/* Open a file of any size for reading where it is, on the disk, without a lock,
 * for h5set.h; attributes can be read, too. No digest is looked at; a child
 * process tries it first (h5trial.h). Errors as gt_h5_open. */
gt_status gt_h5_open_in_place(gt_h5 **out, const char *path);
/* The same without that process, for a file that another process of this
 * machine has just opened so. */
gt_status gt_h5_open_tried(gt_h5 **out, const char *path);

/* Whether an opened file was compared with a digest. */
bool gt_h5_has_digest(const gt_h5 *file);

#endif
