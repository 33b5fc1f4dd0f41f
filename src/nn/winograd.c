/* winograd.c: the three products of a convolution, evaluated at points.
 *
 * A block of tiles is evaluated on whichever sides are known, then there is one
 * matrix product for each pair of points, then the unknown side is put together
 * again. The evaluated kernel takes more room than the kernel; where all tiles
 * fit into one block, it is made and used point by point. */
#include "nn/winograd.h"

#include "core/simd.h"

#include <string.h>

static const int single[GT__POINTS + 1] = {0, 1, 2, 3, 4, 5, 6};

static int width_of(const gt__terms *terms, int n, int step, int tiles)
{
    int last = 0;
    for (int r = 0; r < n; r++)
        for (int i = 0; i < terms[r].n; i++)
            last = terms[r].at[i] > last ? terms[r].at[i] : last;
    return step * (tiles - 1) + last + 1;
}

static gt__side big_side(const gt__winograd *w)
{
    const gt__patches *p = &w->p;
    int step_h = p->sw * w->h.tile;
    return (gt__side){.h = p->h,
                      .w = p->w,
                      .c = p->c,
                      .top = p->top,
                      .left = p->left,
                      .step = {p->sh * w->v.tile, step_h},
                      .tiles = w->h.tiles,
                      .width =
                          width_of(w->h.big, w->h.rows, step_h, w->h.tiles),
                      .points = {w->v.points, w->h.points},
                      .first = {w->v.first, w->h.first},
                      .terms = {w->v.big, w->h.big}};
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
                      .terms = {w->v.small, w->h.small}};
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

GT_SIMD static void scaled(const gt_real *restrict from, gt_real by,
                           gt_real *restrict to, size_t n)
{
    for (size_t i = 0; i < n; i++)
        to[i] = by * from[i];
}

GT_SIMD static void add_scaled(const gt_real *restrict from, gt_real by,
                               gt_real *restrict to, size_t n)
{
    for (size_t i = 0; i < n; i++)
        to[i] += by * from[i];
}

/* A tap's weights, c x m, are one run in a row, or m runs of c if the kernel is
 * stored as [m x K]; so are the values made of them. */
typedef struct tap_runs {
    size_t n, times;
    size_t tap_step, value_step; /* from run to run */
} tap_runs;

static tap_runs runs_of(const work *k, int depth)
{
    size_t c = (size_t)k->big.c, m = (size_t)k->plan->m;
    bool turned = k->op == GT_TRANSPOSED;
    return (tap_runs){.n = turned ? c : c * m,
                      .times = turned ? m : 1,
                      .tap_step = (size_t)gt__patch_size(&k->plan->p),
                      .value_step = (size_t)depth};
}

static void evaluate_taps(const gt__terms *v, const gt__terms *h, int kw,
                          const tap_runs *runs, const gt_real *taps,
                          gt_real *values)
{
    for (size_t t = 0; t < runs->times; t++)
        for (int i = 0; i < v->n; i++)
            for (int j = 0; j < h->n; j++)
                (i + j > 0 ? add_scaled : scaled)(
                    taps + t * runs->tap_step +
                        (size_t)(v->at[i] * kw + h->at[j]) * runs->n,
                    v->by[i] * h->by[j], values + t * runs->value_step,
                    runs->n);
}

static void return_values(const gt__terms *v, const gt__terms *h, int kw,
                          const tap_runs *runs, const gt_real *values,
                          gt_real *taps)
{
    for (size_t t = 0; t < runs->times; t++)
        for (int i = 0; i < v->n; i++)
            for (int j = 0; j < h->n; j++)
                add_scaled(values + t * runs->value_step, v->by[i] * h->by[j],
                           taps + t * runs->tap_step +
                               (size_t)(v->at[i] * kw + h->at[j]) * runs->n,
                           runs->n);
}

/* One pair of points: its matrices on both sides, and the kernel's, [depth x m]
 * or, if the kernel is stored as [m x K], [m x depth]. */
typedef struct pair {
    int a, b;
    int depth;
    gt_real *big, *small, *kernel;
} pair;

static void evaluate_kernel(const work *k, const pair *at,
                            const gt_real *kernel)
{
    const gt__axis *v = &k->plan->v, *h = &k->plan->h;
    tap_runs runs = runs_of(k, at->depth);
    gt_real *values = at->kernel;
    for (int i = v->first[at->a]; i < v->first[at->a + 1]; i++)
        for (int j = h->first[at->b]; j < h->first[at->b + 1]; j++) {
            evaluate_taps(&v->kernel[i], &h->kernel[j], k->plan->p.kw, &runs,
                          kernel, values);
            values += runs.n;
        }
}

/* The adjoint, added to the kernel. */
static void return_kernel(const work *k, const pair *at, gt_real *kernel)
{
    const gt__axis *v = &k->plan->v, *h = &k->plan->h;
    tap_runs runs = runs_of(k, at->depth);
    const gt_real *values = at->kernel;
    for (int i = v->first[at->a]; i < v->first[at->a + 1]; i++)
        for (int j = h->first[at->b]; j < h->first[at->b + 1]; j++) {
            return_values(&v->kernel[i], &h->kernel[j], k->plan->p.kw, &runs,
                          values, kernel);
            values += runs.n;
        }
}

/* --- The products. */

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

void gt__winograd_collect(const gt__winograd *w, const gt_real *big,
                          gt_transpose op, const gt_real *weight,
                          gt_real *small, gt_real *scratch)
{
    work k = begin(w, op, scratch);
    size_t size = (size_t)w->grid.n * w->p.oh * w->p.ow * w->m;
    memset(small, 0, size * sizeof *small);
    gt__block b = {0};
    bool known = false;
    while (gt__block_next(&w->grid, &w->block, &b)) {
        size_t rows = gt__block_rows(&w->grid, &b);
        gt__side_analyse(&k.big, &w->grid, &b, big, k.of_big, k.line);
        for (pair at = {0}; next_pair(&k, rows, &at);) {
            if (!known)
                evaluate_kernel(&k, &at, weight);
            gt_gemm(GT_PLAIN, op, (int)rows, w->m, at.depth, at.big, at.depth,
                    at.kernel, op == GT_TRANSPOSED ? at.depth : w->m, 0,
                    at.small, w->m);
        }
        known = true;
        gt__side_synthesise(&k.small, &w->grid, &b, k.of_small, small, k.line);
    }
}

void gt__winograd_spread(const gt__winograd *w, const gt_real *small,
                         gt_transpose op, const gt_real *weight, gt_real *big,
                         gt_real *scratch)
{
    /* op is of [m x K] here: the kernel is stored as [K x m] if transposed. */
    gt_transpose stored = op == GT_TRANSPOSED ? GT_PLAIN : GT_TRANSPOSED;
    work k = begin(w, stored, scratch);
    size_t size = (size_t)w->grid.n * w->p.h * w->p.w * w->p.c;
    memset(big, 0, size * sizeof *big);
    gt__block b = {0};
    bool known = false;
    while (gt__block_next(&w->grid, &w->block, &b)) {
        size_t rows = gt__block_rows(&w->grid, &b);
        gt__side_analyse(&k.small, &w->grid, &b, small, k.of_small, k.line);
        for (pair at = {0}; next_pair(&k, rows, &at);) {
            if (!known)
                evaluate_kernel(&k, &at, weight);
            gt_gemm(GT_PLAIN, op, (int)rows, at.depth, w->m, at.small, w->m,
                    at.kernel, op == GT_TRANSPOSED ? w->m : at.depth, 0, at.big,
                    at.depth);
        }
        known = true;
        gt__side_synthesise(&k.big, &w->grid, &b, k.of_big, big, k.line);
    }
}

void gt__winograd_outer(const gt__winograd *w, const gt_real *big,
                        const gt_real *small, gt_transpose op, gt_real *weight,
                        bool accumulate, gt_real *scratch)
{
    work k = begin(w, op, scratch);
    size_t size = (size_t)gt__patch_size(&w->p) * w->m;
    if (!accumulate)
        memset(weight, 0, size * sizeof *weight);
    gt__block b = {0};
    bool begun = false;
    while (gt__block_next(&w->grid, &w->block, &b)) {
        int rows = (int)gt__block_rows(&w->grid, &b);
        bool last = b.image + b.n_images == w->grid.n &&
                    b.line + b.n_lines == w->grid.lines;
        gt__side_analyse(&k.big, &w->grid, &b, big, k.of_big, k.line);
        gt__side_analyse(&k.small, &w->grid, &b, small, k.of_small, k.line);
        for (pair at = {0}; next_pair(&k, (size_t)rows, &at);) {
            if (op == GT_TRANSPOSED)
                gt_gemm(GT_TRANSPOSED, GT_PLAIN, w->m, at.depth, rows, at.small,
                        w->m, at.big, at.depth, begun, at.kernel, at.depth);
            else
                gt_gemm(GT_TRANSPOSED, GT_PLAIN, at.depth, w->m, rows, at.big,
                        at.depth, at.small, w->m, begun, at.kernel, w->m);
            if (last)
                return_kernel(&k, &at, weight);
        }
        begun = true;
    }
}
