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
 * made and used point by point. A layer's is kept (kept.h), packed for its
 * products, as all shards and passes of an update have the same weights. */
#include "nn/conv/algorithms.h"
#include "nn/conv/winograd_kernel.h"

#include <string.h>

/* What is computed, in the names of conv.h: `weight`, with one of the sides,
 * gives the other one, and both sides give a gradient. NULL: not wanted. A side
 * that is read by both is transformed once. */
typedef struct job {
    const gt_real *big, *small; /* that are read */
    const gt_real *weight;
    gt_transpose stored; /* GT_PLAIN: the weight as [K x m] */
    gt_kept *kept;
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

/* --- A block of tiles. */

/* One pair of points: its matrices on both sides, and the kernel's. */
typedef struct pair {
    gt__point_pair points;
    gt_real *big, *small, *kernel, *gradient;
} pair;

static bool next_pair(const work *k, size_t rows, pair *at)
{
    size_t m = (size_t)k->m, depth = (size_t)at->points.depth;
    if (depth == 0)
        *at = (pair){.big = k->of_big,
                     .small = k->of_small,
                     .kernel = k->kernel,
                     .gradient = k->gradient};
    at->big += rows * depth;
    at->small += depth ? rows * m : 0;
    if (k->whole_kernel) {
        at->kernel += depth * m;
        at->gradient += depth * m;
    }
    return gt__point_pair_next(&k->big, &at->points);
}

static void transform_kernel(const work *k, const gt__point_pair *only,
                             gt_real *to)
{
    gt__kernel_transform(k->plan, only, k->job->stored, k->job->weight, to);
}

static void transform_kernel_back(const work *k, const gt__point_pair *only,
                                  const gt_real *from)
{
    gt__kernel_transform_back(k->plan, only, k->job->gradient_stored, from,
                              k->job->gradient);
}

/* A pair's matrices as they are read. */
static gt_stored big_of(const work *k, const pair *at)
{
    return (gt_stored){at->big, at->points.depth, GT_PLAIN, k->big.rounded};
}

static gt_stored small_of(const work *k, const pair *at)
{
    return (gt_stored){at->small, k->m, GT_PLAIN, k->small.rounded};
}

/* The gradient, over both sides. */
static void multiply_sides(const work *k, size_t rows)
{
    gt_precision precision = k->plan->g.precision;
    bool turned = k->job->gradient_stored == GT_TRANSPOSED;
    for (pair at = {0}; next_pair(k, rows, &at);) {
        gt_stored a = turned ? small_of(k, &at) : big_of(k, &at);
        gt_stored b = turned ? big_of(k, &at) : small_of(k, &at);
        a.op = GT_TRANSPOSED;
        gt_product_of(precision, a.ld, b.ld, (int)rows, a, b, k->begun,
                      at.gradient, b.ld);
        if (!k->whole_kernel)
            transform_kernel_back(k, &at.points, at.gradient);
    }
}

/* The product of a pair over its kernel: C[rows x n] = A op(B), with op(B)
 * [k x n]. */
typedef struct over_kernel {
    gt_transpose op;
    int n, k, ldb;
    gt_stored a;
    gt_real *c;
} over_kernel;

static over_kernel over_kernel_of(const work *k, const pair *at)
{
    bool plain = k->job->stored == GT_PLAIN;
    int ldb = plain ? k->m : at->points.depth;
    if (k->job->to_small)
        return (over_kernel){plain ? GT_PLAIN : GT_TRANSPOSED,
                             k->m,
                             at->points.depth,
                             ldb,
                             big_of(k, at),
                             at->small};
    return (over_kernel){plain ? GT_TRANSPOSED : GT_PLAIN,
                         at->points.depth,
                         k->m,
                         ldb,
                         small_of(k, at),
                         at->big};
}

/* Pack the kernels of all pairs, one after the other, for these products. */
static void keep_kernel(const work *k)
{
    gt_precision precision = k->plan->g.precision;
    gt_real *to = k->job->kept->values;
    if (k->whole_kernel)
        transform_kernel(k, NULL, k->kernel);
    for (pair at = {0}; next_pair(k, 0, &at);) {
        over_kernel p = over_kernel_of(k, &at);
        if (!k->whole_kernel)
            transform_kernel(k, &at.points, at.kernel);
        gt_product_pack(precision, p.op, p.n, p.k, at.kernel, p.ldb, to);
        to += gt_product_packed(precision, p.n, p.k);
    }
}

/* One side, over the other and the kernel, takes its place. */
static void multiply_kernel(const work *k, size_t rows)
{
    gt_precision precision = k->plan->g.precision;
    for (pair at = {0}; next_pair(k, rows, &at);) {
        over_kernel p = over_kernel_of(k, &at);
        if (!k->whole_kernel)
            transform_kernel(k, &at.points, at.kernel);
        gt_product_of(precision, (int)rows, p.n, p.k, p.a,
                      (gt_stored){at.kernel, p.ldb, p.op, false}, 0, p.c, p.n);
    }
}

static void multiply_kept(const work *k, size_t rows)
{
    gt_precision precision = k->plan->g.precision;
    const gt_real *packed = k->job->kept->values;
    for (pair at = {0}; next_pair(k, rows, &at);) {
        over_kernel p = over_kernel_of(k, &at);
        gt_product_by_packed(precision, p.op, (int)rows, p.n, p.k, p.a, packed,
                             0, p.c, p.n);
        packed += gt_product_packed(precision, p.n, p.k);
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
    if (j->kept && !gt__kept_is_made(j->kept, k.plan))
        keep_kernel(&k);
    else if (j->weight && !j->kept && k.whole_kernel)
        transform_kernel(&k, NULL, k.kernel);
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
        if (!j->weight)
            continue;
        if (j->kept)
            multiply_kept(&k, rows);
        else
            multiply_kernel(&k, rows);
        transform_back(&k, &b);
    }
    if (j->gradient && k.whole_kernel)
        transform_kernel_back(&k, NULL, k.gradient);
}

/* --- The products. */

static void forward(const void *plan, int n, const gt_real *big,
                    const gt__conv_kernel *kernel, gt_real *small,
                    const gt__conv_epilogue *epilogue, gt_real *scratch)
{
    const job j = {.big = big,
                   .weight = kernel->weight,
                   .stored = kernel->op,
                   .kept = kernel->kept,
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
                          const gt__conv_kernel *kernel, gt_real *big,
                          const gt__conv_epilogue *epilogue, gt_real *scratch)
{
    const job j = {.small = small,
                   .weight = kernel->weight,
                   .stored = other(kernel->op),
                   .kept = kernel->kept,
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
                   .weight = b->kernel.weight,
                   .stored = to_big ? other(b->kernel.op) : b->kernel.op,
                   .kept = b->kernel.kept,
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
    .keeps = gt__winograd_keeps,
    .forward = forward,
    .backward_data = backward_data,
    .backward_weights = backward_weights,
    .together = together,
    .backward = backward,
};
