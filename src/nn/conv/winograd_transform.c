/* winograd_transform.c: an image is transformed vertically, then horizontally.
 * Vertically, whole lines of the image are combined, for a line of tiles and
 * one row of the vertical matrix at a time; horizontally, the result is cut
 * into tiles, whose columns are combined. The adjoint takes the same two steps
 * in reverse. All four are sums of a few runs of channels, so they vectorise
 * whatever the points are. Lines of tiles are taken several at a time, as many
 * as fit into the first-level cache: finding out what is added to what takes as
 * long as adding up a line of a small image. There, too, tiles are rounded for
 * products in bf16, so that half as much goes to the second level and back. */
#include "nn/conv/winograd_transform.h"

#include "core/product.h"

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

bool gt__point_pair_next(const gt__side *side, gt__point_pair *at)
{
    if (at->depth > 0)
        at->b++;
    if (at->b == side->points[1]) {
        at->b = 0;
        at->a++;
    }
    if (at->a == side->points[0])
        return false;
    at->depth = gt__side_depth(side, at->a, at->b);
    return true;
}

static size_t line_size(const gt__side *side)
{
    return (size_t)side->width * (size_t)side->c;
}

enum { GROUP_REALS = 4096 }; /* 16 KB in fp32 */

/* Lines of tiles that are taken together. */
static int group_size(const gt__side *side)
{
    size_t lines = GROUP_REALS / line_size(side);
    return lines > 1 ? (int)lines : 1;
}

size_t gt__side_line(const gt__side *side)
{
    return (size_t)group_size(side) * (size_t)rows_of(side, 0) *
           line_size(side);
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
    gt__runs whole = {.lines = 1, .times = 1, .size = image_run(side)};
    const gt__terms *terms = &side->terms[0][i];
    gt__sum s = {0};
    for (int k = 0; k < terms->n; k++) {
        int at = image_line(side, y, terms->at[k]);
        if (at >= 0)
            gt__sum_add(&s, image + (size_t)at * next, 0, 0, terms->by[k]);
    }
    gt__combine(&s, &whole, line + (size_t)side->left * (size_t)side->c);
}

static void transform_lines_back(const gt__side *side, const gt_real *line,
                                 int y, gt_real *image)
{
    gt__runs whole = {.lines = 1, .times = 1, .size = image_run(side)};
    line += (size_t)side->left * (size_t)side->c;
    for (int at = 0; at < side->span[0]; at++) {
        const gt__terms *terms = &side->back[0][at];
        int to = image_line(side, y, at);
        gt__sum s = {0};
        if (to < 0)
            continue;
        for (int i = 0; i < terms->n; i++)
            gt__sum_add(&s, line + (size_t)terms->at[i] * line_size(side), 0, 0,
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

/* Reals before the matrix of a place, of a block with `rows` tiles. */
static size_t matrix_of(const gt__side *side, const place *at, size_t rows)
{
    const int *v = side->first[0], *h = side->first[1];
    int before =
        v[at->a] * rows_of(side, 1) + rows_at(side, 0, at->a) * h[at->b];
    return rows * (size_t)before * (size_t)side->c;
}

/* Numbers of its matrix before the values of a place, for the tiles from number
 * `row` on. */
static size_t offset_of(const gt__side *side, const place *at, size_t row)
{
    const int *v = side->first[0], *h = side->first[1];
    int inside =
        (at->i - v[at->a]) * rows_at(side, 1, at->b) + at->j - h[at->b];
    return row * (size_t)gt__side_depth(side, at->a, at->b) +
           (size_t)inside * (size_t)side->c;
}

/* A sum for each tile of some lines, which goes to rows that lie `next` numbers
 * apart, through `tiles` if it is rounded on its path. */
static void combine_tiles(const gt__side *side, const gt__sum *s, int lines,
                          gt_real *matrix, size_t offset, size_t next,
                          gt_real *tiles)
{
    size_t c = (size_t)side->c, apart = side->rounded ? c : next;
    gt__runs of = {.lines = lines,
                   .times = side->tiles,
                   .size = c,
                   .next = apart,
                   .line = apart * (size_t)side->tiles};
    gt__combine(s, &of, side->rounded ? tiles : matrix + offset);
    if (side->rounded)
        gt_product_round(tiles, lines * side->tiles, side->c,
                         (uint16_t *)(void *)matrix + offset, next);
}

/* The tiles of some lines, transformed vertically by row i of point a. `tiles`:
 * scratch for as many reals as these lines have. */
static void transform_tiles(const gt__side *side, int a, int i,
                            const gt_real *line, int lines, size_t rows,
                            size_t row, gt_real *matrices, gt_real *tiles)
{
    size_t c = (size_t)side->c, step = (size_t)side->step[1] * c;
    for (int b = 0; b < side->points[1]; b++)
        for (int j = side->first[1][b]; j < side->first[1][b + 1]; j++) {
            const gt__terms *terms = &side->terms[1][j];
            place at = {a, b, i, j};
            gt__sum s = {0};
            for (int k = 0; k < terms->n; k++)
                gt__sum_add(&s, line + (size_t)terms->at[k] * c, step,
                            line_size(side), terms->by[k]);
            combine_tiles(side, &s, lines,
                          matrices + matrix_of(side, &at, rows),
                          offset_of(side, &at, row),
                          (size_t)gt__side_depth(side, a, b), tiles);
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

/* Lines of a group lie `apart`. */
static void transform_tiles_back(const gt__side *side, int a, int i,
                                 const gt_real *matrices, size_t rows,
                                 size_t row, gt_real *line, int lines,
                                 size_t apart)
{
    size_t c = (size_t)side->c, step = (size_t)side->step[1] * c;
    for (int at = side->span[1] - 1; at >= 0; at--) {
        const gt__terms *terms = &side->back[1][at];
        gt__sum s = {0};
        for (int k = 0; k < terms->n; k++) {
            int b = point_of(side, 1, terms->at[k]);
            place from = {a, b, i, terms->at[k]};
            size_t next = (size_t)gt__side_depth(side, a, b);
            gt__sum_add(&s,
                        matrices + matrix_of(side, &from, rows) +
                            offset_of(side, &from, row),
                        next, next * (size_t)side->tiles, terms->by[k]);
        }
        gt__runs of = {.lines = lines,
                       .times = side->tiles,
                       .size = c,
                       .next = step,
                       .line = apart};
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

/* Lines of tiles of a block, of all its images. */
typedef struct group {
    int first, n;
} group;

static bool next_group(const gt__side *side, const gt__block *block, group *g)
{
    int left = block->n_images * block->n_lines - g->first - g->n;
    int most = group_size(side);
    g->first += g->n;
    g->n = left < most ? left : most;
    return g->n > 0;
}

/* Image and line of line number `at` of a block. */
static int image_of(const gt__block *block, int at)
{
    return block->image + at / block->n_lines;
}

static int line_of(const gt__block *block, int at)
{
    return block->line + at % block->n_lines;
}

void gt__side_transform(const gt__side *side, const gt__grid *grid,
                        const gt__block *block, const gt_real *images,
                        gt_real *matrices, gt_real *line)
{
    size_t rows = gt__block_rows(grid, block), size = line_size(side);
    size_t lines = (size_t)group_size(side) * size;
    memset(line, 0, lines * sizeof *line);
    for (group g = {0}; next_group(side, block, &g);) {
        size_t row = (size_t)g.first * (size_t)side->tiles;
        for (int i = 0; i < rows_of(side, 0); i++) {
            for (int k = 0; k < g.n; k++) {
                size_t image = (size_t)image_of(block, g.first + k);
                transform_lines(side, images + image * image_size(side),
                                line_of(block, g.first + k), i,
                                line + (size_t)k * size);
            }
            transform_tiles(side, point_of(side, 0, i), i, line, g.n, rows, row,
                            matrices, line + lines);
        }
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
    size_t rows = gt__block_rows(grid, block);
    size_t apart = (size_t)rows_of(side, 0) * line_size(side);
    bool blind = block->line == 0 && has_blind_spots(side, grid);
    for (group g = {0}; next_group(side, block, &g);) {
        size_t row = (size_t)g.first * (size_t)side->tiles;
        for (int i = 0; i < rows_of(side, 0); i++)
            transform_tiles_back(side, point_of(side, 0, i), i, matrices, rows,
                                 row, line + (size_t)i * line_size(side), g.n,
                                 apart);
        for (int k = 0; k < g.n; k++) {
            int y = line_of(block, g.first + k);
            gt_real *image = images + (size_t)image_of(block, g.first + k) *
                                          image_size(side);
            if (blind && y == 0)
                memset(image, 0, image_size(side) * sizeof *image);
            transform_lines_back(side, line + (size_t)k * apart, y, image);
        }
    }
}
