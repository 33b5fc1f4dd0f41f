/* blocks.h: the positions of n images, taken in blocks. For src/nn/conv. Local.
 */
#ifndef GT_NN_CONV_BLOCKS_H
#define GT_NN_CONV_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>

/* Images of `lines` lines with `columns` positions each. */
typedef struct gt__grid {
    int n, lines, columns;
} gt__grid;

/* A block: some whole images, or some lines of one image. */
typedef struct gt__block {
    int image, n_images;
    int line, n_lines;
} gt__block;

/* The size of blocks of at most so many positions, but at least a line. The
 * last block may be smaller. */
gt__block gt__block_size(const gt__grid *grid, int positions);

/* The block after *b; the first one if *b is all zeros. False: *b was the last.
 */
bool gt__block_next(const gt__grid *grid, const gt__block *size, gt__block *b);

/* Positions in a block, and positions before it. */
size_t gt__block_rows(const gt__grid *grid, const gt__block *b);
size_t gt__block_first(const gt__grid *grid, const gt__block *b);

#endif
