/* h5disk.h: HDF5 files that stay on the disk: opened read-only, without a lock,
 * and read by pread, in part. Local.
 *
 * The library reads them through a driver of ours. So it takes no lock, which
 * some network file systems refuse, and where the library would read stored
 * numbers, the driver can tell where they are instead.
 */
#ifndef GT_STORE_FOREIGN_H5DISK_H
#define GT_STORE_FOREIGN_H5DISK_H

#include "base/status.h"

#include <hdf5.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

/* A file as it was when it was opened. */
typedef struct gt__h5_disk {
    int fd;
    char *path;
    uint64_t size;
    uint64_t mark; /* of a program that writes (h5superblock.h); 0: none */
    struct timespec changed;
    dev_t device;
    ino_t inode;
    /* While `probing`, numbers are not read; where they are is noted. */
    bool probing, found;
    uint64_t at, length;
} gt__h5_disk;

/* Open a file with HDF5, read-only; negative on failure. Links from it to other
 * files lead to files that are opened likewise. */
hid_t gt__h5_open_path(const char *path);

/* The file in which an object (a file, a data set) is; it stays open as long as
 * that. NULL: it is not behind this driver. */
gt__h5_disk *gt__h5_disk_of(hid_t object);

/* `n` bytes from `at` on. Any thread. GT_ERR_FORMAT: the file ends before;
 * GT_ERR_IO; GT_ERR_MISMATCH: it has been changed since it was opened. */
gt_status gt__h5_disk_read(const gt__h5_disk *disk, uint64_t at, void *out,
                           size_t n);

/* GT_OK, or GT_ERR_MISMATCH: another size, time or file than when it was
 * opened. Any thread. */
gt_status gt__h5_disk_check(const gt__h5_disk *disk);

#endif
