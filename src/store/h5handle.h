/* h5handle.h: what the files behind gentrain/h5file.h share. */
#ifndef GT_STORE_H5HANDLE_H
#define GT_STORE_H5HANDLE_H

#include "store/h5file.h"

#include "store/h5image.h"

/* Newer versions of the library shall look like the one this is written for. */
#define H5_USE_110_API 1
#include <hdf5.h>

struct gt_h5 {
    hid_t file;
    gt__image *image; /* of a created file; goes when that is closed */
    char *path;       /* final name */
    bool sealed;      /* the image gets its digest when it is written */
};

/* Make a file that is an image in memory; negative on failure. */
hid_t gt__h5_create_image(const char *path, gt__image **image);

/* The type of a data set's elements in memory and in the file. */
hid_t gt__h5_memory_type(gt_h5_type type);
hid_t gt__h5_file_type(gt_h5_type type);

/* Type, shape and count of an open data set. NULL, or what is wrong with it. */
const char *gt__h5_look(hid_t set, gt_h5_info *info);

/* Open a data set whose numbers can be read. GT_ERR_FORMAT otherwise;
 * info->flaw says why if there is one of that name. */
gt_status gt__h5_open_set(gt_h5 *file, const char *name, hid_t *set,
                          gt_h5_info *info);

/* Record a message: what was done to which object of which file, errno's text
 * if the system refused, and HDF5's own description else; GT_ERR_MEMORY
 * whatever failed if the file's image has lost bytes. Call it right after the
 * call that failed. */
gt_status gt__h5_fail(gt_status status, const gt_h5 *file, const char *what,
                      const char *object);

/* Put the digest of a sealed file's bytes where the file keeps it.
 * GT_ERR_MEMORY. */
gt_status gt__h5_digest_image(gt__image *image, uint64_t size);

/* Forget HDF5's errors and errno, before a call that may fail. */
void gt__h5_clear(void);

#endif
