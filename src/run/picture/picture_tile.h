/* picture_tile.h: how one sample is laid out on a plane. For src/run. Local,
 * pure.
 *
 * A tile is a few panels beside each other, each a plane of the sample. Of an
 * image whose channels make a colour there is one; else there is one for each
 * channel. Of a volume there are three: the middle slice across the depth
 * (axial), across the height (coronal: width to the right, depth downwards) and
 * across the width (sagittal: height to the right, depth downwards).
 */
#ifndef GT_RUN_PICTURE_PICTURE_TILE_H
#define GT_RUN_PICTURE_PICTURE_TILE_H

#include "core/tensor.h"

enum { GT__PANELS = 48, GT__PANEL_GAP = 4 };

typedef struct gt__panel {
    int width, height; /* pixels */
    int column, row;   /* its place in the tile */
    /* The pixel (x, y) is the value first + x step_x + y step_y of a sample,
     * and those behind it, if it has several channels. */
    size_t first, step_x, step_y;
} gt__panel;

typedef struct gt__tile {
    int channels; /* of a pixel: 1, 3: red, green, blue; 4: and alpha */
    int n_panels, columns, rows;
    gt__panel panel[GT__PANELS];
    int width[GT__PANELS], height[GT__PANELS]; /* of columns and rows */
    int shown, all;                            /* channels of the sample */
} gt__tile;

/* Of bytes, 3 or 4 channels make a colour; of reals, 3. */
gt__tile gt__tile_of(gt_shape shape, bool reals);

#endif
