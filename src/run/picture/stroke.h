/* stroke.h: lines and letters with smooth edges, for pictures with axes. For
 * src/run. Local.
 */
#ifndef GT_RUN_PICTURE_STROKE_H
#define GT_RUN_PICTURE_STROKE_H

#include "run/picture/picture_canvas.h"

typedef struct gt__point {
    double x, y; /* pixels; the corner of the canvas is (0, 0) */
} gt__point;

/* Draw a line through n >= 1 points, `width` pixels wide, with round ends; a
 * single point is a dot. What lies beyond the canvas is cut off. */
void gt__stroke(const gt__canvas *canvas, const gt__point *points, int n,
                double width, gt__rgb colour);

/* A circle. */
void gt__stroke_circle(const gt__canvas *canvas, gt__point centre,
                       double radius, double width, gt__rgb colour);

/* --- Text: letters, digits and signs of ASCII, a box for others. What stands
 * between "^" and the next space is set higher and smaller. `size` is the
 * height of a capital in pixels. */

double gt__label_width(const char *text, double size);

/* Draw it with its base line beginning at (x, y). */
void gt__label(const gt__canvas *canvas, double x, double y, double size,
               const char *text, gt__rgb colour);

/* The same from bottom to top. */
void gt__label_upwards(const gt__canvas *canvas, double x, double y,
                       double size, const char *text, gt__rgb colour);

#endif
