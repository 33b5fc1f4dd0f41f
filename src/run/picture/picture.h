/* picture.h: samples as PNG files, whatever their shape. Local.
 *
 * Bytes are shown as they are. Reals are shown in colours, or vectors in
 * heights, with a scale in their own units, which all samples of a picture
 * share.
 */
#ifndef GT_RUN_PICTURE_PICTURE_H
#define GT_RUN_PICTURE_PICTURE_H

#include "base/status.h"
#include "run/picture/picture_values.h"

/* Whether a file of that name may be replaced by a picture; see files.h. */
gt_status gt_picture_check_path(const char *path);

/* Write a grid of samples, `columns` in a row with 2 pixels between them.
 *
 * Images of 1 channel are grey, of 3 red, green and blue; bytes of 4 are laid
 * over a chequered ground by their alpha. Other channels are shown side by
 * side, the first 16 at most. Of a volume the three middle slices are: axial,
 * coronal (depth downwards), sagittal (height to the right, depth downwards).
 * Vectors are drawn as bars (picture_bars.h). Reals of 3 channels go from black
 * to white, others through viridis; NaN is red.
 *
 * Any shape and number has a picture: small images are enlarged by a whole
 * factor, thin ones stretched, large ones shrunk by a whole factor until all
 * fit on 32,768 x 32,768 and 2^28 pixels; of images that would not fit as
 * single pixels, the first are drawn. Written under a temporary name and
 * renamed. GT_ERR_IO, GT_ERR_MEMORY. */
gt_status gt_picture_write(const char *path, const gt_picture_values *values,
                           int columns);

/* Columns of a grid of n samples, of which every `period`-th has the same label
 * (1: labels do not matter): so many that the picture is about square, and that
 * a column holds one label. Where not all labels occur among n, labels do not
 * matter. Pure. */
int gt_picture_columns(size_t n, int period, gt_shape shape, bool reals);

/* What pictures of such samples show where that is not all of them: "the first
 * 16 of 64 channels"; "" where it is. Returns `text`. Pure. */
enum { GT_PICTURE_NOTE = 160 };
char *gt_picture_note(gt_shape shape, bool reals, char text[GT_PICTURE_NOTE]);

#endif
