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

/* n numbers as those that the bytes are, from 0 to 255, neither rounded nor
 * cut. */
void gt_range_to_data(gt_range range, const gt_real *values, size_t n,
                      gt_real *out);

/* log of the number's slope by the byte: -log 127.5 or -log 255. */
double gt_range_log_slope(gt_range range);

/* n numbers as bytes, rounded and cut to 0 .. 255; NaN becomes 0. */
void gt_range_to_bytes(gt_range range, const gt_real *values, size_t n,
                       uint8_t *out);

#endif
