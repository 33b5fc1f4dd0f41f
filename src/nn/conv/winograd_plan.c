/* winograd_plan.c: the choice of tiles and of blocks of tiles.
 *
 * Larger tiles save more multiplications but have more terms to add, so the
 * cost of each size is counted (cost.h), and compared with those of the other
 * algorithms. All these costs are linear in the number of samples, so one
 * choice is the best for a range of numbers; a plan holds the ranges. */
#include "nn/conv/winograd_plan.h"

#include "nn/conv/cost.h"
#include "nn/conv/implicit_gemm_plan.h"

#include <math.h>
#include <stdlib.h>

enum { MIN_CHANNELS = 16 }; /* of either side; fewer make products slow */

/* On the small side there are no phases: each point has one row. */
static const int single[GT__POINTS + 1] = {0, 1, 2, 3, 4, 5, 6};

/* Pixels that a tile sees: up to the last one that is part of any row. */
static int span_of(const gt__terms *back)
{
    int span = GT__SPAN;
    while (back[span - 1].n == 0)
        span--;
    return span;
}

/* Tiles are rounded once where each pair of numbers is a word of the sum.
 * Fewer channels may be multiplied in fp32 (core/product.h). */
static bool is_rounded(const gt__winograd *w)
{
    bool pairs = w->g.c % 2 == 0 && w->g.m % 2 == 0;
    return w->g.precision == GT_BF16 && pairs && w->g.c >= MIN_CHANNELS &&
           w->g.m >= MIN_CHANNELS;
}

gt__side gt__winograd_big(const gt__winograd *w)
{
    const gt__conv_geometry *g = &w->g;
    int step_h = g->sw * w->h.tile, span_h = span_of(w->h.big_back);
    return (gt__side){.h = g->h,
                      .w = g->w,
                      .c = g->c,
                      .top = g->top,
                      .left = g->left,
                      .step = {g->sh * w->v.tile, step_h},
                      .tiles = w->h.tiles,
                      .width = step_h * (w->h.tiles - 1) + span_h,
                      .rounded = is_rounded(w),
                      .points = {w->v.points, w->h.points},
                      .first = {w->v.first, w->h.first},
                      .terms = {w->v.big, w->h.big},
                      .span = {span_of(w->v.big_back), span_h},
                      .back = {w->v.big_back, w->h.big_back}};
}

gt__side gt__winograd_small(const gt__winograd *w)
{
    return (gt__side){.h = w->g.oh,
                      .w = w->g.ow,
                      .c = w->g.m,
                      .step = {w->v.tile, w->h.tile},
                      .tiles = w->h.tiles,
                      .width = w->h.tile * w->h.tiles,
                      .rounded = is_rounded(w),
                      .points = {w->v.points, w->h.points},
                      .first = {single, single},
                      .terms = {w->v.small, w->h.small},
                      .span = {w->v.tile, w->h.tile},
                      .back = {w->v.small_back, w->h.small_back}};
}

bool gt__tiling_is_one_block(const gt__tiling *t)
{
    return t->block.n_images == t->grid.n && t->block.n_lines == t->grid.lines;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

size_t gt__winograd_kernel_size(const gt__winograd *w, const gt__tiling *tiling)
{
    gt__side big = gt__winograd_big(w);
    size_t most = 0, m = (size_t)w->g.m;
    if (!gt__tiling_is_one_block(tiling))
        return gt__side_depths(&big) * m;
    for (gt__point_pair at = {0}; gt__point_pair_next(&big, &at);)
        most = larger(most, (size_t)at.depth);
    return most * m;
}

size_t gt__winograd_line_size(const gt__winograd *w)
{
    gt__side big = gt__winograd_big(w), small = gt__winograd_small(w);
    return larger(gt__side_line(&big), gt__side_line(&small));
}

size_t gt__winograd_working_set(const gt__winograd *w, const gt__tiling *tiling)
{
    gt__side big = gt__winograd_big(w), small = gt__winograd_small(w);
    size_t rows = gt__block_rows(&tiling->grid, &tiling->block);
    return rows * (gt__side_depths(&big) + gt__side_depths(&small)) +
           gt__winograd_kernel_size(w, tiling) + gt__winograd_line_size(w);
}

enum { BLOCK_REALS = 1 << 19 }; /* of transformed tiles: 2 MB in fp32 */

/* Tiles of a block. It reads the whole transformed kernel, so it should not be
 * much smaller. */
static int block_tiles(const gt__winograd *w)
{
    double pairs = (double)w->v.rows * w->h.rows;
    double kernel = pairs * w->g.c * w->g.m;
    double tile = pairs * w->g.c + (double)w->v.points * w->h.points * w->g.m;
    return (int)((kernel > BLOCK_REALS ? kernel : BLOCK_REALS) / tile);
}

/* If there is little beside the kernel, all tiles in one block take less
 * memory: then the kernel is not transformed as a whole. */
gt__tiling gt__winograd_tiling(const gt__winograd *w, int n)
{
    gt__grid grid = {n, w->v.tiles, w->h.tiles};
    gt__tiling all = {grid, {.n_images = n, .n_lines = w->v.tiles}};
    gt__tiling cut = {grid, gt__block_size(&grid, block_tiles(w))};
    size_t at_once = gt__winograd_working_set(w, &all);
    return gt__winograd_working_set(w, &cut) >= at_once ? all : cut;
}

/* --- The choice of tiles. */

/* In bf16 an error may be twice that of plain products: then points are 0, 1,
 * -1 and infinity, as those with halves leave four times as much or more. */
static const double MOST_NOISE = 2.0 * 2.0;

enum { MIN_TILES = 32 }; /* rows of a product; fewer make it slow */

/* One of the three products of a sample, without tiles: their mean. */
static double cost_without(const gt__conv_geometry *g)
{
    double sum = 0;
    for (int p = 0; p < GT__CONV_PRODUCTS; p++)
        sum += fmin(gt__cost_of_im2col(g, p), gt__implicit_cost(g, p));
    return sum / GT__CONV_PRODUCTS;
}

/* One size of tiles along one axis, and the terms that its cost depends on. */
typedef struct option {
    bool fits;
    gt__axis axis;
    int big, kernel, small; /* terms */
} option;

enum {
    SMALLEST = 2, /* smaller tiles save nothing */
    OPTIONS = GT__POINTS - SMALLEST
};

typedef struct options {
    gt__conv_geometry g;
    double without; /* what a product of a sample costs by another algorithm */
    option v[OPTIONS], h[OPTIONS];
} options;

static void plan_option(option *o, int kernel, int stride, int outputs,
                        int tile)
{
    o->fits = gt__axis_points(kernel, stride, tile) <= GT__POINTS;
    if (!o->fits)
        return;
    gt__axis_make(&o->axis, kernel, stride, outputs, tile);
    o->big = gt__terms_count(o->axis.big, o->axis.rows);
    o->kernel = gt__terms_count(o->axis.kernel, o->axis.rows);
    o->small = gt__terms_count(o->axis.small, o->axis.points);
}

static bool is_supported(const gt__conv_geometry *g)
{
    return g->top >= 0 && g->left >= 0 && g->sh <= GT__PHASES &&
           g->sw <= GT__PHASES && g->kh > g->sh && g->kw > g->sw;
}

static bool find_options(options *all, const gt__conv_geometry *g)
{
    if (!is_supported(g) || g->c < MIN_CHANNELS || g->m < MIN_CHANNELS)
        return false;
    all->g = *g;
    all->without = cost_without(g);
    for (int i = 0; i < OPTIONS; i++) {
        plan_option(&all->v[i], g->kh, g->sh, g->oh, SMALLEST + i);
        plan_option(&all->h[i], g->kw, g->sw, g->ow, SMALLEST + i);
    }
    return true;
}

/* Tiles that leave too much of an error in bf16 are multiplied in fp32, which
 * may still be the fastest way: where other tiles have too many rows, and
 * patches are many times the image. */
static gt_precision precision_of(const options *all, const option *v,
                                 const option *h)
{
    return v->axis.noise * h->axis.noise <= MOST_NOISE ? all->g.precision
                                                       : GT_FP32;
}

static double cost(const options *all, int n, const option *v, const option *h)
{
    double c = all->g.c, m = all->g.m;
    double tiles = (double)n * v->axis.tiles * h->axis.tiles;
    double pairs = (double)v->axis.points * h->axis.points;
    double depth = c * v->axis.rows * h->axis.rows / pairs;
    double products =
        tiles * pairs * depth * m *
        gt__cost_multiplication(precision_of(all, v, h), m, depth);
    double big = c * v->axis.rows * h->big;
    double small = m * v->axis.points * h->small;
    double kernel = c * m * v->kernel * h->kernel;
    int term =
        precision_of(all, v, h) == GT_BF16 ? GT__COST_TERM_BF16 : GT__COST_TERM;
    return products + term * (tiles * (big + small) + kernel);
}

/* The cheapest for n samples; false where the other algorithms are cheaper. */
static bool choose(const options *all, int n, const option **v,
                   const option **h)
{
    double best = n * all->without;
    bool found = false;
    for (const option *i = all->v; i < all->v + OPTIONS; i++)
        for (const option *j = all->h; j < all->h + OPTIONS; j++) {
            if (!i->fits || !j->fits ||
                (double)n * i->axis.tiles * j->axis.tiles < MIN_TILES ||
                cost(all, n, i, j) >= best)
                continue;
            best = cost(all, n, i, j);
            *v = i;
            *h = j;
            found = true;
        }
    return found;
}

static gt__winograd tiles_of(const options *all, const option *v,
                             const option *h)
{
    gt__winograd w = {.g = all->g, .v = v->axis, .h = h->axis};
    w.g.precision = precision_of(all, v, h);
    return w;
}

bool gt__winograd_make(gt__winograd *w, const gt__conv_geometry *g, int tile_v,
                       int tile_h)
{
    options one = {.g = *g};
    if (!is_supported(g))
        return false;
    plan_option(&one.v[0], g->kh, g->sh, g->oh, tile_v);
    plan_option(&one.h[0], g->kw, g->sw, g->ow, tile_h);
    if (!one.v[0].fits || !one.h[0].fits)
        return false;
    *w = tiles_of(&one, &one.v[0], &one.h[0]);
    return true;
}

/* --- The plan. */

typedef struct range {
    int last;           /* number of samples */
    bool cheap;         /* cheaper than other algorithms */
    gt__winograd tiles; /* only if it is */
} range;

typedef struct ranges {
    int count;
    range range[];
} ranges;

static gt_status add_range(ranges **plan, const range *next)
{
    size_t count = *plan ? (size_t)(*plan)->count : 0;
    ranges *grown =
        realloc(*plan, sizeof *grown + (count + 1) * sizeof *grown->range);
    if (!grown)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate a convolution's plan");
    grown->range[count] = *next;
    grown->count = (int)count + 1;
    *plan = grown;
    return GT_OK;
}

static bool same_choice(const options *all, int n, int other)
{
    const option *v[2] = {NULL, NULL}, *h[2] = {NULL, NULL};
    return choose(all, n, &v[0], &h[0]) == choose(all, other, &v[1], &h[1]) &&
           v[0] == v[1] && h[0] == h[1];
}

/* The end of the range that begins at n. From MIN_TILES samples on every size
 * has tiles enough; then the best is the lowest of some straight lines, and
 * does not come back once another one is lower, so the end may be bisected. */
static int last_of_range(const options *all, int n, int max_n)
{
    int low = n, high = max_n;
    while (low < MIN_TILES && low < max_n && same_choice(all, n, low + 1))
        low++;
    if (low < MIN_TILES)
        return low;
    while (low < high) {
        int middle = low + (high - low + 1) / 2;
        if (same_choice(all, n, middle))
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

gt_status gt__winograd_plan_new(void **out, const gt__conv_geometry *g,
                                int max_n)
{
    options all;
    ranges *plan = NULL;
    bool any = false;
    *out = NULL;
    if (!find_options(&all, g))
        return GT_OK;
    for (int n = 1; n <= max_n; n = plan->range[plan->count - 1].last + 1) {
        const option *v, *h;
        range next = {.last = last_of_range(&all, n, max_n)};
        next.cheap = choose(&all, n, &v, &h);
        if (next.cheap)
            next.tiles = tiles_of(&all, v, h);
        any = any || next.cheap;
        gt_status status = add_range(&plan, &next);
        if (status != GT_OK) {
            free(plan);
            return status;
        }
    }
    if (any)
        *out = plan;
    else
        free(plan);
    return GT_OK;
}

gt_status gt__winograd_plan_with(void **out, const gt__winograd *w, int max_n)
{
    ranges *plan = NULL;
    gt_status status =
        add_range(&plan, &(range){.last = max_n, .cheap = true, .tiles = *w});
    *out = plan;
    return status;
}

void gt__winograd_plan_free(void *plan)
{
    free(plan);
}

const gt__winograd *gt__winograd_for(const void *plan, int n)
{
    const range *r = ((const ranges *)plan)->range;
    while (n > r->last)
        r++;
    return r->cheap ? &r->tiles : NULL;
}

/* The transformed kernel, packed for products in either direction. */
static size_t packed_kernel(const gt__winograd *w)
{
    gt__side big = gt__winograd_big(w);
    size_t to_small = 0, to_big = 0;
    for (gt__point_pair at = {0}; gt__point_pair_next(&big, &at);) {
        to_small += gt_product_packed(w->g.precision, w->g.m, at.depth);
        to_big += gt_product_packed(w->g.precision, at.depth, w->g.m);
    }
    return larger(to_small, to_big);
}

size_t gt__winograd_keeps(const void *plan)
{
    const ranges *p = plan;
    size_t most = 0;
    for (const range *r = p->range; r < p->range + p->count; r++)
        if (r->cheap)
            most = larger(most, packed_kernel(&r->tiles));
    return most;
}

/* The last number of a range needs the most: with more samples a block does not
 * get smaller. Backward, a kernel that is there as a whole has a gradient
 * beside it. */
size_t gt__winograd_scratch(const void *plan)
{
    const ranges *p = plan;
    size_t most = 0;
    for (const range *r = p->range; r < p->range + p->count; r++)
        if (r->cheap) {
            gt__tiling t = gt__winograd_tiling(&r->tiles, r->last);
            size_t needed = gt__winograd_working_set(&r->tiles, &t);
            if (!gt__tiling_is_one_block(&t))
                needed += gt__winograd_kernel_size(&r->tiles, &t);
            most = larger(most, needed);
        }
    return most;
}
