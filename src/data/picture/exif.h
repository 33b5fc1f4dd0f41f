/* exif.h: how a camera was held, from the EXIF block of a picture. For
 * src/data. Local. */
#ifndef GT_DATA_PICTURE_EXIF_H
#define GT_DATA_PICTURE_EXIF_H

#include <stddef.h>
#include <stdint.h>

/* The orientation 1 .. 8 that an EXIF block of n bytes states, from its TIFF
 * header on (tag 274 of TIFF 6.0): 1, as it is; 2, mirrored; 3, on its head; 4,
 * flipped; 5 .. 8 the same after rows and columns have changed places. 1 where
 * the block states none, or nonsense. */
int gt__exif_orientation(const uint8_t *block, size_t n);

#endif
