/* scatter.h: points of the plane as a PNG file. Local.
 */
#ifndef GT_RUN_PICTURE_SCATTER_H
#define GT_RUN_PICTURE_SCATTER_H

#include "base/status.h"
#include "core/tensor.h"

/* Write a scatter picture of n points [n x 2], and of reference points behind
 * them in grey (may be NULL), over the square that holds the reference. */
gt_status gt_scatter_write(const char *path, const gt_real *points, size_t n,
                           const gt_real *reference, size_t n_reference);

#endif
