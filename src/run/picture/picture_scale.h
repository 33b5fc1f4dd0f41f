/* picture_scale.h: numbers as colours, and the bar that says which. For
 * src/run. Local.
 */
#ifndef GT_RUN_PICTURE_PICTURE_SCALE_H
#define GT_RUN_PICTURE_PICTURE_SCALE_H

#include "core/tensor.h"
#include "run/picture/picture_canvas.h"
#include "run/picture/picture_text.h"

/* The numbers from `low` to `high` are told apart; what lies beyond has the
 * colour of the end. A logarithmic scale has equal parts for each decade. */
typedef struct gt__scale {
    double low, high;
    bool below, above; /* something does */
    bool grey;         /* black to white, not the colour map */
    bool logs;         /* logarithmic: low > 0 */
} gt__scale;

/* Numbers, as they are added. All fields are private. */
typedef struct gt__extent {
    double *kept; /* of all that are finite, every stride-th */
    size_t n_kept, stride, seen;
    double least, most;
} gt__extent;

/* For so many numbers. GT_ERR_MEMORY. */
gt_status gt__extent_new(gt__extent *extent, size_t count);
void gt__extent_add(gt__extent *extent, double value);
void gt__extent_free(gt__extent *extent);

/* Around all numbers, `may_log`: on a logarithmic scale where they go over
 * decades: where the 99.9 percentile of those above 0 is a hundred times their
 * median or more, and the others are no further from 0 than that. It begins at
 * their 1 percentile, or at a millionth of the most. Else where a few reach far
 * beyond the others, so that the range of all is more than half as large again
 * as that from the 0.1 to the 99.9 percentile, around these. */
gt__scale gt__scale_of(gt__extent *extent, bool may_log);

/* The colour of a number; NaN and infinities are red. Pure. */
gt__rgb gt__scale_colour(const gt__scale *scale, double value);

/* The grey or the share of a colour that a number stands for. Pure. */
uint8_t gt__scale_byte(const gt__scale *scale, double value);

/* Size of the numbers beside a picture of that height. Pure. */
int gt__scale_text_size(int height);

/* Pixels that the bar takes at the right of a picture. Pure. */
int gt__scale_width(const gt__scale *scale, int height);

/* Draw the bar with its left edge at x, from top to bottom; of a logarithmic
 * scale, "log" is written above. */
void gt__scale_draw(const gt__canvas *canvas, const gt__scale *scale, int x);

#endif
