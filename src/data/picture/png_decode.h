/* png_decode.h: pixels of a PNG file in memory. For src/data. Local. */
#ifndef GT_DATA_PICTURE_PNG_DECODE_H
#define GT_DATA_PICTURE_PNG_DECODE_H

#include "data/picture/pixels.h"

/* Decode `size` bytes; or, with `look`, only their head. Palettes become
 * colours, transparent colours an alpha channel, and pixels of 1, 2 and 4 bits
 * have 8; no value is changed by a gamma or a profile. To be freed by
 * gt__pixels_free, also after a failure. GT_ERR_FORMAT, GT_ERR_MEMORY. Any
 * thread. */
gt_status gt__png_decode(const uint8_t *file, size_t size, bool look,
                         gt__pixels *out);

#endif
