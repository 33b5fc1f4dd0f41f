/* winograd_plan.c: the matrices of Toom and Cook's algorithm, made from its
 * points, and the choice of tiles.
 *
 * With finite points p[0..f) and infinity, f + 1 = r + t - 1 products:
 *   A[a][u] = p[a]^u                     infinity: 1 at u = r - 1
 *   G[a][i] = p[a]^i / prod_{j != a} (p[a] - p[j])  infinity: 1 at i = t - 1
 *   B[a][i] = coefficient of x^i in prod_{j != a} (x - p[j])  infinity: all j
 * A does not depend on t, so a phase with fewer taps may leave out the last
 * finite points. */
#include "nn/winograd.h"

#include <math.h>

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

/* Row of G for `taps` taps. */
static void tap_terms(gt__terms *row, int finite, int a, int taps, int stride,
                      int phase)
{
    double scale = 1;
    for (int j = 0; j < finite; j++)
        scale *= j == a ? 1 : point[a] - point[j];
    for (int i = 0; i < taps; i++)
        add_term(row, stride * i + phase, pow(point[a], i) / scale);
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
            add_term(&axis->small[a], u, infinite ? 1 : pow(point[a], u));
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

static double cost_of_patches(const gt__patches *p, int n, int m)
{
    double size = (double)p->kh * p->kw * p->c;
    return (double)n * p->oh * p->ow * size * (m + TERM);
}

static double cost(const gt__winograd *plan)
{
    const gt__axis *v = &plan->v, *h = &plan->h;
    double c = plan->p.c, m = plan->m;
    double tiles = (double)plan->grid.n * v->tiles * h->tiles;
    double products = tiles * v->rows * h->rows * c * m;
    double big = c * v->rows * count_terms(h->big, h->rows);
    double small = m * v->points * count_terms(h->small, h->points);
    double kernel = c * m * count_terms(v->kernel, v->rows) *
                    count_terms(h->kernel, h->rows);
    return products + TERM * (tiles * (big + small) + kernel);
}

/* A block reads the whole evaluated kernel, so it should not be much smaller.
 */
static int block_tiles(const gt__winograd *plan)
{
    int pairs = plan->v.rows * plan->h.rows;
    int kernel = pairs * plan->p.c * plan->m;
    int tile = pairs * plan->p.c + plan->v.points * plan->h.points * plan->m;
    return (kernel > BLOCK_REALS ? kernel : BLOCK_REALS) / tile;
}

static bool fits(int kernel, int stride, int tile)
{
    return tile + (kernel + stride - 1) / stride - 1 <= GT__POINTS;
}

bool gt__winograd_plan_tiles(gt__winograd *plan, const gt__patches *p, int n,
                             int m, int tile_v, int tile_h)
{
    if (p->sh > GT__PHASES || p->sw > GT__PHASES || p->kh <= p->sh ||
        p->kw <= p->sw || !fits(p->kh, p->sh, tile_v) ||
        !fits(p->kw, p->sw, tile_h))
        return false;
    *plan = (gt__winograd){.p = *p, .m = m};
    plan_axis(&plan->v, p->kh, p->sh, p->oh, tile_v);
    plan_axis(&plan->h, p->kw, p->sw, p->ow, tile_h);
    plan->grid = (gt__grid){n, plan->v.tiles, plan->h.tiles};
    plan->block = gt__block_size(&plan->grid, block_tiles(plan));
    return true;
}

size_t gt__winograd_scratch(const gt__patches *p, int max_n, int m)
{
    size_t most = 0;
    gt__winograd plan;
    if (p->c < MIN_CHANNELS || m < MIN_CHANNELS)
        return 0;
    for (int v = 2; v < GT__POINTS; v++)
        for (int h = 2; h < GT__POINTS; h++) {
            if (!gt__winograd_plan_tiles(&plan, p, max_n, m, v, h))
                continue;
            size_t needed = gt__winograd_working_set(&plan);
            most = needed > most ? needed : most;
        }
    return most;
}

bool gt__winograd_plan(gt__winograd *plan, const gt__patches *p, int n, int m)
{
    double best = cost_of_patches(p, n, m);
    gt__winograd other;
    bool found = false;
    if (p->c < MIN_CHANNELS || m < MIN_CHANNELS)
        return false;
    for (int v = 2; v < GT__POINTS; v++)
        for (int h = 2; h < GT__POINTS; h++) {
            if (!gt__winograd_plan_tiles(&other, p, n, m, v, h) ||
                n * other.v.tiles * other.h.tiles < MIN_TILES ||
                cost(&other) >= best)
                continue;
            best = cost(&other);
            *plan = other;
            found = true;
        }
    return found;
}
