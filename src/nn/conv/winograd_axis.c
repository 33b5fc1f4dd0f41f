/* winograd_axis.c: the matrices of Toom and Cook's algorithm are made from its
 * points, so that any number of taps and outputs has them.
 *
 * With finite points p[0..f) and infinity, f + 1 = r + t - 1 products:
 *   A[a][u] = p[a]^u                     infinity: 1 at u = r - 1
 *   G[a][i] = p[a]^i / prod_{j != a} (p[a] - p[j])  infinity: 1 at i = t - 1
 *   B[a][i] = coefficient of x^i in prod_{j != a} (x - p[j])  infinity: all j
 * A does not depend on t, so a phase with fewer taps may leave out the last
 * finite points. */
#include "nn/conv/winograd_axis.h"

/* Small points first: their powers lose the fewest digits. */
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

static void transpose(const gt__terms *rows, int n, gt__terms *back)
{
    for (int r = 0; r < n; r++)
        for (int i = 0; i < rows[r].n; i++)
            add_term(&back[rows[r].at[i]], r, rows[r].by[i]);
}

static double square(const gt__terms *row)
{
    double sum = 0;
    for (int i = 0; i < row->n; i++)
        sum += (double)row->by[i] * (double)row->by[i];
    return sum;
}

/* Row i of point a: its products have errors of the size of |B[i]| |G[i]|,
 * which A[a] spreads over the tile. */
static double noise(const gt__axis *axis, int kernel)
{
    double sum = 0;
    for (int a = 0; a < axis->points; a++)
        for (int i = axis->first[a]; i < axis->first[a + 1]; i++)
            sum += square(&axis->small[a]) * square(&axis->big[i]) *
                   square(&axis->kernel[i]);
    return sum / ((double)axis->tile * kernel);
}

int gt__axis_points(int kernel, int stride, int tile)
{
    return tile + (kernel + stride - 1) / stride - 1;
}

void gt__axis_make(gt__axis *axis, int kernel, int stride, int outputs,
                   int tile)
{
    *axis = (gt__axis){.tile = tile, .tiles = (outputs + tile - 1) / tile};
    axis->points = gt__axis_points(kernel, stride, tile);
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
    axis->noise = noise(axis, kernel);
    transpose(axis->big, axis->rows, axis->big_back);
    transpose(axis->small, axis->points, axis->small_back);
}

int gt__terms_count(const gt__terms *rows, int n)
{
    int count = 0;
    for (int i = 0; i < n; i++)
        count += rows[i].n;
    return count;
}
