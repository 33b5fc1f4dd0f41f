/* picture_bars.h: vectors as bars. For src/run. Local.
 */
#ifndef GT_RUN_PICTURE_PICTURE_BARS_H
#define GT_RUN_PICTURE_PICTURE_BARS_H

#include "base/status.h"
#include "run/picture/picture_values.h"

/* Write a grid of vectors, `columns` in a row. Each has a field in which a bar
 * goes from 0 to each of its values, in their order; where a field has more
 * values than pixels, several share one, from the least to the most of them.
 * All fields have the same scale, from the least to the most of all values and
 * 0, whose numbers stand at the left. Where none is below 0, and most of those
 * above it are less than a thousandth of the greatest, it is logarithmic, with
 * 0 at the bottom. The numbers below are the first and last place in the
 * vector, from 0. NaN and infinities are red from top to bottom. What does not
 * fit on 2^28 pixels is left out at the end. GT_ERR_IO, GT_ERR_MEMORY. */
gt_status gt__bars_write(const char *path, const gt_picture_values *values,
                         int columns);

/* Pixels that a field takes, with the gap to the next. Pure. */
void gt__bars_size(int values, size_t *width, size_t *height);

#endif
