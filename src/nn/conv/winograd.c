/* winograd.c: the three products of a convolution, evaluated at points.
 *
 * A block of tiles is evaluated on whichever sides are known, then there is one
 * matrix product for each pair of points, then the unknown side is put together
 * again. The evaluated kernel takes more room than the kernel; where all tiles
 * fit into one block, it is made and used point by point. */
#include "nn/conv/winograd.h"

#include "core/simd.h"

#include <string.h>

static const int single[GT__POINTS + 1] = {0, 1, 2, 3, 4, 5, 6};

/* Pixels up to the last one that has a part in any row. */
static int span_of(const gt__terms *back)
{
    int span = GT__SPAN;
    while (back[span - 1].n == 0)
        span--;
    return span;
}

static gt__side big_side(const gt__winograd *w)
{
    const gt__conv *p = &w->p;
    int step_h = p->sw * w->h.tile, span_h = span_of(w->h.big_back);
    return (gt__side){.h = p->h,
                      .w = p->w,
                      .c = p->c,
                      .top = p->top,
                      .left = p->left,
                      .step = {p->sh * w->v.tile, step_h},
                      .tiles = w->h.tiles,
                      .width = step_h * (w->h.tiles - 1) + span_h,
                      .points = {w->v.points, w->h.points},
                      .first = {w->v.first, w->h.first},
                      .terms = {w->v.big, w->h.big},
                      .span = {span_of(w->v.big_back), span_h},
                      .back = {w->v.big_back, w->h.big_back}};
}

static gt__side small_side(const gt__winograd *w)
{
    return (gt__side){.h = w->p.oh,
                      .w = w->p.ow,
                      .c = w->m,
                      .step = {w->v.tile, w->h.tile},
                      .tiles = w->h.tiles,
                      .width = w->h.tile * w->h.tiles,
                      .points = {w->v.points, w->h.points},
                      .first = {single, single},
                      .terms = {w->v.small, w->h.small},
                      .span = {w->v.tile, w->h.tile},
                      .back = {w->v.small_back, w->h.small_back}};
}

/* --- The kernel. */

/* What a pass has at hand. */
typedef struct work {
    const gt__winograd *plan;
    gt__side big, small;
    gt_transpose op; /* how the kernel is stored */
    gt_real *of_big, *of_small, *kernel, *line;
    bool together; /* the kernel's matrices have places of their own */
} work;

static bool has_one_block(const gt__winograd *w)
{
    return w->block.n_images == w->grid.n && w->block.n_lines == w->grid.lines;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static size_t kernel_size(const gt__winograd *w, const gt__side *big)
{
    size_t most = 0;
    if (!has_one_block(w))
        return gt__side_depths(big) * (size_t)w->m;
    for (int a = 0; a < w->v.points; a++)
        for (int b = 0; b < w->h.points; b++)
            most = larger(most, (size_t)gt__side_depth(big, a, b));
    return most * (size_t)w->m;
}

size_t gt__winograd_working_set(const gt__winograd *w)
{
    gt__side big = big_side(w), small = small_side(w);
    size_t rows = gt__block_rows(&w->grid, &w->block);
    return rows * (gt__side_depths(&big) + gt__side_depths(&small)) +
           kernel_size(w, &big) +
           larger(gt__side_line(&big), gt__side_line(&small));
}

static work begin(const gt__winograd *w, gt_transpose op, gt_real *scratch)
{
    work k = {.plan = w,
              .big = big_side(w),
              .small = small_side(w),
              .op = op,
              .together = !has_one_block(w)};
    size_t rows = gt__block_rows(&w->grid, &w->block);
    k.of_big = scratch;
    k.of_small = k.of_big + rows * gt__side_depths(&k.big);
    k.kernel = k.of_small + rows * gt__side_depths(&k.small);
    k.line = k.kernel + kernel_size(w, &k.big);
    return k;
}

GT_SIMD static void add_scaled(const gt_real *restrict from, gt_real by,
                               gt_real *restrict to, size_t n)
{
    for (size_t i = 0; i < n; i++)
        to[i] += by * from[i];
}

/* value = a pair of rows of G on a part of every tap. */
static void evaluate(const gt__terms *v, const gt__terms *h, int kw, size_t tap,
                     const gt_real *taps, gt_real *value, size_t n)
{
    gt__runs whole = {.times = 1, .size = n};
    gt__sum s = {0};
    for (int i = 0; i < v->n; i++)
        for (int j = 0; j < h->n; j++) {
            if (s.n == GT__SOURCES) {
                gt__combine(&s, &whole, value);
                whole.add = true;
                s.n = 0;
            }
            gt__sum_add(&s, taps + (size_t)(v->at[i] * kw + h->at[j]) * tap, 0,
                        v->by[i] * h->by[j]);
        }
    gt__combine(&s, &whole, value);
}

static void add_back(const gt__terms *v, const gt__terms *h, int kw, size_t tap,
                     const gt_real *value, gt_real *taps, size_t n)
{
    for (int i = 0; i < v->n; i++)
        for (int j = 0; j < h->n; j++)
            add_scaled(value, v->by[i] * h->by[j],
                       taps + (size_t)(v->at[i] * kw + h->at[j]) * tap, n);
}

/* A tap's weights are c x m in a row, or m times c if the kernel is stored as
 * [m x K]; so are the values made of them. A slice is a part of each tap that
 * the first-level cache holds for all taps together. */
typedef struct slices {
    size_t count, tap, size, last; /* reals of a tap, of its slices, of the last
                                      slice */
    size_t taps_step, values_step; /* from slice to slice */
} slices;

enum { SLICE = 512 };

static slices slices_of(const work *k, int depth)
{
    size_t c = (size_t)k->big.c, m = (size_t)k->plan->m;
    if (k->op == GT_TRANSPOSED)
        return (slices){.count = m,
                        .tap = c,
                        .size = c,
                        .last = c,
                        .taps_step = (size_t)gt__conv_patch_size(&k->plan->p),
                        .values_step = (size_t)depth};
    size_t count = (c * m + SLICE - 1) / SLICE;
    return (slices){.count = count,
                    .tap = c * m,
                    .size = SLICE,
                    .last = c * m - (count - 1) * SLICE,
                    .taps_step = SLICE,
                    .values_step = SLICE};
}

static size_t size_of(const slices *of, size_t i)
{
    return i + 1 < of->count ? of->size : of->last;
}

/* One pair of points: its matrices on both sides, and the kernel's, [depth x m]
 * or, if the kernel is stored as [m x K], [m x depth]. */
typedef struct pair {
    int a, b;
    int depth;
    gt_real *big, *small, *kernel;
} pair;

static void evaluate_slice(const work *k, const pair *at, size_t s,
                           const gt_real *kernel)
{
    const gt__axis *v = &k->plan->v, *h = &k->plan->h;
    slices of = slices_of(k, at->depth);
    size_t n = size_of(&of, s);
    gt_real *value = at->kernel + s * of.values_step;
    const gt_real *taps = kernel + s * of.taps_step;
    for (int i = v->first[at->a]; i < v->first[at->a + 1]; i++)
        for (int j = h->first[at->b]; j < h->first[at->b + 1]; j++) {
            evaluate(&v->kernel[i], &h->kernel[j], k->plan->p.kw, of.tap, taps,
                     value, n);
            value += of.tap;
        }
}

/* The adjoint, added to the kernel. */
static void return_slice(const work *k, const pair *at, size_t s,
                         gt_real *kernel)
{
    const gt__axis *v = &k->plan->v, *h = &k->plan->h;
    slices of = slices_of(k, at->depth);
    size_t n = size_of(&of, s);
    const gt_real *value = at->kernel + s * of.values_step;
    gt_real *taps = kernel + s * of.taps_step;
    for (int i = v->first[at->a]; i < v->first[at->a + 1]; i++)
        for (int j = h->first[at->b]; j < h->first[at->b + 1]; j++) {
            add_back(&v->kernel[i], &h->kernel[j], k->plan->p.kw, of.tap, value,
                     taps, n);
            value += of.tap;
        }
}

static bool next_pair(const work *k, size_t rows, pair *at)
{
    size_t m = (size_t)k->plan->m;
    if (!at->big) {
        *at =
            (pair){.big = k->of_big, .small = k->of_small, .kernel = k->kernel};
    } else {
        at->big += rows * (size_t)at->depth;
        at->small += rows * m;
        if (k->together)
            at->kernel += (size_t)at->depth * m;
        at->b++;
    }
    if (at->b == k->plan->h.points) {
        at->b = 0;
        at->a++;
    }
    if (at->a == k->plan->v.points)
        return false;
    at->depth = gt__side_depth(&k->big, at->a, at->b);
    return true;
}

/* Evaluate the kernel: all pairs, slice by slice, if `only` is NULL. */
static void evaluate_kernel(const work *k, const pair *only,
                            const gt_real *kernel)
{
    size_t count = slices_of(k, 0).count;
    for (size_t s = 0; s < count; s++)
        if (only)
            evaluate_slice(k, only, s, kernel);
        else
            for (pair at = {0}; next_pair(k, 0, &at);)
                evaluate_slice(k, &at, s, kernel);
}

static void return_kernel(const work *k, const pair *only, gt_real *kernel)
{
    size_t count = slices_of(k, 0).count;
    for (size_t s = 0; s < count; s++)
        if (only)
            return_slice(k, only, s, kernel);
        else
            for (pair at = {0}; next_pair(k, 0, &at);)
                return_slice(k, &at, s, kernel);
}

void gt__winograd_forward(const gt__winograd *w, const gt_real *big,
                          gt_transpose op, const gt_real *weight,
                          gt_real *small, const gt__conv_epilogue *done,
                          gt_real *scratch)
{
    work k = begin(w, op, scratch);
    if (k.together)
        evaluate_kernel(&k, NULL, weight);
    gt__block b = {0};
    while (gt__block_next(&w->grid, &w->block, &b)) {
        size_t rows = gt__block_rows(&w->grid, &b);
        gt__side_analyse(&k.big, &w->grid, &b, big, k.of_big, k.line);
        for (pair at = {0}; next_pair(&k, rows, &at);) {
            if (!k.together)
                evaluate_kernel(&k, &at, weight);
            gt_gemm(GT_PLAIN, op, (int)rows, w->m, at.depth, at.big, at.depth,
                    at.kernel, op == GT_TRANSPOSED ? at.depth : w->m, 0,
                    at.small, w->m);
        }
        gt__side_synthesise(&k.small, &w->grid, &b, k.of_small, small, k.line);
        gt__conv_epilogue_run(done, &w->grid, &b, small,
                              (size_t)w->p.oh * (size_t)w->p.ow);
    }
}

void gt__winograd_backward_data(const gt__winograd *w, const gt_real *small,
                                gt_transpose op, const gt_real *weight,
                                gt_real *big, const gt__conv_epilogue *done,
                                gt_real *scratch)
{
    /* op is of [m x K] here: the kernel is stored as [K x m] if transposed. */
    gt_transpose stored = op == GT_TRANSPOSED ? GT_PLAIN : GT_TRANSPOSED;
    work k = begin(w, stored, scratch);
    if (k.together)
        evaluate_kernel(&k, NULL, weight);
    gt__block b = {0};
    while (gt__block_next(&w->grid, &w->block, &b)) {
        size_t rows = gt__block_rows(&w->grid, &b);
        gt__side_analyse(&k.small, &w->grid, &b, small, k.of_small, k.line);
        for (pair at = {0}; next_pair(&k, rows, &at);) {
            if (!k.together)
                evaluate_kernel(&k, &at, weight);
            gt_gemm(GT_PLAIN, op, (int)rows, at.depth, w->m, at.small, w->m,
                    at.kernel, op == GT_TRANSPOSED ? w->m : at.depth, 0, at.big,
                    at.depth);
        }
        gt__side_synthesise(&k.big, &w->grid, &b, k.of_big, big, k.line);
        gt__conv_epilogue_run(done, &w->grid, &b, big,
                              (size_t)w->p.h * (size_t)w->p.w);
    }
}

void gt__winograd_backward_weights(const gt__winograd *w, const gt_real *big,
                                   const gt_real *small, gt_transpose op,
                                   gt_real *weight, bool accumulate,
                                   gt_real *scratch)
{
    work k = begin(w, op, scratch);
    size_t size = (size_t)gt__conv_patch_size(&w->p) * w->m;
    if (!accumulate)
        memset(weight, 0, size * sizeof *weight);
    gt__block b = {0};
    bool begun = false;
    while (gt__block_next(&w->grid, &w->block, &b)) {
        int rows = (int)gt__block_rows(&w->grid, &b);
        gt__side_analyse(&k.big, &w->grid, &b, big, k.of_big, k.line);
        gt__side_analyse(&k.small, &w->grid, &b, small, k.of_small, k.line);
        for (pair at = {0}; next_pair(&k, (size_t)rows, &at);) {
            if (op == GT_TRANSPOSED)
                gt_gemm(GT_TRANSPOSED, GT_PLAIN, w->m, at.depth, rows, at.small,
                        w->m, at.big, at.depth, begun, at.kernel, at.depth);
            else
                gt_gemm(GT_TRANSPOSED, GT_PLAIN, at.depth, w->m, rows, at.big,
                        at.depth, at.small, w->m, begun, at.kernel, w->m);
            if (!k.together)
                return_kernel(&k, &at, weight);
        }
        begun = true;
    }
    if (k.together)
        return_kernel(&k, NULL, weight);
}
