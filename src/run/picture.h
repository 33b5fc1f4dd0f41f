/* picture.h: samples as PNG files. Local.
 */
#ifndef GT_RUN_PICTURE_H
#define GT_RUN_PICTURE_H

#include "base/status.h"
#include "core/tensor.h"

#include <stdint.h>

/* Whether a file of that name may be replaced by a picture; see files.h. */
gt_status gt_picture_check_path(const char *path);

/* Write a grid of n images (uint8 NHWC, 1 or 3 channels), `columns` in a row
 * with 2 pixels between them. Any shape and number has a picture: small images
 * are enlarged by a whole factor, thin ones stretched, large ones shrunk by a
 * whole factor until all fit on 32,768 x 32,768 and 2^28 pixels; of images that
 * would not fit as single pixels, the first are drawn. Written under a
 * temporary name and renamed. Other channel counts show the first one. */
gt_status gt_picture_grid(const char *path, const uint8_t *images, size_t n,
                          gt_shape shape, int columns);

/* Columns of a grid of n images, of which every `period`-th has the same label
 * (1: labels do not matter): as many as rows or more, so that a column holds
 * one label. Where not all labels occur among n, labels do not matter. Pure. */
int gt_picture_columns(size_t n, int period);

/* Write a scatter picture of n points [n x 2], and of reference points behind
 * them in grey (may be NULL), over the square that holds the reference. */
gt_status gt_picture_points(const char *path, const gt_real *points, size_t n,
                            const gt_real *reference, size_t n_reference);

#endif
