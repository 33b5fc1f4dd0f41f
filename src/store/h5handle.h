/* h5handle.h: an open HDF5 file, as the sources behind HDF5's door see it, and
 * what they do when a call fails.
 */
#ifndef GT_STORE_H5HANDLE_H
#define GT_STORE_H5HANDLE_H

#include "base/status.h"
#include "store/h5image.h"
#include "store/h5types.h"

/* Newer versions of the library shall look like the one this is written for. */
#define H5_USE_110_API 1
#include <hdf5.h>

struct gt_h5 {
    hid_t file;
    char *path;       /* final name; owned */
    gt__image *image; /* of a created file; goes when that is closed */
    char *bytes;      /* of an opened file, all of them; owned */
    bool digested;    /* those bytes were compared with a digest */
};

/* Forget HDF5's errors and errno, before a call that may fail. */
void gt__h5_clear(void);

/* Record a message: what was done to which object of which file, errno's text
 * if the system refused, and HDF5's own description else; GT_ERR_MEMORY
 * whatever failed if the file's image has lost bytes. Call it right after the
 * call that failed. */
gt_status gt__h5_fail(gt_status status, const gt_h5 *file, const char *what,
                      const char *object);

/* The type of a data set's elements in memory. */
hid_t gt__h5_memory_type(gt_h5_type type);

#endif
