/* picture_values.h: samples to be drawn, and what those of a model are. Local.
 */
#ifndef GT_RUN_PICTURE_VALUES_H
#define GT_RUN_PICTURE_VALUES_H

#include "core/tensor.h"
#include "data/range.h"

#include <stdint.h>

/* One of bytes and reals. All is borrowed. */
typedef struct gt_picture_values {
    size_t n;
    gt_shape shape;
    const uint8_t *bytes; /* [n x shape], 0: black, 255: white */
    const gt_real *reals; /* [n x shape] */
} gt_picture_values;

/* n samples as a model makes them. Where data are reals, they are shown as the
 * numbers that they are; else as bytes, for which there must be room in `bytes`
 * [n x shape]. */
gt_picture_values gt_picture_values_of(const gt_real *x, size_t n,
                                       gt_shape shape, bool reals,
                                       gt_range range, uint8_t *bytes);

#endif
