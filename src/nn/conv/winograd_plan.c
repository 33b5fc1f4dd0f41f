/* winograd_plan.c: the choice of tiles and of blocks of tiles.
 *
 * Larger tiles save more multiplications but have more terms to add, so the
 * cost of each size is counted, in multiplications, and compared with that of
 * im2col. */
#include "nn/conv/winograd_plan.h"

#include <assert.h>

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

gt__side gt__winograd_big(const gt__winograd *w)
{
    const gt__conv_geometry *g = &w->base.g;
    int step_h = g->sw * w->h.tile, span_h = span_of(w->h.big_back);
    return (gt__side){.h = g->h,
                      .w = g->w,
                      .c = g->c,
                      .top = g->top,
                      .left = g->left,
                      .step = {g->sh * w->v.tile, step_h},
                      .tiles = w->h.tiles,
                      .width = step_h * (w->h.tiles - 1) + span_h,
                      .points = {w->v.points, w->h.points},
                      .first = {w->v.first, w->h.first},
                      .terms = {w->v.big, w->h.big},
                      .span = {span_of(w->v.big_back), span_h},
                      .back = {w->v.big_back, w->h.big_back}};
}

gt__side gt__winograd_small(const gt__winograd *w)
{
    return (gt__side){.h = w->base.g.oh,
                      .w = w->base.g.ow,
                      .c = w->base.g.m,
                      .step = {w->v.tile, w->h.tile},
                      .tiles = w->h.tiles,
                      .width = w->h.tile * w->h.tiles,
                      .points = {w->v.points, w->h.points},
                      .first = {single, single},
                      .terms = {w->v.small, w->h.small},
                      .span = {w->v.tile, w->h.tile},
                      .back = {w->v.small_back, w->h.small_back}};
}

bool gt__winograd_has_one_block(const gt__winograd *w)
{
    return w->block.n_images == w->grid.n && w->block.n_lines == w->grid.lines;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

size_t gt__winograd_kernel_size(const gt__winograd *w)
{
    gt__side big = gt__winograd_big(w);
    size_t most = 0, m = (size_t)w->base.g.m;
    if (!gt__winograd_has_one_block(w))
        return gt__side_depths(&big) * m;
    for (int a = 0; a < w->v.points; a++)
        for (int b = 0; b < w->h.points; b++)
            most = larger(most, (size_t)gt__side_depth(&big, a, b));
    return most * m;
}

size_t gt__winograd_working_set(const gt__winograd *w)
{
    gt__side big = gt__winograd_big(w), small = gt__winograd_small(w);
    size_t rows = gt__block_rows(&w->grid, &w->block);
    return rows * (gt__side_depths(&big) + gt__side_depths(&small)) +
           gt__winograd_kernel_size(w) +
           larger(gt__side_line(&big), gt__side_line(&small));
}

/* --- The choice of tiles. */

enum {
    MIN_CHANNELS = 16,     /* of either side; fewer make products slow */
    MIN_TILES = 32,        /* rows of a product: as well */
    BLOCK_REALS = 1 << 19, /* of transformed tiles: 2 MB in fp32 */
    TERM = 10, /* multiplications of a matrix product in the time of adding a
                  term to a value */
};

static double cost_of_im2col(const gt__conv_geometry *g, int n)
{
    double size = (double)g->kh * g->kw * g->c;
    return (double)n * g->oh * g->ow * size * (g->m + TERM);
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
    for (int i = 0; i < OPTIONS; i++) {
        plan_option(&all->v[i], g->kh, g->sh, g->oh, SMALLEST + i);
        plan_option(&all->h[i], g->kw, g->sw, g->ow, SMALLEST + i);
    }
    return true;
}

static double cost(const options *all, int n, const option *v, const option *h)
{
    double c = all->g.c, m = all->g.m;
    double tiles = (double)n * v->axis.tiles * h->axis.tiles;
    double products = tiles * v->axis.rows * h->axis.rows * c * m;
    double big = c * v->axis.rows * h->big;
    double small = m * v->axis.points * h->small;
    double kernel = c * m * v->kernel * h->kernel;
    return products + TERM * (tiles * (big + small) + kernel);
}

/* The cheapest for n samples; false where im2col is cheaper. */
static bool choose(const options *all, int n, const option **v,
                   const option **h)
{
    double best = cost_of_im2col(&all->g, n);
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

/* Tiles of a block. It reads the whole transformed kernel, so it should not be
 * much smaller. */
static int block_tiles(const gt__winograd *plan)
{
    double pairs = (double)plan->v.rows * plan->h.rows;
    double kernel = pairs * plan->base.g.c * plan->base.g.m;
    double tile = pairs * plan->base.g.c +
                  (double)plan->v.points * plan->h.points * plan->base.g.m;
    return (int)((kernel > BLOCK_REALS ? kernel : BLOCK_REALS) / tile);
}

/* If there is little beside the kernel, all tiles in one block take less
 * memory: then the kernel is not transformed as a whole. */
static void set_samples(gt__winograd *plan, int n)
{
    plan->base.n = n;
    plan->grid = (gt__grid){n, plan->v.tiles, plan->h.tiles};
    gt__block all = {.n_images = n, .n_lines = plan->v.tiles};
    plan->block = all;
    size_t at_once = gt__winograd_working_set(plan);
    plan->block = gt__block_size(&plan->grid, block_tiles(plan));
    if (gt__winograd_working_set(plan) >= at_once)
        plan->block = all;
}

static gt__winograd plan_of(const options *all, int n, const option *v,
                            const option *h)
{
    gt__winograd plan = {.base.g = all->g, .v = v->axis, .h = h->axis};
    set_samples(&plan, n);
    return plan;
}

bool gt__winograd_plan_tiles(gt__winograd *plan, const gt__conv_geometry *g,
                             int n, int tile_v, int tile_h)
{
    options one = {.g = *g};
    if (!is_supported(g))
        return false;
    plan_option(&one.v[0], g->kh, g->sh, g->oh, tile_v);
    plan_option(&one.h[0], g->kw, g->sw, g->ow, tile_h);
    if (!one.v[0].fits || !one.h[0].fits)
        return false;
    *plan = plan_of(&one, n, &one.v[0], &one.h[0]);
    return true;
}

bool gt__winograd_plan(gt__winograd *plan, const gt__conv_geometry *g, int n)
{
    options all;
    const option *v, *h;
    if (!find_options(&all, g) || !choose(&all, n, &v, &h))
        return false;
    *plan = plan_of(&all, n, v, h);
    return true;
}

size_t gt__winograd_scratch(const gt__conv_geometry *g, int max_n)
{
    options all;
    size_t most = 0;
    if (!find_options(&all, g))
        return 0;
    const option *v, *h, *last_v = NULL, *last_h = NULL;
    gt__winograd plan = {0};
    for (int n = 1; n <= max_n; n++) {
        if (!choose(&all, n, &v, &h))
            continue;
        assert(v && h);
        if (v != last_v || h != last_h)
            plan = plan_of(&all, n, v, h);
        set_samples(&plan, n);
        last_v = v;
        last_h = h;
        size_t needed = gt__winograd_working_set(&plan);
        most = needed > most ? needed : most;
    }
    return most;
}
