/* range.h: the numbers that bytes stand for. Local.
 */
#ifndef GT_DATA_RANGE_H
#define GT_DATA_RANGE_H

#include "core/tensor.h"

#include <stdint.h>

typedef enum gt_range {
    GT_RANGE_SYMMETRIC, /* byte / 127.5 - 1: [-1, 1], for tanh */
    GT_RANGE_UNIT,      /* byte / 255: [0, 1], for sigmoid and Bernoulli */
} gt_range;

/* n bytes as numbers. */
void gt_range_from_bytes(gt_range range, const uint8_t *bytes, size_t n,
                         gt_real *out);

/* n numbers as bytes, rounded and cut to 0 .. 255; NaN becomes 0. */
void gt_range_to_bytes(gt_range range, const gt_real *values, size_t n,
                       uint8_t *out);

#endif
