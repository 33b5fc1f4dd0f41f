/* plot.h: axes, and what is drawn between them. For src/run. Local.
 */
#ifndef GT_RUN_PICTURE_PLOT_H
#define GT_RUN_PICTURE_PLOT_H

#include "run/picture/stroke.h"

#include <stdbool.h>

enum { GT__PLOT_TEXT = 15 }; /* height of capitals */

typedef struct gt__axis {
    double low, high; /* low < high; above 0 where it is logarithmic */
    bool logarithmic;
    const char *label; /* NULL: none; borrowed */
} gt__axis;

typedef struct gt__plot {
    const gt__canvas *canvas;     /* borrowed */
    int left, top, width, height; /* of what is between the axes */
    gt__axis across, up;
    bool bare; /* another plot below has the numbers of `across` */
    int ticks; /* of `up`, about */
} gt__plot;

extern const gt__rgb gt__plot_ink, gt__plot_data, gt__plot_model;

/* Where values are on the canvas; values beyond an axis are beyond the frame.
 * Pure. */
double gt__plot_x(const gt__plot *plot, double value);
double gt__plot_y(const gt__plot *plot, double value);

/* The frame, ticks, numbers and labels. */
void gt__plot_axes(const gt__plot *plot);

/* A histogram: bin i from edges[i] to edges[i + 1] has heights[i]; bins that
 * are below the axis have none. Filled, or an outline. */
void gt__plot_bins(const gt__plot *plot, const double *edges,
                   const double *heights, int bins, bool filled,
                   gt__rgb colour);

/* A point with an error bar, cut at the frame; an arrow shows where it lies
 * beyond. */
void gt__plot_point(const gt__plot *plot, double x, double y, double error,
                    gt__rgb colour);

/* An entry of a legend that begins at (x, y), the middle of its line; returns
 * where the next one may begin. */
typedef enum gt__key {
    GT__KEY_FILLED,
    GT__KEY_LINE,
    GT__KEY_DOT,
    GT__KEY_RING
} gt__key;
double gt__plot_key(const gt__canvas *canvas, double x, double y, gt__key key,
                    gt__rgb colour, const char *text);

#endif
