/* winograd_transform.c: an image is transformed vertically, then horizontally.
 * Vertically, whole lines of the image are combined, for a line of tiles and
 * one row of the vertical matrix at a time; horizontally, the result is cut
 * into tiles, whose columns are combined. The adjoint takes the same two steps
 * in reverse. All four are sums of a few runs of channels, so they vectorise
 * whatever the points are. */
#include "nn/conv/winograd_transform.h"

#include <string.h>

/* Rows of the matrix along an axis: of one point, of all. */
static int rows_at(const gt__side *side, int axis, int a)
{
    return side->first[axis][a + 1] - side->first[axis][a];
}

static int rows_of(const gt__side *side, int axis)
{
    return side->first[axis][side->points[axis]];
}

int gt__side_depth(const gt__side *side, int a, int b)
{
    return rows_at(side, 0, a) * rows_at(side, 1, b) * side->c;
}

size_t gt__side_depths(const gt__side *side)
{
    return (size_t)rows_of(side, 0) * (size_t)rows_of(side, 1) *
           (size_t)side->c;
}

static size_t line_size(const gt__side *side)
{
    return (size_t)side->width * (size_t)side->c;
}

size_t gt__side_line(const gt__side *side)
{
    return (size_t)rows_of(side, 0) * line_size(side);
}

/* Reals of an image's line that tiles see; the last tiles may end before it. */
static size_t image_run(const gt__side *side)
{
    int room = side->width - side->left;
    return (size_t)(side->w < room ? side->w : room) * (size_t)side->c;
}

/* --- Vertically. */

/* The image's line number `at` under line y of tiles, or -1. */
static int image_line(const gt__side *side, int y, int at)
{
    int line = y * side->step[0] + at - side->top;
    return line >= 0 && line < side->h ? line : -1;
}

/* Neighbouring tiles overlap: the first lines or columns of a tile are also the
 * last ones of the tile before it, which has written them already. */
static bool is_seen_before(const gt__side *side, int axis, int at)
{
    return at < side->span[axis] - side->step[axis];
}

/* Row i of the vertical matrix applied to line y of tiles. The zeros beside the
 * image are in `line` already. */
static void transform_lines(const gt__side *side, const gt_real *image, int y,
                            int i, gt_real *line)
{
    size_t next = (size_t)side->w * (size_t)side->c;
    gt__runs whole = {.times = 1, .size = image_run(side)};
    const gt__terms *terms = &side->terms[0][i];
    gt__sum s = {0};
    for (int k = 0; k < terms->n; k++) {
        int at = image_line(side, y, terms->at[k]);
        if (at >= 0)
            gt__sum_add(&s, image + (size_t)at * next, 0, terms->by[k]);
    }
    gt__combine(&s, &whole, line + (size_t)side->left * (size_t)side->c);
}

static void transform_lines_back(const gt__side *side, const gt_real *line,
                                 int y, gt_real *image)
{
    gt__runs whole = {.times = 1, .size = image_run(side)};
    line += (size_t)side->left * (size_t)side->c;
    for (int at = 0; at < side->span[0]; at++) {
        const gt__terms *terms = &side->back[0][at];
        int to = image_line(side, y, at);
        gt__sum s = {0};
        if (to < 0)
            continue;
        for (int i = 0; i < terms->n; i++)
            gt__sum_add(&s, line + (size_t)terms->at[i] * line_size(side), 0,
                        terms->by[i]);
        whole.add = y > 0 && is_seen_before(side, 0, at);
        gt__combine(&s, &whole,
                    image + (size_t)to * (size_t)side->w * (size_t)side->c);
    }
}

/* --- Horizontally. */

/* Rows i and j of the vertical and horizontal matrix, which belong to points a
 * and b. */
typedef struct place {
    int a, b, i, j;
} place;

/* Where the values of a place begin: in the matrices of a block with `rows`
 * tiles, for the tiles from number `row` on. */
static size_t offset_of(const gt__side *side, const place *at, size_t rows,
                        size_t row)
{
    const int *v = side->first[0], *h = side->first[1];
    int before =
        v[at->a] * rows_of(side, 1) + rows_at(side, 0, at->a) * h[at->b];
    int inside =
        (at->i - v[at->a]) * rows_at(side, 1, at->b) + at->j - h[at->b];
    return rows * (size_t)before * (size_t)side->c +
           row * (size_t)gt__side_depth(side, at->a, at->b) +
           (size_t)inside * (size_t)side->c;
}

/* The tiles of a line, transformed vertically by row i of point a. */
static void transform_tiles(const gt__side *side, int a, int i,
                            const gt_real *line, size_t rows, size_t row,
                            gt_real *matrices)
{
    size_t c = (size_t)side->c, step = (size_t)side->step[1] * c;
    for (int b = 0; b < side->points[1]; b++)
        for (int j = side->first[1][b]; j < side->first[1][b + 1]; j++) {
            const gt__terms *terms = &side->terms[1][j];
            place at = {a, b, i, j};
            gt__runs of = {.times = side->tiles,
                           .size = c,
                           .next = (size_t)gt__side_depth(side, a, b)};
            gt__sum s = {0};
            for (int k = 0; k < terms->n; k++)
                gt__sum_add(&s, line + (size_t)terms->at[k] * c, step,
                            terms->by[k]);
            gt__combine(&s, &of, matrices + offset_of(side, &at, rows, row));
        }
}

/* The point that row j belongs to. */
static int point_of(const gt__side *side, int axis, int j)
{
    int b = 0;
    while (j >= side->first[axis][b + 1])
        b++;
    return b;
}

static void transform_tiles_back(const gt__side *side, int a, int i,
                                 const gt_real *matrices, size_t rows,
                                 size_t row, gt_real *line)
{
    size_t c = (size_t)side->c, step = (size_t)side->step[1] * c;
    for (int at = side->span[1] - 1; at >= 0; at--) {
        const gt__terms *terms = &side->back[1][at];
        gt__sum s = {0};
        for (int k = 0; k < terms->n; k++) {
            int b = point_of(side, 1, terms->at[k]);
            place from = {a, b, i, terms->at[k]};
            gt__sum_add(&s, matrices + offset_of(side, &from, rows, row),
                        (size_t)gt__side_depth(side, a, b), terms->by[k]);
        }
        gt__runs of = {.times = side->tiles, .size = c, .next = step};
        if (is_seen_before(side, 1, at))
            of.times = 1;
        gt__combine(&s, &of, line + (size_t)at * c);
        of.times = side->tiles - of.times;
        of.add = true;
        if (of.times == 0)
            continue;
        for (int k = 0; k < s.n; k++)
            s.from[k] += s.next[k];
        gt__combine(&s, &of, line + (size_t)at * c + step);
    }
}

/* --- Both steps. */

static size_t image_size(const gt__side *side)
{
    return (size_t)side->h * (size_t)side->w * (size_t)side->c;
}

void gt__side_transform(const gt__side *side, const gt__grid *grid,
                        const gt__block *block, const gt_real *images,
                        gt_real *matrices, gt_real *line)
{
    size_t rows = gt__block_rows(grid, block), row = 0;
    memset(line, 0, line_size(side) * sizeof *line);
    for (int n = block->image; n < block->image + block->n_images; n++)
        for (int y = block->line; y < block->line + block->n_lines; y++) {
            for (int i = 0; i < rows_of(side, 0); i++) {
                transform_lines(side, images + (size_t)n * image_size(side), y,
                                i, line);
                transform_tiles(side, point_of(side, 0, i), i, line, rows, row,
                                matrices);
            }
            row += (size_t)side->tiles;
        }
}

/* Lines and columns that no tile sees. */
static bool has_blind_spots(const gt__side *side, const gt__grid *grid)
{
    int seen = (grid->lines - 1) * side->step[0] + side->span[0] - side->top;
    return seen < side->h || side->width - side->left < side->w;
}

void gt__side_transform_back(const gt__side *side, const gt__grid *grid,
                             const gt__block *block, const gt_real *matrices,
                             gt_real *images, gt_real *line)
{
    size_t rows = gt__block_rows(grid, block), row = 0;
    for (int n = block->image; n < block->image + block->n_images; n++) {
        gt_real *image = images + (size_t)n * image_size(side);
        if (block->line == 0 && has_blind_spots(side, grid))
            memset(image, 0, image_size(side) * sizeof *image);
        for (int y = block->line; y < block->line + block->n_lines; y++) {
            for (int i = 0; i < rows_of(side, 0); i++)
                transform_tiles_back(side, point_of(side, 0, i), i, matrices,
                                     rows, row,
                                     line + (size_t)i * line_size(side));
            transform_lines_back(side, line, y, image);
            row += (size_t)side->tiles;
        }
    }
}
