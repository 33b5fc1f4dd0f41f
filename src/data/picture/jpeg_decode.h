/* jpeg_decode.h: pixels of a JPEG file in memory. For src/data. Local. */
#ifndef GT_DATA_PICTURE_JPEG_DECODE_H
#define GT_DATA_PICTURE_JPEG_DECODE_H

#include "data/picture/pixels.h"

/* Decode `size` bytes, baseline or progressive, grey or colour; or, with
 * `look`, only their head. To be freed by gt__pixels_free, also after a
 * failure. GT_ERR_FORMAT (also where this build has no libjpeg, for CMYK, and
 * for any damage that changes pixels), GT_ERR_MEMORY. Any thread. */
gt_status gt__jpeg_decode(const uint8_t *file, size_t size, bool look,
                          gt__pixels *out);

/* The library that does it, with its version; NULL: this build has none. */
const char *gt__jpeg_library(void);

#endif
