/* picture_values.h: samples to be drawn, in the units of the data. Local.
 */
#ifndef GT_RUN_PICTURE_PICTURE_VALUES_H
#define GT_RUN_PICTURE_PICTURE_VALUES_H

#include "core/tensor.h"

#include <stdbool.h>
#include <stdint.h>

/* One of bytes and reals. All is borrowed. */
typedef struct gt_picture_values {
    size_t n;
    gt_shape shape;
    const uint8_t *bytes; /* [n x shape], 0: black, 255: white */
    const gt_real *reals; /* [n x shape] */
    double low, high;     /* reals whose range is known by their kind, as 0 and
                             65535 of 16-bit pictures: black and white, as
                             bytes; equal: it is not */
    const bool *apart;    /* [columns of the grid]: the next column stands apart
                             from it; NULL: none does */
} gt_picture_values;

/* Pixels by which columns that stand apart move column `n` to the right. Pure.
 */
static inline size_t gt__picture_apart(const gt_picture_values *v, size_t n)
{
    enum { APART = 10 };
    size_t pixels = 0;
    for (size_t i = 0; v->apart && i < n; i++)
        pixels += v->apart[i] ? APART : 0;
    return pixels;
}

#endif
