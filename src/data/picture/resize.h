/* resize.h: a picture in the size of a model. Local. */
#ifndef GT_DATA_PICTURE_RESIZE_H
#define GT_DATA_PICTURE_RESIZE_H

#include "core/tensor.h"
#include "data/picture/pixels.h"

/* How a picture of other proportions becomes one of the model's. */
typedef enum gt_fit {
    GT_FIT_CROP, /* it covers the image, and what is too much on two sides is
                    cut off */
    GT_FIT_PAD,  /* all of it is in the image, with black (with 4 channels:
                    nothing) on two sides */
} gt_fit;
extern const char
    *const gt_fit_names[]; /* for configurations; ends with NULL */

/* Write a picture as an image of `shape`, with 1, 3 or 4 channels, to `bytes`,
 * or, where that is NULL, to `reals`, as whole numbers 0 .. 65535. A pixel is
 * the mean over the area that it covers where the picture shrinks, and bicubic
 * (a = -0.5) where it grows. With 4 channels, colours count as much as they
 * are opaque. Channels are those of channels.h. GT_ERR_MEMORY. */
gt_status gt__picture_fit(const gt__pixels *picture, gt_fit fit, gt_shape shape,
                          uint8_t *bytes, gt_real *reals);

#endif
