/* picture_values.c: the one place where what a model makes becomes what a
 * picture shows. */
#include "run/picture_values.h"

gt_picture_values gt_picture_values_of(const gt_real *x, size_t n,
                                       gt_shape shape, bool reals,
                                       gt_range range, uint8_t *bytes)
{
    gt_picture_values v = {.n = n, .shape = shape};
    if (reals) {
        v.reals = x;
        return v;
    }
    gt_range_to_bytes(range, x, n * gt_shape_size(shape), bytes);
    v.bytes = bytes;
    return v;
}
