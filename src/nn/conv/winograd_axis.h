/* winograd_axis.h: the matrices of a minimal filtering algorithm along one axis
 * of an image. For src/nn/conv. Local.
 *
 * A tile of r neighbouring outputs under a kernel of t taps needs r + t - 1
 * multiplications instead of r t (Toom 1963, Cook 1966, Winograd 1980):
 *
 *     small = A' [ (G kernel) . (B big) ]
 *
 * where the dot multiplies element by element, and B, G and A evaluate pixels,
 * taps and outputs at r + t - 1 points. With stride 2, the even and the odd
 * pixels are two images of their own, called phases, the one under the even
 * taps, the other under the odd ones.
 */
#ifndef GT_NN_CONV_WINOGRAD_AXIS_H
#define GT_NN_CONV_WINOGRAD_AXIS_H

#include "nn/conv/sums.h"

enum {
    GT__POINTS = GT__SOURCES, /* most points along an axis, infinity among
                                 them: a row of a matrix is one sum */
    GT__PHASES = 2,           /* the largest stride */
    GT__ROWS = GT__POINTS * GT__PHASES,
    GT__SPAN = GT__POINTS * GT__PHASES /* most pixels that a tile sees */
};

/* A row of a matrix without its zeros: the sum of by[i] * x[at[i]]. */
typedef struct gt__terms {
    int n;
    int at[GT__POINTS];
    gt_real by[GT__POINTS];
} gt__terms;

/* A row of B and of G is a point and a phase that has it. Rows are in the order
 * of points, and those of point a begin at first[a]. */
typedef struct gt__axis {
    int tile, tiles; /* outputs of a tile; tiles */
    int points, rows;
    int first[GT__POINTS + 1];
    gt__terms big[GT__ROWS];        /* B, on pixels from the tile's first one */
    gt__terms kernel[GT__ROWS];     /* G, on taps */
    gt__terms small[GT__POINTS];    /* A, on the outputs of the tile */
    gt__terms big_back[GT__SPAN];   /* B', on rows */
    gt__terms small_back[GT__SPAN]; /* A', on points */
    double noise; /* variance that rounding what is multiplied leaves in a
                     result, mean over a tile, in units of what it leaves
                     without tiles; of two axes: their product. The same for all
                     three products, where numbers are independent and of one
                     variance */
} gt__axis;

/* Points that tiles of `tile` outputs need. */
int gt__axis_points(int kernel, int stride, int tile);

/* Make the matrices, which need at most GT__POINTS points, for a kernel of
 * `kernel` taps at some stride and `outputs` outputs. */
void gt__axis_make(gt__axis *axis, int kernel, int stride, int outputs,
                   int tile);

/* Terms in n rows. */
int gt__terms_count(const gt__terms *rows, int n);

#endif
