/* implicit_gemm.c: convolution as a product over patches that are never made
 * (implicit GEMM, as in Chetlur et al. 2014, arXiv:1410.0759). Pixels are NHWC,
 * so one line of a patch is a run of the image, and kernels that stand side by
 * side see runs that overlap: a row of the product is kh runs of kw x c terms,
 * taken from the image where it lies. Only the padding has to be there, so some
 * lines at a time are copied with it; patches would be many times that.
 *
 *     forward           a row for each position, all of a patch in its sum
 *     backward_data     the same from small to big, with the kernel turned by
 *                       180 degrees; for stride 1
 *     backward_weights  a row for each weight of a line of the kernel, all
 *                       positions in its sum
 *
 * In bf16 a word of the product is two terms. Forward they are of neighbouring
 * channels, so lines are rounded while they are copied, and are words then. Of
 * an odd number of channels, and for the gradient, they are of two lines: each
 * line is there once more, paired with the one that is needed next. Then runs
 * may begin anywhere, and sums are over pairs of the kernel's lines, or of
 * lines of positions.
 *
 * Products with few columns leave most of a vector empty, so where there are
 * few outputs, some neighbouring positions are one row, and their outputs,
 * which lie side by side, its columns: they read a few more columns of the
 * image, by a kernel that has zeros where a position does not look. */
#include "nn/conv/algorithms.h"
#include "nn/conv/cost.h"
#include "nn/conv/implicit_gemm_lines.h"

#include <stdlib.h>
#include <string.h>

typedef struct implicit_plan {
    gt__implicit forward, adjoint;
    bool turned; /* the gradient is made so */
    bool takes[GT__CONV_PRODUCTS];
} implicit_plan;

static gt_status plan_new(void **out, const gt__conv_geometry *g, int max_n)
{
    gt__conv_geometry adjoint = gt__implicit_adjoint(g);
    (void)max_n;
    *out = NULL;
    if (!gt_product_is_own(g->precision))
        return GT_OK;
    implicit_plan *plan = malloc(sizeof *plan);
    if (!plan)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate a convolution's plan");
    *plan = (implicit_plan){.forward = gt__implicit_make(g),
                            .adjoint = gt__implicit_make(&adjoint),
                            .turned = gt__implicit_weights_turned(g)};
    for (int p = 0; p < GT__CONV_PRODUCTS; p++)
        plan->takes[p] = gt__implicit_cost(g, p) < gt__cost_of_im2col(g, p);
    *out = plan;
    return GT_OK;
}

static bool takes(const void *plan, int n, gt__conv_product product)
{
    (void)n;
    return ((const implicit_plan *)plan)->takes[product];
}

/* --- Forward, and the adjoint. */

/* The weight of a tap at line ky and column kx, from channel i to channel o, is
 * first[ky * line + kx * tap + i * in + o * out]. */
typedef struct weights {
    const gt_real *first;
    ptrdiff_t line, tap, in, out;
} weights;

/* As stored: [K x m], or [m x K] if transposed. */
static weights weights_of(const gt__conv_geometry *g, gt_transpose op,
                          const gt_real *stored)
{
    ptrdiff_t c = g->c, m = g->m, kw = g->kw;
    if (op == GT_TRANSPOSED)
        return (weights){stored, kw * c, c, 1, gt__conv_patch_size(g)};
    return (weights){stored, kw * c * m, c * m, m, 1};
}

/* For the adjoint. */
static weights turned(const gt__conv_geometry *g, weights w)
{
    const gt_real *last = w.first + (g->kh - 1) * w.line + (g->kw - 1) * w.tap;
    return (weights){last, -w.line, -w.tap, w.out, w.in};
}

static size_t matrix_size(const gt__implicit *c)
{
    return (size_t)c->g.kh * (size_t)c->window.taps * (size_t)c->g.c *
           (size_t)c->window.width * (size_t)c->g.m;
}

/* The weights of a window, [kh x taps x c] x [width x m], whose columns see the
 * taps from their own on. */
static void fill_matrix(const gt__implicit *c, const weights *from,
                        gt_real *matrix)
{
    const gt__conv_geometry *g = &c->g;
    memset(matrix, 0, matrix_size(c) * sizeof *matrix);
    for (int ky = 0; ky < g->kh; ky++)
        for (int tap = 0; tap < c->window.taps; tap++)
            for (int i = 0; i < g->c; i++)
                for (int at = 0; at < c->window.width; at++, matrix += g->m) {
                    int kx = tap - at * g->sw;
                    if (kx < 0 || kx >= g->kw)
                        continue;
                    const gt_real *weight = from->first + ky * from->line +
                                            kx * from->tap + i * from->in;
                    for (int o = 0; o < g->m; o++)
                        matrix[o] = weight[o * from->out];
                }
}

/* In words. The matrix itself may be what is stored. */
static const gt_real *matrix_of(const gt__implicit *c, const weights *from,
                                gt_real *scratch)
{
    const gt__conv_geometry *g = &c->g;
    size_t size = matrix_size(c), line = size / (size_t)g->kh;
    bool same = from->out == 1 && from->in == g->m &&
                from->tap == (ptrdiff_t)g->c * g->m && from->line > 0 &&
                c->window.width == 1;
    if (!same)
        fill_matrix(c, from, scratch);
    const gt_real *matrix = same ? from->first : scratch;
    gt_real *words = scratch + size;
    int columns = c->window.width * g->m;
    switch (c->word) {
    case GT__OF_TERM:
        return matrix;
    case GT__OF_CHANNELS:
        gt_product_pair(matrix, (size_t)columns, (int)size / columns, columns,
                        words);
        return words;
    case GT__OF_LINES:
        for (int ky = 0; ky < g->kh; ky += 2)
            gt_product_pair(matrix + (size_t)ky * line, line,
                            ky + 1 < g->kh ? 2 : 1, (int)line,
                            words + (size_t)(ky / 2) * line);
        return words;
    }
    return NULL;
}

/* The windows of one line of positions. `lines`: what they see. */
static void convolve_line(const gt__implicit *c, const gt_real *lines,
                          const gt_real *matrix, gt_real *to)
{
    const gt__conv_geometry *g = &c->g;
    int width = c->window.width, full = g->ow / width, rest = g->ow % width;
    int tap = gt__implicit_words(c, g->c);
    int columns = width * g->m, words = c->window.taps * tap;
    size_t step = (size_t)width * (size_t)g->sw * (size_t)tap,
           apart = gt__implicit_line_words(c);
    int runs = g->kh;
    if (c->word == GT__OF_LINES) {
        runs = gt__implicit_pairs(g, g->kh);
        apart *= 2;
    }
    gt_operand a = {lines, step, 1, apart};
    gt_operand b = {matrix, 1, (size_t)columns,
                    (size_t)words * (size_t)columns};
    gt_product_runs(g->precision, full, columns, runs, words, a, b, false, to,
                    columns);
    if (rest == 0)
        return;
    a.at += (size_t)full * step;
    gt_product_runs(g->precision, 1, rest * g->m, runs, words, a, b, false,
                    to + (size_t)full * (size_t)columns, columns);
}

static void convolve(const gt__implicit *c, int n, const gt_real *from,
                     const weights *stored, gt_real *to,
                     const gt__conv_epilogue *epilogue, gt_real *scratch)
{
    const gt__conv_geometry *g = &c->g;
    size_t in = (size_t)g->h * (size_t)g->w * (size_t)g->c;
    size_t line = (size_t)g->ow * (size_t)g->m;
    size_t step = (size_t)g->sh * gt__implicit_line_words(c);
    const gt_real *matrix =
        matrix_of(c, stored, scratch + gt__implicit_lines_size(c));
    gt__grid grid = {n, g->oh, g->ow};
    for (int i = 0; i < n; i++)
        for (gt__block b = {.image = i, .n_images = 1};
             gt__implicit_next(c, &b);) {
            const gt_real *lines =
                gt__implicit_lines(c, c->word, from + (size_t)i * in, b.line,
                                   b.n_lines, 1, scratch);
            for (int y = 0; y < b.n_lines; y++)
                convolve_line(c, lines + (size_t)y * step, matrix,
                              to + (size_t)(i * g->oh + b.line + y) * line);
            gt__conv_epilogue_run(epilogue, &grid, &b, to,
                                  (size_t)g->oh * (size_t)g->ow);
        }
}

static void forward(const void *plan, int n, const gt_real *big,
                    const gt__conv_kernel *kernel, gt_real *small,
                    const gt__conv_epilogue *epilogue, gt_real *scratch)
{
    const implicit_plan *p = plan;
    weights stored = weights_of(&p->forward.g, kernel->op, kernel->weight);
    convolve(&p->forward, n, big, &stored, small, epilogue, scratch);
}

static void backward_data(const void *plan, int n, const gt_real *small,
                          const gt__conv_kernel *kernel, gt_real *big,
                          const gt__conv_epilogue *epilogue, gt_real *scratch)
{
    const implicit_plan *p = plan;
    const gt__conv_geometry *g = &p->forward.g;
    /* op is of [m x K] here: the kernel is stored as [K x m] if transposed. */
    gt_transpose stored =
        kernel->op == GT_TRANSPOSED ? GT_PLAIN : GT_TRANSPOSED;
    weights back = turned(g, weights_of(g, stored, kernel->weight));
    convolve(&p->adjoint, n, small, &back, big, epilogue, scratch);
}

/* --- The gradient by the weights. */

/* Lines of small in words: in bf16 each other line with the next one. */
static const gt_real *small_of(const gt__conv_geometry *g, const gt_real *small,
                               int n_lines, gt_real *scratch)
{
    size_t line = (size_t)g->ow * (size_t)g->m;
    if (g->precision != GT_BF16)
        return small;
    for (int y = 0; y < n_lines; y += 2)
        gt_product_pair(small + (size_t)y * line, line, y + 1 < n_lines ? 2 : 1,
                        (int)line, scratch + (size_t)(y / 2) * line);
    return scratch;
}

/* weight[K x m] or, if the plan says so, [m x K], += what some lines of
 * positions add; both sides in words. */
static void add_lines(const implicit_plan *p, int n_lines, const gt_real *lines,
                      const gt_real *small, bool add, gt_real *weight)
{
    const gt__conv_geometry *g = &p->forward.g;
    size_t c = (size_t)g->c, m = (size_t)g->m,
           size = gt__implicit_line_size(&p->forward);
    size_t apart = (g->precision == GT_BF16 ? 2 : 1) * (size_t)g->sh * size;
    int run = g->kw * g->c, patch = gt__conv_patch_size(g);
    int runs = gt__implicit_pairs(g, n_lines);
    gt_operand positions = {small, 1, m, (size_t)g->ow * m};
    gt_operand image = {lines, 1, (size_t)g->sw * c, apart};
    for (int ky = 0; ky < g->kh; ky++, image.at += size)
        if (p->turned)
            gt_product_runs(g->precision, g->m, run, runs, g->ow, positions,
                            image, add, weight + (size_t)(ky * run), patch);
        else
            gt_product_runs(g->precision, run, g->m, runs, g->ow, image,
                            positions, add, weight + (size_t)(ky * run) * m,
                            g->m);
}

/* to[columns x rows] = or += from[rows x columns], turned. */
static void turn(const gt_real *from, size_t rows, size_t columns, bool add,
                 gt_real *to)
{
    for (size_t j = 0; j < columns; j++)
        for (size_t i = 0; i < rows; i++) {
            gt_real x = from[i * columns + j];
            to[j * rows + i] = add ? to[j * rows + i] + x : x;
        }
}

/* Words of the lines of small of a block. */
static size_t pairs_size(const gt__implicit *c)
{
    const gt__conv_geometry *g = &c->g;
    return g->precision == GT_BF16
               ? (size_t)gt__implicit_pairs(g, gt__implicit_block(c)) *
                     (size_t)g->ow * (size_t)g->m
               : 0;
}

static void backward_weights(const void *plan, int n, const gt_real *big,
                             const gt_real *small, gt_transpose op,
                             gt_real *weight, bool accumulate, gt_real *scratch)
{
    const implicit_plan *p = plan;
    const gt__conv_geometry *g = &p->forward.g;
    size_t in = (size_t)g->h * (size_t)g->w * (size_t)g->c;
    size_t line = (size_t)g->ow * (size_t)g->m;
    size_t patch = (size_t)gt__conv_patch_size(g), m = (size_t)g->m;
    bool as_stored = p->turned == (op == GT_TRANSPOSED);
    gt_real *pairs = scratch + gt__implicit_lines_size(&p->forward);
    gt_real *sum = as_stored ? weight : pairs + pairs_size(&p->forward);
    bool add = as_stored && accumulate;
    for (int i = 0; i < n; i++)
        for (gt__block b = {.image = i, .n_images = 1};
             gt__implicit_next(&p->forward, &b);) {
            const gt_real *lines = gt__implicit_lines(
                &p->forward, gt__implicit_weights_word(g), big + (size_t)i * in,
                b.line, b.n_lines, g->sh, scratch);
            const gt_real *right =
                small_of(g, small + (size_t)(i * g->oh + b.line) * line,
                         b.n_lines, pairs);
            add_lines(p, b.n_lines, lines, right, add, sum);
            add = true;
        }
    if (!as_stored && p->turned)
        turn(sum, m, patch, accumulate, weight);
    else if (!as_stored)
        turn(sum, patch, m, accumulate, weight);
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* Lines, and a matrix, in bf16 once more in words. */
static size_t needed_by(const gt__implicit *c)
{
    int times = c->g.precision == GT_BF16 ? 2 : 1;
    return gt__implicit_lines_size(c) + (size_t)times * matrix_size(c);
}

static size_t scratch_size(const void *plan)
{
    const implicit_plan *p = plan;
    const gt__conv_geometry *g = &p->forward.g;
    size_t kernel = (size_t)gt__conv_patch_size(g) * (size_t)g->m, most = 0;
    if (p->takes[GT__CONV_FORWARD])
        most = needed_by(&p->forward);
    if (p->takes[GT__CONV_BACKWARD_DATA])
        most = larger(most, needed_by(&p->adjoint));
    if (p->takes[GT__CONV_BACKWARD_WEIGHTS])
        most = larger(most, gt__implicit_lines_size(&p->forward) +
                                pairs_size(&p->forward) + kernel);
    return most;
}

const gt__conv_algorithm gt__conv_implicit_gemm = {
    .name = "implicit_gemm",
    .plan_new = plan_new,
    .plan_free = free,
    .takes = takes,
    .scratch = scratch_size,
    .forward = forward,
    .backward_data = backward_data,
    .backward_weights = backward_weights,
};
