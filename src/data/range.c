/* range.c: both directions stand side by side, so that a byte comes back as it
 * went. */
#include "data/range.h"

#include <math.h>

void gt_range_from_bytes(gt_range range, const uint8_t *restrict bytes,
                         size_t n, gt_real *restrict out)
{
    if (range == GT_RANGE_SYMMETRIC)
        for (size_t i = 0; i < n; i++)
            out[i] = (gt_real)bytes[i] / (gt_real)127.5 - 1;
    else
        for (size_t i = 0; i < n; i++)
            out[i] = (gt_real)bytes[i] / 255;
}

void gt_range_to_data(gt_range range, const gt_real *values, size_t n,
                      gt_real *out)
{
    if (range == GT_RANGE_SYMMETRIC)
        for (size_t i = 0; i < n; i++)
            out[i] = (values[i] + 1) * (gt_real)127.5;
    else
        for (size_t i = 0; i < n; i++)
            out[i] = values[i] * 255;
}

double gt_range_log_slope(gt_range range)
{
    return -log(range == GT_RANGE_SYMMETRIC ? 127.5 : 255);
}

void gt_range_to_bytes(gt_range range, const gt_real *values, size_t n,
                       uint8_t *out)
{
    gt_real scale = range == GT_RANGE_UNIT ? 255 : (gt_real)127.5;
    gt_real shift = range == GT_RANGE_UNIT ? (gt_real)0.5 : 128;
    for (size_t i = 0; i < n; i++) {
        gt_real v = values[i] * scale + shift;
        v = v > 0 ? v : 0; /* NaN too */
        v = v < 255 ? v : 255;
        out[i] = (uint8_t)v;
    }
}
