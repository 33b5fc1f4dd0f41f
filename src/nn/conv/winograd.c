/* winograd.c: convolution with fewer multiplications (for networks: Lavin and
 * Gray 2016, arXiv:1509.09308).
 *
 * In two dimensions there is one matrix product for each pair of points, over
 * channels and phases, with a row per tile (winograd_axis.h has the algorithm
 * along one axis):
 *
 *     small = A' [ (G kernel) . (B big) ]
 *
 * Both gradients are the same map, transposed:
 *
 *     big = B' [ (G kernel) . (A small) ]
 *     kernel = G' [ (B big) . (A small) ]
 *
 * Phases with fewer taps have some of the points of phases with more, so their
 * products add up inside one matrix product. A 4x4 kernel with stride 2 takes
 * 36 multiplications instead of 64 at tiles of 2 x 2.
 *
 * A block of tiles is transformed on the sides that are known; then come the
 * products; then the unknown side is transformed back. The transformed kernel
 * takes more room than the kernel, so where all tiles fit into one block, it is
 * made and used point by point. */
#include "nn/conv/algorithms.h"
#include "nn/conv/winograd_plan.h"

#include "core/simd.h"

#include <string.h>

/* One product. */
typedef struct work {
    const gt__winograd *plan;
    gt__tiling tiling;
    gt__side big, small;
    int c, m;
    gt_transpose op;                            /* how the kernel is stored */
    gt_real *of_big, *of_small, *kernel, *line; /* transformed; scratch */
    bool whole_kernel; /* the kernel's matrices have places of their own */
} work;

static work begin(const void *plan, int n, gt_transpose op, gt_real *scratch)
{
    const gt__winograd *w = gt__winograd_for(plan, n);
    work k = {.plan = w,
              .tiling = gt__winograd_tiling(w, n),
              .big = gt__winograd_big(w),
              .small = gt__winograd_small(w),
              .c = w->g.c,
              .m = w->g.m,
              .op = op};
    k.whole_kernel = !gt__tiling_is_one_block(&k.tiling);
    size_t rows = gt__block_rows(&k.tiling.grid, &k.tiling.block);
    k.of_big = scratch;
    k.of_small = k.of_big + rows * gt__side_depths(&k.big);
    k.kernel = k.of_small + rows * gt__side_depths(&k.small);
    k.line = k.kernel + gt__winograd_kernel_size(w, &k.tiling);
    return k;
}

/* --- The kernel. */

GT_SIMD static void add_scaled(const gt_real *restrict from, gt_real by,
                               gt_real *restrict to, size_t n)
{
    for (size_t i = 0; i < n; i++)
        to[i] += by * from[i];
}

/* value = a pair of rows of G, applied to the same part of every tap. */
static void transform_taps(const gt__terms *v, const gt__terms *h, int kw,
                           size_t tap, const gt_real *taps, gt_real *value,
                           size_t n)
{
    gt__runs whole = {.lines = 1, .times = 1, .size = n};
    gt__sum s = {0};
    for (int i = 0; i < v->n; i++)
        for (int j = 0; j < h->n; j++) {
            if (s.n == GT__SOURCES) {
                gt__combine(&s, &whole, value);
                whole.add = true;
                s.n = 0;
            }
            gt__sum_add(&s, taps + (size_t)(v->at[i] * kw + h->at[j]) * tap, 0,
                        0, v->by[i] * h->by[j]);
        }
    gt__combine(&s, &whole, value);
}

static void transform_taps_back(const gt__terms *v, const gt__terms *h, int kw,
                                size_t tap, const gt_real *value, gt_real *taps,
                                size_t n)
{
    for (int i = 0; i < v->n; i++)
        for (int j = 0; j < h->n; j++)
            add_scaled(value, v->by[i] * h->by[j],
                       taps + (size_t)(v->at[i] * kw + h->at[j]) * tap, n);
}

/* The weights of a tap are c x m reals in a row, or m runs of c if the kernel
 * is stored as [m x K]; transformed values lie in the same way. A slice is the
 * same part of each tap; it is small enough that the slices of all taps fit
 * into the first-level cache. */
typedef struct slices {
    size_t count;
    size_t tap, size, last; /* reals: of a tap, of a slice, of the last slice */
    size_t taps_step, values_step; /* from slice to slice */
} slices;

enum { SLICE = 512 };

static slices slices_of(const work *k, int depth)
{
    size_t c = (size_t)k->c, m = (size_t)k->m;
    if (k->op == GT_TRANSPOSED)
        return (slices){.count = m,
                        .tap = c,
                        .size = c,
                        .last = c,
                        .taps_step = (size_t)gt__conv_patch_size(&k->plan->g),
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

static void transform_slice(const work *k, const pair *at, size_t s,
                            const gt_real *kernel)
{
    const gt__axis *v = &k->plan->v, *h = &k->plan->h;
    slices of = slices_of(k, at->depth);
    size_t n = size_of(&of, s);
    gt_real *value = at->kernel + s * of.values_step;
    const gt_real *taps = kernel + s * of.taps_step;
    for (int i = v->first[at->a]; i < v->first[at->a + 1]; i++)
        for (int j = h->first[at->b]; j < h->first[at->b + 1]; j++) {
            transform_taps(&v->kernel[i], &h->kernel[j], k->plan->g.kw, of.tap,
                           taps, value, n);
            value += of.tap;
        }
}

/* The adjoint, added to the kernel. */
static void transform_slice_back(const work *k, const pair *at, size_t s,
                                 gt_real *kernel)
{
    const gt__axis *v = &k->plan->v, *h = &k->plan->h;
    slices of = slices_of(k, at->depth);
    size_t n = size_of(&of, s);
    const gt_real *value = at->kernel + s * of.values_step;
    gt_real *taps = kernel + s * of.taps_step;
    for (int i = v->first[at->a]; i < v->first[at->a + 1]; i++)
        for (int j = h->first[at->b]; j < h->first[at->b + 1]; j++) {
            transform_taps_back(&v->kernel[i], &h->kernel[j], k->plan->g.kw,
                                of.tap, value, taps, n);
            value += of.tap;
        }
}

static bool next_pair(const work *k, size_t rows, pair *at)
{
    size_t m = (size_t)k->m;
    if (!at->big) {
        *at =
            (pair){.big = k->of_big, .small = k->of_small, .kernel = k->kernel};
    } else {
        at->big += rows * (size_t)at->depth;
        at->small += rows * m;
        if (k->whole_kernel)
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

/* For all pairs, slice by slice, if `only` is NULL. */
static void transform_kernel(const work *k, const pair *only,
                             const gt_real *kernel)
{
    size_t count = slices_of(k, 0).count;
    for (size_t s = 0; s < count; s++)
        if (only)
            transform_slice(k, only, s, kernel);
        else
            for (pair at = {0}; next_pair(k, 0, &at);)
                transform_slice(k, &at, s, kernel);
}

static void transform_kernel_back(const work *k, const pair *only,
                                  gt_real *kernel)
{
    size_t count = slices_of(k, 0).count;
    for (size_t s = 0; s < count; s++)
        if (only)
            transform_slice_back(k, only, s, kernel);
        else
            for (pair at = {0}; next_pair(k, 0, &at);)
                transform_slice_back(k, &at, s, kernel);
}

/* --- The three products. */

static void forward(const void *plan, int n, const gt_real *big,
                    gt_transpose op, const gt_real *weight, gt_real *small,
                    const gt__conv_epilogue *epilogue, gt_real *scratch)
{
    work k = begin(plan, n, op, scratch);
    const gt__tiling *t = &k.tiling;
    const gt__conv_geometry *g = &k.plan->g;
    int m = k.m;
    if (k.whole_kernel)
        transform_kernel(&k, NULL, weight);
    gt__block b = {0};
    while (gt__block_next(&t->grid, &t->block, &b)) {
        size_t rows = gt__block_rows(&t->grid, &b);
        gt__side_transform(&k.big, &t->grid, &b, big, k.of_big, k.line);
        for (pair at = {0}; next_pair(&k, rows, &at);) {
            if (!k.whole_kernel)
                transform_kernel(&k, &at, weight);
            gt_product(g->precision, GT_PLAIN, op, (int)rows, m, at.depth,
                       at.big, at.depth, at.kernel,
                       op == GT_TRANSPOSED ? at.depth : m, 0, at.small, m);
        }
        gt__side_transform_back(&k.small, &t->grid, &b, k.of_small, small,
                                k.line);
        gt__conv_epilogue_run(epilogue, &t->grid, &b, small,
                              (size_t)g->oh * (size_t)g->ow);
    }
}

static void backward_data(const void *plan, int n, const gt_real *small,
                          gt_transpose op, const gt_real *weight, gt_real *big,
                          const gt__conv_epilogue *epilogue, gt_real *scratch)
{
    /* op is of [m x K] here: the kernel is stored as [K x m] if transposed. */
    gt_transpose stored = op == GT_TRANSPOSED ? GT_PLAIN : GT_TRANSPOSED;
    work k = begin(plan, n, stored, scratch);
    const gt__tiling *t = &k.tiling;
    const gt__conv_geometry *g = &k.plan->g;
    int m = k.m;
    if (k.whole_kernel)
        transform_kernel(&k, NULL, weight);
    gt__block b = {0};
    while (gt__block_next(&t->grid, &t->block, &b)) {
        size_t rows = gt__block_rows(&t->grid, &b);
        gt__side_transform(&k.small, &t->grid, &b, small, k.of_small, k.line);
        for (pair at = {0}; next_pair(&k, rows, &at);) {
            if (!k.whole_kernel)
                transform_kernel(&k, &at, weight);
            gt_product(g->precision, GT_PLAIN, op, (int)rows, at.depth, m,
                       at.small, m, at.kernel,
                       op == GT_TRANSPOSED ? m : at.depth, 0, at.big, at.depth);
        }
        gt__side_transform_back(&k.big, &t->grid, &b, k.of_big, big, k.line);
        gt__conv_epilogue_run(epilogue, &t->grid, &b, big,
                              (size_t)g->h * (size_t)g->w);
    }
}

static void backward_weights(const void *plan, int n, const gt_real *big,
                             const gt_real *small, gt_transpose op,
                             gt_real *weight, bool accumulate, gt_real *scratch)
{
    work k = begin(plan, n, op, scratch);
    const gt__tiling *t = &k.tiling;
    const gt__conv_geometry *g = &k.plan->g;
    int m = k.m;
    size_t size = (size_t)gt__conv_patch_size(g) * (size_t)m;
    if (!accumulate)
        memset(weight, 0, size * sizeof *weight);
    gt__block b = {0};
    bool begun = false;
    while (gt__block_next(&t->grid, &t->block, &b)) {
        int rows = (int)gt__block_rows(&t->grid, &b);
        gt__side_transform(&k.big, &t->grid, &b, big, k.of_big, k.line);
        gt__side_transform(&k.small, &t->grid, &b, small, k.of_small, k.line);
        for (pair at = {0}; next_pair(&k, (size_t)rows, &at);) {
            if (op == GT_TRANSPOSED)
                gt_product(g->precision, GT_TRANSPOSED, GT_PLAIN, m, at.depth,
                           rows, at.small, m, at.big, at.depth, begun,
                           at.kernel, at.depth);
            else
                gt_product(g->precision, GT_TRANSPOSED, GT_PLAIN, at.depth, m,
                           rows, at.big, at.depth, at.small, m, begun,
                           at.kernel, m);
            if (!k.whole_kernel)
                transform_kernel_back(&k, &at, weight);
        }
        begun = true;
    }
    if (k.whole_kernel)
        transform_kernel_back(&k, NULL, weight);
}

/* One choice for all three, as the plan knows what they cost together. */
static bool takes(const void *plan, int n, gt__conv_product product)
{
    (void)product;
    return gt__winograd_for(plan, n);
}

const gt__conv_algorithm gt__conv_winograd = {
    .name = "winograd",
    .plan_new = gt__winograd_plan_new,
    .plan_free = gt__winograd_plan_free,
    .takes = takes,
    .scratch = gt__winograd_scratch,
    .forward = forward,
    .backward_data = backward_data,
    .backward_weights = backward_weights,
};
