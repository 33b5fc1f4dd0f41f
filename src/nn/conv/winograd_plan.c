/* winograd_plan.c: the matrices of Toom and Cook's algorithm, made from its
 * points, and the choice of tiles.
 *
 * With finite points p[0..f) and infinity, f + 1 = r + t - 1 products:
 *   A[a][u] = p[a]^u                     infinity: 1 at u = r - 1
 *   G[a][i] = p[a]^i / prod_{j != a} (p[a] - p[j])  infinity: 1 at i = t - 1
 *   B[a][i] = coefficient of x^i in prod_{j != a} (x - p[j])  infinity: all j
 * A does not depend on t, so a phase with fewer taps may leave out the last
 * finite points. */
#include "nn/conv/winograd.h"

/* Small points first: their powers cost the fewest digits. */
static const double point[GT__POINTS - 1] = {0, 1, -1, 0.5, -0.5};

static void add_term(gt__terms *terms, int at, double by)
{
    if (by == 0)
        return;
    terms->at[terms->n] = at;
    terms->by[terms->n++] = (gt_real)by;
}

/* Row of B over `finite` points, without factor `skip`. */
static void pixel_terms(gt__terms *row, int finite, int skip, int stride,
                        int phase)
{
    double by[GT__POINTS + 1] = {1};
    int degree = 0;
    for (int j = 0; j < finite; j++) {
        if (j == skip)
            continue;
        for (int i = ++degree; i > 0; i--)
            by[i] = by[i - 1] - point[j] * by[i];
        by[0] *= -point[j];
    }
    for (int i = 0; i <= degree; i++)
        add_term(row, stride * i + phase, by[i]);
}

static double power(double x, int n)
{
    double value = 1;
    while (n-- > 0)
        value *= x;
    return value;
}

/* Row of G for `taps` taps. */
static void tap_terms(gt__terms *row, int finite, int a, int taps, int stride,
                      int phase)
{
    double scale = 1;
    for (int j = 0; j < finite; j++)
        scale *= j == a ? 1 : point[a] - point[j];
    for (int i = 0; i < taps; i++)
        add_term(row, stride * i + phase, power(point[a], i) / scale);
}

/* The transposed matrix. */
static void turn(const gt__terms *rows, int n, gt__terms *back)
{
    for (int r = 0; r < n; r++)
        for (int i = 0; i < rows[r].n; i++)
            add_term(&back[rows[r].at[i]], r, rows[r].by[i]);
}

static void plan_axis(gt__axis *axis, int kernel, int stride, int outputs,
                      int tile)
{
    *axis = (gt__axis){.tile = tile, .tiles = (outputs + tile - 1) / tile};
    axis->points = tile + (kernel + stride - 1) / stride - 1;
    for (int a = 0; a < axis->points; a++) {
        bool infinite = a == axis->points - 1;
        axis->first[a] = axis->rows;
        for (int u = infinite ? tile - 1 : 0; u < tile; u++)
            add_term(&axis->small[a], u, infinite ? 1 : power(point[a], u));
        for (int phase = 0; phase < stride; phase++) {
            int taps = (kernel - phase + stride - 1) / stride;
            int finite = tile + taps - 2;
            if (!infinite && a >= finite)
                continue;
            gt__terms *pixels = &axis->big[axis->rows];
            gt__terms *weights = &axis->kernel[axis->rows++];
            pixel_terms(pixels, finite, infinite ? -1 : a, stride, phase);
            if (infinite)
                add_term(weights, stride * (taps - 1) + phase, 1);
            else
                tap_terms(weights, finite, a, taps, stride, phase);
        }
    }
    axis->first[axis->points] = axis->rows;
    turn(axis->big, axis->rows, axis->big_back);
    turn(axis->small, axis->points, axis->small_back);
}

/* --- The choice. */

enum {
    MIN_CHANNELS = 16,     /* of either side; fewer make products slow */
    MIN_TILES = 32,        /* rows of a product: as well */
    BLOCK_REALS = 1 << 19, /* of evaluated tiles: 2 MB in fp32 */
    TERM = 10, /* multiplications of a matrix product in the time of adding a
                  term to a value */
};

static int count_terms(const gt__terms *terms, int n)
{
    int count = 0;
    for (int i = 0; i < n; i++)
        count += terms[i].n;
    return count;
}

static double cost_of_patches(const gt__conv *p, int n, int m)
{
    double size = (double)p->kh * p->kw * p->c;
    return (double)n * p->oh * p->ow * size * (m + TERM);
}

/* An axis with some size of tiles, and what its cost is made of. */
typedef struct option {
    bool fits;
    gt__axis axis;
    int big, kernel, small; /* terms */
} option;

enum {
    SMALLEST = 2, /* tile that saves anything */
    OPTIONS = GT__POINTS - SMALLEST
};

typedef struct options {
    gt__conv p;
    int m;
    option v[OPTIONS], h[OPTIONS];
} options;

static void plan_option(option *o, int kernel, int stride, int outputs,
                        int tile)
{
    o->fits = tile + (kernel + stride - 1) / stride - 1 <= GT__POINTS;
    if (!o->fits)
        return;
    plan_axis(&o->axis, kernel, stride, outputs, tile);
    o->big = count_terms(o->axis.big, o->axis.rows);
    o->kernel = count_terms(o->axis.kernel, o->axis.rows);
    o->small = count_terms(o->axis.small, o->axis.points);
}

static bool is_ours(const gt__conv *p)
{
    return p->sh <= GT__PHASES && p->sw <= GT__PHASES && p->kh > p->sh &&
           p->kw > p->sw;
}

static bool find_options(options *all, const gt__conv *p, int m)
{
    if (!is_ours(p) || p->c < MIN_CHANNELS || m < MIN_CHANNELS)
        return false;
    all->p = *p;
    all->m = m;
    for (int i = 0; i < OPTIONS; i++) {
        plan_option(&all->v[i], p->kh, p->sh, p->oh, SMALLEST + i);
        plan_option(&all->h[i], p->kw, p->sw, p->ow, SMALLEST + i);
    }
    return true;
}

static double cost(const options *all, int n, const option *v, const option *h)
{
    double c = all->p.c, m = all->m;
    double tiles = (double)n * v->axis.tiles * h->axis.tiles;
    double products = tiles * v->axis.rows * h->axis.rows * c * m;
    double big = c * v->axis.rows * h->big;
    double small = m * v->axis.points * h->small;
    double kernel = c * m * v->kernel * h->kernel;
    return products + TERM * (tiles * (big + small) + kernel);
}

/* The cheapest for n samples; false where plain patches are cheaper. */
static bool choose(const options *all, int n, const option **v,
                   const option **h)
{
    double best = cost_of_patches(&all->p, n, all->m);
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

/* Tiles of a block. It reads the whole evaluated kernel, so it should not be
 * much smaller. */
static int block_tiles(const gt__winograd *plan)
{
    double pairs = (double)plan->v.rows * plan->h.rows;
    double kernel = pairs * plan->p.c * plan->m;
    double tile =
        pairs * plan->p.c + (double)plan->v.points * plan->h.points * plan->m;
    return (int)((kernel > BLOCK_REALS ? kernel : BLOCK_REALS) / tile);
}

/* All at once takes less room where there is little beside the kernel. */
static void set_samples(gt__winograd *plan, int n)
{
    plan->grid = (gt__grid){n, plan->v.tiles, plan->h.tiles};
    gt__block all = {.n_images = n, .n_lines = plan->v.tiles};
    plan->block = all;
    size_t at_once = gt__winograd_working_set(plan);
    plan->block = gt__block_size(&plan->grid, block_tiles(plan));
    if (gt__winograd_working_set(plan) >= at_once)
        plan->block = all;
}

static gt__winograd planned(const options *all, int n, const option *v,
                            const option *h)
{
    gt__winograd plan = {.p = all->p, .m = all->m, .v = v->axis, .h = h->axis};
    set_samples(&plan, n);
    return plan;
}

bool gt__winograd_plan_tiles(gt__winograd *plan, const gt__conv *p, int n,
                             int m, int tile_v, int tile_h)
{
    options one = {.p = *p, .m = m};
    if (!is_ours(p))
        return false;
    plan_option(&one.v[0], p->kh, p->sh, p->oh, tile_v);
    plan_option(&one.h[0], p->kw, p->sw, p->ow, tile_h);
    if (!one.v[0].fits || !one.h[0].fits)
        return false;
    *plan = planned(&one, n, &one.v[0], &one.h[0]);
    return true;
}

bool gt__winograd_plan(gt__winograd *plan, const gt__conv *p, int n, int m)
{
    options all;
    const option *v, *h;
    if (!find_options(&all, p, m) || !choose(&all, n, &v, &h))
        return false;
    *plan = planned(&all, n, v, h);
    return true;
}

size_t gt__winograd_scratch(const gt__conv *p, int max_n, int m)
{
    options all;
    size_t most = 0;
    if (!find_options(&all, p, m))
        return 0;
    const option *v, *h, *last_v = NULL, *last_h = NULL;
    gt__winograd plan = {0};
    for (int n = 1; n <= max_n; n++) {
        if (!choose(&all, n, &v, &h))
            continue;
        if (v != last_v || h != last_h)
            plan = planned(&all, n, v, h);
        set_samples(&plan, n);
        last_v = v;
        last_h = h;
        size_t needed = gt__winograd_working_set(&plan);
        most = needed > most ? needed : most;
    }
    return most;
}
