/* distances.c: points are moved to the centre of some of them before they are
 * multiplied, so that norms are not larger than they must be, and scaled by a
 * power of two, so that no product is too large or too small for a float. A
 * tile is small, and what is moved is a copy, so memory does not grow with the
 * sets. */
#include "eval/distances.h"

#include "core/arena.h"
#include "core/product.h"
#include "eval/blocks.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void find_centre(gt__distances *d, const gt_points *like)
{
    size_t dim = (size_t)like->dim;
    memset(d->centre, 0, dim * sizeof *d->centre);
    for (size_t i = 0; i < like->n; i++)
        for (size_t j = 0; j < dim; j++)
            d->centre[j] += (double)like->x[i * dim + j] / (double)like->n;
}

/* The largest number of the points, less the centre. */
static double farthest(const gt__distances *d, const gt_points *points)
{
    size_t dim = (size_t)points->dim;
    double most = 0;
    for (size_t i = 0; i < points->n; i++)
        for (size_t j = 0; j < dim; j++)
            most =
                fmax(most, fabs((double)points->x[i * dim + j] - d->centre[j]));
    return most;
}

gt_status gt__distances_new(gt__distances *d, const gt_points *like,
                            const gt_points *others)
{
    size_t dim = (size_t)like->dim, tile = GT__QUERIES + GT__REFERENCES;
    /* Of the product; then of what was moved, scaled and rounded before it and
     * is compared after it. */
    *d = (gt__distances){.dim = like->dim,
                         .slack = (like->dim + 16.0) * FLT_EPSILON / 2};
    gt_status status =
        gt_blocks_alloc(&d->centre, dim + tile, "distances of points");
    if (status != GT_OK)
        return status;
    d->square_queries = d->centre + dim;
    d->square_references = d->square_queries + GT__QUERIES;
    d->moved_queries =
        gt_real_alloc(tile * dim + (size_t)GT__QUERIES * GT__REFERENCES);
    if (!d->moved_queries)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate distances of points");
    d->moved_references = d->moved_queries + GT__QUERIES * dim;
    d->products = d->moved_references + GT__REFERENCES * dim;
    find_centre(d, like);
    double most = farthest(d, like);
    if (others)
        most = fmax(most, farthest(d, others));
    d->scale = most > 0 ? ldexp(1, -ilogb(most)) : 1;
    d->units = d->scale * d->scale;
    return GT_OK;
}

void gt__distances_free(gt__distances *d)
{
    free(d->centre);
    free(d->moved_queries);
    *d = (gt__distances){0};
}

static void move(const gt__distances *d, const gt_real *points, int n,
                 gt_real *moved, double *square)
{
    for (int i = 0; i < n; i++) {
        double sum = 0;
        for (int j = 0; j < d->dim; j++) {
            gt_real at =
                (gt_real)(((double)*points++ - d->centre[j]) * d->scale);
            *moved++ = at;
            sum += (double)at * (double)at;
        }
        square[i] = sum;
    }
}

void gt__distances_begin(gt__distances *d, const gt_real *points, int n)
{
    d->queries = points;
    d->n_queries = n;
    move(d, points, n, d->moved_queries, d->square_queries);
}

void gt__distances_find(gt__distances *d, const gt_real *points, int n)
{
    d->references = points;
    d->n_references = n;
    move(d, points, n, d->moved_references, d->square_references);
    gt_product(GT_FP32, GT_PLAIN, GT_TRANSPOSED, d->n_queries, n, d->dim,
               d->moved_queries, d->dim, d->moved_references, d->dim, 0,
               d->products, n);
}

double gt__square_between(const gt_real *a, const gt_real *b, int dim)
{
    enum { SUMS = 8 };
    double sum[SUMS] = {0};
    int i = 0;
    for (; i + SUMS <= dim; i += SUMS)
        for (int k = 0; k < SUMS; k++) {
            double apart = (double)a[i + k] - (double)b[i + k];
            sum[k] += apart * apart;
        }
    for (int k = 0; i < dim; i++, k++) {
        double apart = (double)a[i] - (double)b[i];
        sum[k] += apart * apart;
    }
    return ((sum[0] + sum[4]) + (sum[1] + sum[5])) +
           ((sum[2] + sum[6]) + (sum[3] + sum[7]));
}
