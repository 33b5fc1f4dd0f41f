/* pixels.h: a picture in memory. For src/data. Local. */
#ifndef GT_DATA_PICTURE_PIXELS_H
#define GT_DATA_PICTURE_PIXELS_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the pixel at (x, y), as the picture is to be seen, has in channel c is
 * values[first + x * step_x + y * step_y + c]. So a picture that was stored on
 * its side is not copied. */
typedef struct gt__pixels {
    int width, height;
    int channels; /* 1 grey, 2 grey and alpha, 3 colour, 4 colour and alpha */
    int bits;     /* 8 or 16 */
    ptrdiff_t first, step_x, step_y;
    void *values; /* uint8_t, or uint16_t; NULL: only the head was read */
} gt__pixels;

/* What the head of a file announces. */
typedef struct gt__pixels_plan {
    uint64_t width, height;
    int channels, bits; /* as they will be in memory */
    uint64_t packed;    /* bytes that a file must at least have to hold them */
    uint64_t file;      /* bytes that it has */
    bool look;          /* values are not wanted */
} gt__pixels_plan;

/* Prepare for pixels as they are stored, row by row. GT_ERR_FORMAT: more than
 * any picture has, or than this file can hold; GT_ERR_MEMORY. */
gt_status gt__pixels_new(gt__pixels *pixels, const gt__pixels_plan *plan);
void gt__pixels_free(gt__pixels *pixels);

/* Bytes from one stored row to the next, before gt__pixels_turn. */
size_t gt__pixels_row(const gt__pixels *pixels);

/* Have the picture seen as an orientation of exif.h says; once. */
void gt__pixels_turn(gt__pixels *pixels, int orientation);

#endif
