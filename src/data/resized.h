/* resized.h: images of another source at another size. Private to the data
 * room.
 *
 * An image of bytes is taken for a picture: 1 channel is grey, 2 grey and
 * opacity, 3 colours, 4 colours and opacity. It becomes one of another shape
 * as a picture in a file does (picture/resize.h). Labels, conditions and
 * numbers of samples stay.
 */
#ifndef GT_DATA_RESIZED_H
#define GT_DATA_RESIZED_H

#include "data/picture/resize.h"
#include "data/source_type.h"

/* As gt_source_resize. */
gt_status gt__resized_new(gt_source **source, gt_shape shape, gt_fit fit);

/* As gt_source_read, of resized images. */
gt_status gt__resized_read(const gt_source *resized, const uint64_t *numbers,
                           int n, const gt_source_rows *to);

#endif
