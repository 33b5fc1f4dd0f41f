/* winograd_sides.c: between images and matrices of evaluated tiles, either way.
 *
 * First down, then along: a line of tiles is combined from whole lines of the
 * image, one for each vertical row of the axis' matrix; then each of these is
 * cut into tiles. Both work on runs of channels, so they vectorise whatever the
 * points are. The adjoint goes back the same way, adding. */
#include "core/simd.h"
#include "nn/winograd.h"

#include <string.h>

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

/* Where an image's line is in one that tiles see, which may end before it. */
static size_t image_run(const gt__side *side)
{
    int room = side->width - side->left;
    return (size_t)(side->w < room ? side->w : room) * (size_t)side->c;
}

/* --- Down. */

/* Lines to combine; those beyond the image are left out. */
typedef struct line_sum {
    int n;
    const gt_real *from[GT__POINTS];
    gt_real by[GT__POINTS];
} line_sum;

GT_INLINE void combine(int n, const line_sum *of, gt_real *restrict to,
                       size_t size)
{
    const gt_real *from[GT__POINTS] = {0};
    gt_real by[GT__POINTS] = {0};
    for (int i = 0; i < n; i++) {
        from[i] = of->from[i];
        by[i] = of->by[i];
    }
    for (size_t j = 0; j < size; j++) {
        gt_real sum = by[0] * from[0][j];
        for (int i = 1; i < n; i++)
            sum += by[i] * from[i][j];
        to[j] = sum;
    }
}

GT_SIMD static void combine_lines(const line_sum *of, gt_real *to, size_t size)
{
    switch (of->n) {
    case 0:
        for (size_t j = 0; j < size; j++)
            to[j] = 0;
        break;
    case 1:
        combine(1, of, to, size);
        break;
    case 2:
        combine(2, of, to, size);
        break;
    case 3:
        combine(3, of, to, size);
        break;
    case 4:
        combine(4, of, to, size);
        break;
    default:
        combine(of->n, of, to, size);
    }
}

GT_SIMD static void add_scaled(const gt_real *restrict from, gt_real by,
                               gt_real *restrict to, size_t n)
{
    for (size_t i = 0; i < n; i++)
        to[i] += by * from[i];
}

/* The vertical rows of line y of tiles; zeros beside the image are there. */
static void evaluate_lines(const gt__side *side, const gt_real *image, int y,
                           gt_real *line)
{
    size_t run = image_run(side), next = (size_t)side->w * (size_t)side->c;
    int top = y * side->step[0] - side->top;
    line += (size_t)side->left * (size_t)side->c;
    for (int r = 0; r < rows_of(side, 0); r++, line += line_size(side)) {
        const gt__terms *terms = &side->terms[0][r];
        line_sum of = {0};
        for (int i = 0; i < terms->n; i++) {
            int at = top + terms->at[i];
            if (at < 0 || at >= side->h)
                continue;
            of.from[of.n] = image + (size_t)at * next;
            of.by[of.n++] = terms->by[i];
        }
        combine_lines(&of, line, run);
    }
}

static void spread_lines(const gt__side *side, const gt_real *lines, int y,
                         gt_real *image)
{
    size_t run = image_run(side), line = (size_t)side->w * (size_t)side->c;
    int top = y * side->step[0] - side->top;
    lines += (size_t)side->left * (size_t)side->c;
    for (int r = 0; r < rows_of(side, 0); r++, lines += line_size(side)) {
        const gt__terms *terms = &side->terms[0][r];
        for (int i = 0; i < terms->n; i++) {
            int at = top + terms->at[i];
            if (at >= 0 && at < side->h)
                add_scaled(lines, terms->by[i], image + (size_t)at * line, run);
        }
    }
}

/* --- Along. */

/* A run of c values from n places of a line, for each of some tiles. */
typedef struct runs {
    int tiles, c;
    size_t step; /* in the line, from tile to tile */
    size_t next; /* in the matrix */
} runs;

GT_INLINE void combine_runs(int n, const gt__terms *terms, const runs *of,
                            const gt_real *restrict line,
                            gt_real *restrict matrix)
{
    for (int x = 0; x < of->tiles; x++) {
        const gt_real *from = line + (size_t)x * of->step;
        gt_real *to = matrix + (size_t)x * of->next;
        for (int c = 0; c < of->c; c++) {
            gt_real sum = terms->by[0] * from[terms->at[0] * of->c + c];
            for (int i = 1; i < n; i++)
                sum += terms->by[i] * from[terms->at[i] * of->c + c];
            to[c] = sum;
        }
    }
}

GT_SIMD static void cut(const gt__terms *terms, const runs *of,
                        const gt_real *line, gt_real *matrix)
{
    switch (terms->n) {
    case 1:
        combine_runs(1, terms, of, line, matrix);
        break;
    case 2:
        combine_runs(2, terms, of, line, matrix);
        break;
    case 3:
        combine_runs(3, terms, of, line, matrix);
        break;
    case 4:
        combine_runs(4, terms, of, line, matrix);
        break;
    default:
        combine_runs(terms->n, terms, of, line, matrix);
    }
}

GT_SIMD static void paste(const gt__terms *terms, const runs *of,
                          const gt_real *restrict matrix,
                          gt_real *restrict line)
{
    for (int x = 0; x < of->tiles; x++)
        for (int i = 0; i < terms->n; i++) {
            const gt_real *from = matrix + (size_t)x * of->next;
            gt_real *to = line + (size_t)x * of->step +
                          (size_t)terms->at[i] * (size_t)of->c;
            gt_real by = terms->by[i];
            for (int c = 0; c < of->c; c++)
                to[c] += by * from[c];
        }
}

/* Between the lines and the matrices' rows from `row` on, out of `rows`. */
static void walk_tiles(const gt__side *side, size_t rows, size_t row,
                       gt_real *matrices, gt_real *lines, bool back)
{
    size_t c = (size_t)side->c;
    runs of = {
        .tiles = side->tiles, .c = side->c, .step = (size_t)side->step[1] * c};
    for (int a = 0; a < side->points[0]; a++)
        for (int b = 0; b < side->points[1]; b++) {
            of.next = (size_t)gt__side_depth(side, a, b);
            gt_real *at = matrices + row * of.next;
            for (int i = side->first[0][a]; i < side->first[0][a + 1]; i++)
                for (int j = side->first[1][b]; j < side->first[1][b + 1];
                     j++, at += c) {
                    gt_real *line = lines + (size_t)i * line_size(side);
                    if (back)
                        paste(&side->terms[1][j], &of, at, line);
                    else
                        cut(&side->terms[1][j], &of, line, at);
                }
            matrices += rows * of.next;
        }
}

/* --- Both. */

void gt__side_analyse(const gt__side *side, const gt__grid *grid,
                      const gt__block *block, const gt_real *images,
                      gt_real *matrices, gt_real *line)
{
    size_t rows = gt__block_rows(grid, block), row = 0;
    size_t image = (size_t)side->h * (size_t)side->w * (size_t)side->c;
    memset(line, 0, gt__side_line(side) * sizeof *line);
    for (int i = block->image; i < block->image + block->n_images; i++)
        for (int y = block->line; y < block->line + block->n_lines; y++) {
            evaluate_lines(side, images + (size_t)i * image, y, line);
            walk_tiles(side, rows, row, matrices, line, false);
            row += (size_t)side->tiles;
        }
}

void gt__side_synthesise(const gt__side *side, const gt__grid *grid,
                         const gt__block *block, const gt_real *matrices,
                         gt_real *images, gt_real *line)
{
    size_t rows = gt__block_rows(grid, block), row = 0;
    size_t image = (size_t)side->h * (size_t)side->w * (size_t)side->c;
    for (int i = block->image; i < block->image + block->n_images; i++)
        for (int y = block->line; y < block->line + block->n_lines; y++) {
            memset(line, 0, gt__side_line(side) * sizeof *line);
            walk_tiles(side, rows, row, (gt_real *)matrices, line, true);
            spread_lines(side, line, y, images + (size_t)i * image);
            row += (size_t)side->tiles;
        }
}
