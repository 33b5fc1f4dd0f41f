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

/* What is computed, in the names of conv.h: `weight`, with one of the sides,
 * gives the other one, and both sides give a gradient. NULL: not wanted. A side
 * that is read by both is transformed once. */
typedef struct job {
    const gt_real *big, *small; /* that are read */
    const gt_real *weight;
    gt_transpose stored; /* GT_PLAIN: the weight as [K x m] */
    gt_real *to_big, *to_small;
    const gt__conv_epilogue *epilogue; /* of that */
    gt_real *gradient;
    gt_transpose gradient_stored;
    bool accumulate;
} job;

/* A job at work. */
typedef struct work {
    const gt__winograd *plan;
    const job *job;
    gt__tiling tiling;
    gt__side big, small;
    int c, m;
    gt_real *of_big, *of_small, *line; /* transformed; scratch */
    gt_real *kernel, *gradient;        /* transformed */
    bool whole_kernel; /* the kernel's matrices have places of their own */
    bool begun;        /* the gradient has been */
} work;

static work begin(const void *plan, int n, const job *j, gt_real *scratch)
{
    const gt__winograd *w = gt__winograd_for(plan, n);
    work k = {.plan = w,
              .job = j,
              .tiling = gt__winograd_tiling(w, n),
              .big = gt__winograd_big(w),
              .small = gt__winograd_small(w),
              .c = w->g.c,
              .m = w->g.m};
    k.whole_kernel = !gt__tiling_is_one_block(&k.tiling);
    size_t rows = gt__block_rows(&k.tiling.grid, &k.tiling.block);
    k.of_big = scratch;
    k.of_small = k.of_big + rows * gt__side_depths(&k.big);
    k.kernel = k.of_small + rows * gt__side_depths(&k.small);
    k.line = k.kernel + gt__winograd_kernel_size(w, &k.tiling);
    /* Pair by pair, one is done with when the other is made. */
    k.gradient = k.whole_kernel ? k.line + gt__winograd_line_size(w) : k.kernel;
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

static slices slices_of(const work *k, gt_transpose stored, int depth)
{
    size_t c = (size_t)k->c, m = (size_t)k->m;
    if (stored == GT_TRANSPOSED)
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
    gt_real *big, *small, *kernel, *gradient;
} pair;

static void transform_slice(const work *k, const pair *at, size_t s)
{
    const gt__axis *v = &k->plan->v, *h = &k->plan->h;
    slices of = slices_of(k, k->job->stored, at->depth);
    size_t n = size_of(&of, s);
    gt_real *value = at->kernel + s * of.values_step;
    const gt_real *taps = k->job->weight + s * of.taps_step;
    for (int i = v->first[at->a]; i < v->first[at->a + 1]; i++)
        for (int j = h->first[at->b]; j < h->first[at->b + 1]; j++) {
            transform_taps(&v->kernel[i], &h->kernel[j], k->plan->g.kw, of.tap,
                           taps, value, n);
            value += of.tap;
        }
}

/* The adjoint, added to the gradient. */
static void transform_slice_back(const work *k, const pair *at, size_t s)
{
    const gt__axis *v = &k->plan->v, *h = &k->plan->h;
    slices of = slices_of(k, k->job->gradient_stored, at->depth);
    size_t n = size_of(&of, s);
    const gt_real *value = at->gradient + s * of.values_step;
    gt_real *taps = k->job->gradient + s * of.taps_step;
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
        *at = (pair){.big = k->of_big,
                     .small = k->of_small,
                     .kernel = k->kernel,
                     .gradient = k->gradient};
    } else {
        at->big += rows * (size_t)at->depth;
        at->small += rows * m;
        if (k->whole_kernel) {
            at->kernel += (size_t)at->depth * m;
            at->gradient += (size_t)at->depth * m;
        }
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
static void for_slices(const work *k, gt_transpose stored, const pair *only,
                       void (*transform)(const work *k, const pair *at,
                                         size_t slice))
{
    size_t count = slices_of(k, stored, 0).count;
    for (size_t s = 0; s < count; s++)
        if (only)
            transform(k, only, s);
        else
            for (pair at = {0}; next_pair(k, 0, &at);)
                transform(k, &at, s);
}

static void transform_kernel(const work *k, const pair *only)
{
    for_slices(k, k->job->stored, only, transform_slice);
}

static void transform_kernel_back(const work *k, const pair *only)
{
    for_slices(k, k->job->gradient_stored, only, transform_slice_back);
}

/* --- A block of tiles. */

/* The gradient, over both sides. */
static void multiply_sides(const work *k, size_t rows)
{
    gt_precision precision = k->plan->g.precision;
    for (pair at = {0}; next_pair(k, rows, &at);) {
        if (k->job->gradient_stored == GT_TRANSPOSED)
            gt_product(precision, GT_TRANSPOSED, GT_PLAIN, k->m, at.depth,
                       (int)rows, at.small, k->m, at.big, at.depth, k->begun,
                       at.gradient, at.depth);
        else
            gt_product(precision, GT_TRANSPOSED, GT_PLAIN, at.depth, k->m,
                       (int)rows, at.big, at.depth, at.small, k->m, k->begun,
                       at.gradient, k->m);
        if (!k->whole_kernel)
            transform_kernel_back(k, &at);
    }
}

/* One side, over the other and the kernel, takes its place. */
static void multiply_kernel(const work *k, size_t rows)
{
    gt_precision precision = k->plan->g.precision;
    bool turned = k->job->stored == GT_TRANSPOSED;
    for (pair at = {0}; next_pair(k, rows, &at);) {
        int ld = turned ? at.depth : k->m;
        if (!k->whole_kernel)
            transform_kernel(k, &at);
        if (k->job->to_small)
            gt_product(precision, GT_PLAIN, turned ? GT_TRANSPOSED : GT_PLAIN,
                       (int)rows, k->m, at.depth, at.big, at.depth, at.kernel,
                       ld, 0, at.small, k->m);
        else
            gt_product(precision, GT_PLAIN, turned ? GT_PLAIN : GT_TRANSPOSED,
                       (int)rows, at.depth, k->m, at.small, k->m, at.kernel, ld,
                       0, at.big, at.depth);
    }
}

static void transform_back(const work *k, const gt__block *b)
{
    const gt__conv_geometry *g = &k->plan->g;
    const gt__grid *grid = &k->tiling.grid;
    const job *j = k->job;
    if (j->to_small) {
        gt__side_transform_back(&k->small, grid, b, k->of_small, j->to_small,
                                k->line);
        gt__conv_epilogue_run(j->epilogue, grid, b, j->to_small,
                              (size_t)g->oh * (size_t)g->ow);
    } else {
        gt__side_transform_back(&k->big, grid, b, k->of_big, j->to_big,
                                k->line);
        gt__conv_epilogue_run(j->epilogue, grid, b, j->to_big,
                              (size_t)g->h * (size_t)g->w);
    }
}

static void run(const void *plan, int n, const job *j, gt_real *scratch)
{
    work k = begin(plan, n, j, scratch);
    const gt__tiling *t = &k.tiling;
    size_t size = (size_t)gt__conv_patch_size(&k.plan->g) * (size_t)k.m;
    if (j->gradient && !j->accumulate)
        memset(j->gradient, 0, size * sizeof *j->gradient);
    if (j->weight && k.whole_kernel)
        transform_kernel(&k, NULL);
    for (gt__block b = {0}; gt__block_next(&t->grid, &t->block, &b);) {
        size_t rows = gt__block_rows(&t->grid, &b);
        if (j->big)
            gt__side_transform(&k.big, &t->grid, &b, j->big, k.of_big, k.line);
        if (j->small)
            gt__side_transform(&k.small, &t->grid, &b, j->small, k.of_small,
                               k.line);
        if (j->gradient)
            multiply_sides(&k, rows);
        k.begun = true;
        if (j->weight) {
            multiply_kernel(&k, rows);
            transform_back(&k, &b);
        }
    }
    if (j->gradient && k.whole_kernel)
        transform_kernel_back(&k, NULL);
}

/* --- The products. */

static void forward(const void *plan, int n, const gt_real *big,
                    gt_transpose op, const gt_real *weight, gt_real *small,
                    const gt__conv_epilogue *epilogue, gt_real *scratch)
{
    const job j = {.big = big,
                   .weight = weight,
                   .stored = op,
                   .to_small = small,
                   .epilogue = epilogue};
    run(plan, n, &j, scratch);
}

/* As [K x m], of what is the other way round for backward_data. */
static gt_transpose other(gt_transpose op)
{
    return op == GT_TRANSPOSED ? GT_PLAIN : GT_TRANSPOSED;
}

static void backward_data(const void *plan, int n, const gt_real *small,
                          gt_transpose op, const gt_real *weight, gt_real *big,
                          const gt__conv_epilogue *epilogue, gt_real *scratch)
{
    const job j = {.small = small,
                   .weight = weight,
                   .stored = other(op),
                   .to_big = big,
                   .epilogue = epilogue};
    run(plan, n, &j, scratch);
}

static void backward_weights(const void *plan, int n, const gt_real *big,
                             const gt_real *small, gt_transpose op,
                             gt_real *weight, bool accumulate, gt_real *scratch)
{
    const job j = {.big = big,
                   .small = small,
                   .gradient = weight,
                   .gradient_stored = op,
                   .accumulate = accumulate};
    run(plan, n, &j, scratch);
}

/* A large kernel and a large gradient push each other out of the caches: in
 * bf16 that costs more than a transform. */
static bool together(const void *plan, int n)
{
    enum { LARGE = 1 << 19 }; /* reals of a transformed kernel */
    const gt__winograd *w = gt__winograd_for(plan, n);
    gt__tiling t = gt__winograd_tiling(w, n);
    return w->g.precision != GT_BF16 || gt__tiling_is_one_block(&t) ||
           gt__winograd_kernel_size(w, &t) <= LARGE;
}

static void backward(const void *plan, int n, gt__conv_product data,
                     const gt__conv_backward *b, gt_real *scratch)
{
    bool to_big = data == GT__CONV_BACKWARD_DATA;
    const job j = {.big = b->big,
                   .small = b->small,
                   .weight = b->weight,
                   .stored = to_big ? other(b->op) : b->op,
                   .to_big = to_big ? b->data : NULL,
                   .to_small = to_big ? NULL : b->data,
                   .gradient = b->gradient,
                   .gradient_stored = b->gradient_op,
                   .accumulate = b->accumulate};
    run(plan, n, &j, scratch);
}

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
    .together = together,
    .backward = backward,
};
