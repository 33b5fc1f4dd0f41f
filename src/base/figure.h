/* figure.h: numbers for people to look at, one below the other. Pure. */
#ifndef GT_BASE_FIGURE_H
#define GT_BASE_FIGURE_H

#include <stddef.h>

/* A number in five characters, with as many digits as fit: "0.202", "12.91",
 * " 1599". Powers of ten are used only where it would not be seen otherwise:
 * "2e-05". NaN and infinity are "  nan" and "  inf". Returns `text`. */
enum { GT_FIGURE = 16 };
char *gt_figure_text(double value, char text[GT_FIGURE]);

/* "1h02m", "3m05s", "12s" or "3d04h"; "?" where it is not known. Returns
 * `text`. */
enum { GT_DURATION = 24 };
char *gt_duration_text(double seconds, char text[GT_DURATION]);

#endif
