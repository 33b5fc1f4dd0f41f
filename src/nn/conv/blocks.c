/* blocks.c: a block is whole images or whole lines, so that its positions are
 * one span of memory. */
#include "nn/conv/blocks.h"

static int limit(int x, int low, int high)
{
    return x < low ? low : x > high ? high : x;
}

gt__block gt__block_size(const gt__grid *grid, int positions)
{
    int per_image = grid->lines * grid->columns;
    if (per_image <= positions)
        return (gt__block){.n_images = limit(positions / per_image, 1, grid->n),
                           .n_lines = grid->lines};
    return (gt__block){.n_images = 1,
                       .n_lines =
                           limit(positions / grid->columns, 1, grid->lines)};
}

bool gt__block_next(const gt__grid *grid, const gt__block *size, gt__block *b)
{
    if (b->n_images == 0) {
        *b = *size;
    } else if (b->line + b->n_lines < grid->lines) {
        b->line += b->n_lines;
    } else {
        b->image += b->n_images;
        b->line = 0;
    }
    if (b->image >= grid->n)
        return false;
    b->n_images = limit(size->n_images, 1, grid->n - b->image);
    b->n_lines = limit(size->n_lines, 1, grid->lines - b->line);
    return true;
}

size_t gt__block_rows(const gt__grid *grid, const gt__block *b)
{
    return (size_t)b->n_images * (size_t)b->n_lines * (size_t)grid->columns;
}

size_t gt__block_first(const gt__grid *grid, const gt__block *b)
{
    return ((size_t)b->image * (size_t)grid->lines + (size_t)b->line) *
           (size_t)grid->columns;
}
