/* h5image.h: the bytes of a file in memory, of which the large part stays where
 * its owner has it. Knows nothing of HDF5.
 *
 * Bytes that were never written are zero and take no memory.
 */
#ifndef GT_STORE_H5IMAGE_H
#define GT_STORE_H5IMAGE_H

#include "store/files.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct gt__image gt__image;

/* An image that begins as these bytes, which must stay as they are for as long
 * as it lives; or, with NULL and 0, an empty one. NULL: out of memory. */
gt__image *gt__image_new(const void *bytes, size_t size);
void gt__image_free(gt__image *image); /* NULL is allowed */

/* Expect writes that begin with exactly these bytes. Of one that does, only
 * where the bytes are is kept: they must stay as they are for as long as the
 * image lives. NULL, 0: expect none. Few bytes are copied all the same. */
void gt__image_expect(gt__image *image, const void *data, size_t size);

/* Without memory, bytes are lost and gt__image_failed says so. */
void gt__image_write(gt__image *image, uint64_t at, const void *data,
                     size_t size);
void gt__image_read(const gt__image *image, uint64_t at, void *data,
                    size_t size);
bool gt__image_failed(const gt__image *image);

/* How long the file is. Writing beyond its end does not make it longer. */
void gt__image_resize(gt__image *image, uint64_t size);
uint64_t gt__image_size(const gt__image *image);

/* The bytes from `at` to the end, as a malloc'ed list that holds until the next
 * write. GT_ERR_MEMORY. */
gt_status gt__image_pieces(const gt__image *image, uint64_t at,
                           gt_piece **pieces, size_t *count);

/* Bytes of memory that the image itself takes. */
size_t gt__image_held(const gt__image *image);

#endif
