/* h5driver.h: HDF5 files in memory.
 */
#ifndef GT_STORE_H5DRIVER_H
#define GT_STORE_H5DRIVER_H

#include "store/h5image.h"

#include <hdf5.h>

/* Make a file with room for our user block, as an image in memory that goes
 * when the file is closed; negative on failure. `path` is for messages. */
hid_t gt__h5_create_image(const char *path, gt__image **image);

/* Chunks that are in a file already, one after the other between its first
 * GT__H5_HEAD bytes and `end`. While `placing`, what HDF5 stores of numbers is
 * the chunk at `next`. */
enum { GT__H5_HEAD = 4096 };
typedef struct gt__h5_stored {
    uint64_t end, next;
    bool placing;
} gt__h5_stored;

/* The same around such chunks. The image has the bytes before them, and behind
 * GT__H5_HEAD those after them. */
hid_t gt__h5_create_around(const char *path, gt__h5_stored *stored,
                           gt__image **image);

/* Open the file whose bytes these are, which must stay until it is closed;
 * negative on failure. `path` is for messages. */
hid_t gt__h5_open_bytes(const char *path, const char *bytes, size_t size);

#endif
