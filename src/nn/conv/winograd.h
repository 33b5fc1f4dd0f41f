/* winograd.h: convolution with fewer multiplications. For src/nn.
 *
 * A tile of r neighbouring outputs under a kernel of t taps needs r + t - 1
 * products instead of r * t (Toom 1963, Cook 1966, Winograd 1980; for networks
 * Lavin & Gray 2016, arXiv:1509.09308):
 *
 *     small = A' [ (G kernel) . (B big) ]
 *
 * where B, G and A' belong to polynomials at r + t - 1 points. With stride 2,
 * even and odd pixels are images of their own, the phases, each under the even
 * or the odd taps; the points of a phase with fewer taps are among those of one
 * with more, so their products add up inside one matrix product. In two
 * dimensions there is a matrix product for each pair of points, over channels
 * and phases, with a row per tile. Both gradients are the same map turned
 * round:
 *
 *     big = B' [ (G kernel) . (A small) ],   kernel = G' [ (B big) . (A small)
 * ]
 *
 * A 4x4 kernel with stride 2 takes 36 products for 64 at r = 2.
 */
#ifndef GT_NN_CONV_WINOGRAD_H
#define GT_NN_CONV_WINOGRAD_H

#include "nn/conv/blocks.h"
#include "nn/conv/conv.h"
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

/* The algorithm along one axis. A row is a point and a phase that has it; rows
 * are in the order of points, and those of point a begin at first[a]. */
typedef struct gt__axis {
    int tile, tiles; /* outputs in a tile; tiles */
    int points, rows;
    int first[GT__POINTS + 1];
    gt__terms big[GT__ROWS];        /* B, on pixels from the tile's first one */
    gt__terms kernel[GT__ROWS];     /* G, on taps */
    gt__terms small[GT__POINTS];    /* A, on the outputs of the tile */
    gt__terms big_back[GT__SPAN];   /* B', on rows */
    gt__terms small_back[GT__SPAN]; /* A', on points */
} gt__axis;

typedef struct gt__winograd {
    gt__conv p;
    int m;         /* channels of small */
    gt__axis v, h; /* vertical, horizontal */
    gt__grid grid; /* of tiles */
    gt__block block;
} gt__winograd;

/* A plan with tiles of this size; false if that takes more points than are
 * good for the digits, or if the geometry is none of ours. */
bool gt__winograd_plan_tiles(gt__winograd *plan, const gt__conv *p, int n,
                             int m, int tile_v, int tile_h);

/* The best plan for passes of n samples; false where plain patches are cheaper.
 */
bool gt__winograd_plan(gt__winograd *plan, const gt__conv *p, int n, int m);

/* Images as the transforms see them, either side of a plan. */
typedef struct gt__side {
    int h, w, c;   /* of an image */
    int top, left; /* zeros before it */
    int step[2];   /* lines and columns from tile to tile */
    int tiles;     /* in a line */
    int width;     /* columns under a line of tiles, zeros included */
    int points[2]; /* vertical and horizontal, as are: */
    const int *first[2];
    const gt__terms *terms[2];
    int span[2];              /* lines and columns that a tile sees, and */
    const gt__terms *back[2]; /* what each of them is made of: the adjoint */
} gt__side;

/* The evaluated tiles of a block are matrices, one for each pair of points,
 * vertical then horizontal, one after the other: [tiles of the block x
 * gt__side_depth], the columns being [vertical phases x horizontal x c]. */
int gt__side_depth(const gt__side *side, int a, int b);
size_t gt__side_depths(const gt__side *side); /* sum over all pairs */

/* Reals that a line of tiles needs on its way. */
size_t gt__side_line(const gt__side *side);

/* matrices = the block's tiles of `image`, n images of [h x w x c]. */
void gt__side_analyse(const gt__side *side, const gt__grid *grid,
                      const gt__block *block, const gt_real *images,
                      gt_real *matrices, gt_real *line);

/* The adjoint: overwrites the images of the block's tiles, or adds to them
 * where tiles of an earlier block have been. */
void gt__side_synthesise(const gt__side *side, const gt__grid *grid,
                         const gt__block *block, const gt_real *matrices,
                         gt_real *images, gt_real *line);

/* Reals of scratch that a plan's passes need, and those of any plan for up to
 * max_n samples. */
size_t gt__winograd_working_set(const gt__winograd *plan);
size_t gt__winograd_scratch(const gt__conv *p, int max_n, int m);

/* As those of patches.h, which see; for passes of the plan's n. */
void gt__winograd_forward(const gt__winograd *plan, const gt_real *big,
                          gt_transpose op, const gt_real *weight,
                          gt_real *small, const gt__conv_epilogue *done,
                          gt_real *scratch);
void gt__winograd_backward_data(const gt__winograd *plan, const gt_real *small,
                                gt_transpose op, const gt_real *weight,
                                gt_real *big, const gt__conv_epilogue *done,
                                gt_real *scratch);
void gt__winograd_backward_weights(const gt__winograd *plan, const gt_real *big,
                                   const gt_real *small, gt_transpose op,
                                   gt_real *weight, bool accumulate,
                                   gt_real *scratch);

#endif
