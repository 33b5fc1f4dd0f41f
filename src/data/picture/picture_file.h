/* picture_file.h: a PNG or JPEG file as pixels. Local. */
#ifndef GT_DATA_PICTURE_PICTURE_FILE_H
#define GT_DATA_PICTURE_PICTURE_FILE_H

#include "data/picture/pixels.h"

/* Bytes that are enough to tell whether a file is a picture. */
enum { GT__PICTURE_HEAD = 8 };

/* The formats that this build reads, for people: "PNG, JPEG (libjpeg-turbo
 * 2.1.5)". */
enum { GT_PICTURE_FORMATS = 96 };
const char *gt_picture_formats(char text[GT_PICTURE_FORMATS]);

/* Whether a file that begins with these n bytes is of a kind that is read here.
 * Its name does not matter. */
bool gt__picture_is(const uint8_t *head, size_t n);

/* Decode a file of `size` bytes in memory; or, with `look`, only what its head
 * says: then values are NULL. To be freed by gt__pixels_free, also after a
 * failure. GT_ERR_FORMAT: not such a file, one that is damaged or truncated, or
 * of colours that are not read; GT_ERR_MEMORY. Messages do not name the file.
 * Any thread. */
gt_status gt__picture_decode(const uint8_t *file, size_t size, bool look,
                             gt__pixels *out);

/* The bytes of a file, malloc'ed. It must have `expected` of them, unless that
 * is 0. GT_ERR_IO: it cannot be read, or has changed; GT_ERR_FORMAT: it is
 * larger than any picture; GT_ERR_MEMORY. Messages name the file. Any thread.
 */
gt_status gt__picture_load(const char *path, uint64_t expected, uint8_t **file,
                           size_t *size);

#endif
