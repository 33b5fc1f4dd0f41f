/* blocks.h: a pass over positions of n images, some at a time. For src/nn. */
#ifndef GT_NN_CONV_BLOCKS_H
#define GT_NN_CONV_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>

/* Images of `lines` lines with `columns` positions each. */
typedef struct gt__grid {
    int n, lines, columns;
} gt__grid;

/* Some whole images, or some lines of one image. */
typedef struct gt__block {
    int image, n_images;
    int line, n_lines;
} gt__block;

/* The largest block of about so many positions, never less than a line; the
 * last one of a pass may be smaller. */
gt__block gt__block_size(const gt__grid *grid, int positions);

/* Go on from *b, at first all zeros; false: that was the last. */
bool gt__block_next(const gt__grid *grid, const gt__block *size, gt__block *b);

/* Positions in a block, and before it. */
size_t gt__block_rows(const gt__grid *grid, const gt__block *b);
size_t gt__block_first(const gt__grid *grid, const gt__block *b);

#endif
