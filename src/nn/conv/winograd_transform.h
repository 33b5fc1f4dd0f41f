/* winograd_transform.h: between images and matrices of tiles at points. For
 * src/nn/conv. Local. */
#ifndef GT_NN_CONV_WINOGRAD_TRANSFORM_H
#define GT_NN_CONV_WINOGRAD_TRANSFORM_H

#include "nn/conv/blocks.h"
#include "nn/conv/winograd_axis.h"

/* The images on one side of a convolution, big or small, as its transforms see
 * them. Pairs are vertical, horizontal. */
typedef struct gt__side {
    int h, w, c;   /* of an image */
    int top, left; /* zeros before it */
    int step[2];   /* lines and columns from tile to tile */
    int tiles;     /* in a line */
    int width;     /* columns under a line of tiles, zeros included */
    bool rounded;  /* matrices that a transform makes are of bf16 numbers */
    int points[2];
    const int *first[2]; /* the first row of each point */
    const gt__terms *terms[2];
    int span[2];              /* lines and columns that a tile sees, and */
    const gt__terms *back[2]; /* what each of them is made of: the adjoint */
} gt__side;

/* The transformed tiles of a block are matrices, one after the other, one for
 * each pair of points, vertical then horizontal: [tiles of the block x
 * gt__side_depth], where columns are [vertical phases x horizontal x c]. One of
 * bf16 numbers takes the first half of its place. */
int gt__side_depth(const gt__side *side, int a, int b);
size_t gt__side_depths(const gt__side *side); /* sum over all pairs */

/* A pair of points, vertical and horizontal, and its depth. */
typedef struct gt__point_pair {
    int a, b;
    int depth;
} gt__point_pair;

/* The pair after *at; the first one if it is all zeros. False: *at was the
 * last. */
bool gt__point_pair_next(const gt__side *side, gt__point_pair *at);

/* Reals of scratch that a line of tiles needs in a transform. */
size_t gt__side_line(const gt__side *side);

/* matrices = the block's tiles of n images of [h x w x c]. */
void gt__side_transform(const gt__side *side, const gt__grid *grid,
                        const gt__block *block, const gt_real *images,
                        gt_real *matrices, gt_real *line);

/* The adjoint: overwrites the images of the block's tiles, or adds to them
 * where tiles of an earlier block have been. */
void gt__side_transform_back(const gt__side *side, const gt__grid *grid,
                             const gt__block *block, const gt_real *matrices,
                             gt_real *images, gt_real *line);

#endif
