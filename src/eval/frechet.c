/* frechet.c: the trace of the root is taken as the sum of singular values of
 * S_a^(1/2) S_b^(1/2), which is the same number. Eigenvalues of the product
 * would be found to within a rounding of the largest, and their roots spoil
 * half of the digits where a covariance has no full rank, as with fewer points
 * than dimensions; singular values need no root. Roots of covariances are in
 * terms of their eigenvectors, and those whose eigenvalue is but a rounding are
 * left out.
 *
 * Moments are found for each group of the jackknife, then merged (Chan, Golub,
 * LeVeque 1983): once for all groups, once more without each. */
#include "eval/frechet.h"

#include "core/gemm.h"
#include "core/lapack.h"
#include "eval/blocks.h"
#include "eval/groups.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 256 }; /* points in a product */

/* --- Gaussians. */

/* The root of a covariance as the rows of root[rank x dim], whose transpose
 * times itself the covariance is. */
static gt_status take_root(int dim, const double *covariance, double *root,
                           double *values, int *rank)
{
    size_t d = (size_t)dim;
    memcpy(root, covariance, d * d * sizeof *root);
    gt_status status = gt_lapack_eigen(dim, root, values);
    if (status != GT_OK)
        return status;
    double largest = fmax(values[dim - 1], -values[0]);
    double least = dim * DBL_EPSILON * largest;
    if (values[0] < -1e-6 * largest)
        return gt_fail(GT_ERR_NUMERIC,
                       "a covariance has the negative eigenvalue %g, beside a "
                       "largest of %g",
                       values[0], values[dim - 1]);
    *rank = 0;
    for (size_t i = 0; i < d; i++) {
        if (!(values[i] > least))
            continue;
        double *to = root + d * (size_t)(*rank)++, by = sqrt(values[i]);
        for (size_t j = 0; j < d; j++)
            to[j] = by * root[d * i + j];
    }
    return GT_OK;
}

/* tr((S_a S_b)^(1/2)); work[3 dim^2 + dim]. */
static gt_status trace_of_root(int dim, const double *a, const double *b,
                               double *work, double *trace)
{
    size_t square = (size_t)dim * (size_t)dim;
    double *root_a = work, *root_b = work + square, *product = root_b + square,
           *values = product + square;
    int rank_a = 0, rank_b = 0;
    gt_status status = take_root(dim, a, root_a, values, &rank_a);
    if (status == GT_OK)
        status = take_root(dim, b, root_b, values, &rank_b);
    *trace = 0;
    if (status != GT_OK || rank_a == 0 || rank_b == 0)
        return status;
    gt_gemm_double(GT_PLAIN, GT_TRANSPOSED, rank_a, rank_b, dim, root_a, dim,
                   root_b, dim, 0, product, rank_b);
    status = gt_lapack_singular_values(rank_a, rank_b, product, values);
    int n = rank_a < rank_b ? rank_a : rank_b;
    for (int i = 0; status == GT_OK && i < n; i++)
        *trace += values[i];
    return status;
}

gt_status gt_frechet_of_gaussians(int dim, const double *mean_a,
                                  const double *covariance_a,
                                  const double *mean_b,
                                  const double *covariance_b, double *out)
{
    size_t d = (size_t)dim;
    double *work, root = 0, sum = 0;
    gt_status status =
        gt_blocks_alloc(&work, 3 * d * d + d, "roots of covariances");
    if (status != GT_OK)
        return status;
    status = trace_of_root(dim, covariance_a, covariance_b, work, &root);
    free(work);
    for (size_t i = 0; i < d; i++) {
        double apart = mean_a[i] - mean_b[i];
        sum += apart * apart;
        sum += covariance_a[i * d + i] + covariance_b[i * d + i];
    }
    *out = fmax(sum - 2 * root, 0);
    return status;
}

/* --- Moments: the mean [dim], then the upper half of the sum of squares. */

typedef struct fit {
    const gt_points *set[2];
    gt_groups groups[2];
    int dim;
    size_t size;   /* of moments */
    double *found; /* [2 x groups x size] */
} fit;

static size_t moments_size(int dim)
{
    return (size_t)dim + (size_t)dim * ((size_t)dim + 1) / 2;
}

static void find_mean(const gt_points *set, const size_t *order, size_t n,
                      double *mean)
{
    size_t d = (size_t)set->dim;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < d; j++)
            mean[j] += (double)set->x[order[i] * d + j];
    for (size_t j = 0; j < d; j++)
        mean[j] /= (double)n;
}

/* The sum of squares about the mean, square[dim x dim]; rows[ROWS x dim]. */
static void find_squares(const gt_points *set, const size_t *order, size_t n,
                         const double *mean, double *square, double *rows)
{
    size_t d = (size_t)set->dim;
    for (size_t from = 0; from < n; from += ROWS) {
        int m = (int)(n - from < ROWS ? n - from : ROWS);
        for (int i = 0; i < m; i++)
            for (size_t j = 0; j < d; j++)
                rows[(size_t)i * d + j] =
                    (double)set->x[order[from + (size_t)i] * d + j] - mean[j];
        gt_gemm_double(GT_TRANSPOSED, GT_PLAIN, set->dim, set->dim, m, rows,
                       set->dim, rows, set->dim, from > 0, square, set->dim);
    }
}

static gt_status find_moments(void *context, int64_t block, double *moments)
{
    const fit *f = context;
    int which = (int)(block / f->groups[0].count);
    int g = (int)(block % f->groups[0].count);
    const gt_groups *groups = &f->groups[which];
    size_t first = gt_groups_first(groups, g), d = (size_t)f->dim;
    size_t n = gt_groups_first(groups, g + 1) - first;
    double *square;
    gt_status status = gt_blocks_alloc(&square, d * (d + ROWS), "a covariance");
    if (status != GT_OK)
        return status;
    const size_t *order = groups->order + first;
    find_mean(f->set[which], order, n, moments);
    find_squares(f->set[which], order, n, moments, square, square + d * d);
    double *to = moments + d;
    for (size_t i = 0; i < d; i++)
        for (size_t j = i; j < d; j++)
            *to++ = square[i * d + j];
    free(square);
    return GT_OK;
}

/* The moments of n points become those of n + more. */
static void merge(double *moments, double n, const double *next, double more,
                  int dim)
{
    size_t d = (size_t)dim;
    double *square = moments + d, by = n * more / (n + more);
    const double *add = next + d;
    for (size_t i = 0; i < d; i++)
        for (size_t j = i; j < d; j++)
            *square++ +=
                *add++ + by * (next[i] - moments[i]) * (next[j] - moments[j]);
    for (size_t i = 0; i < d; i++)
        moments[i] += (next[i] - moments[i]) * more / (n + more);
}

/* Mean and covariance of a set without one of its groups, -1: of all. */
static void fit_gaussian(const fit *f, int which, int without, double *moments,
                         double *covariance)
{
    const gt_groups *groups = &f->groups[which];
    size_t d = (size_t)f->dim;
    double n = 0;
    memset(moments, 0, f->size * sizeof *moments);
    for (int g = 0; g < groups->count; g++) {
        double more = (double)(gt_groups_first(groups, g + 1) -
                               gt_groups_first(groups, g));
        if (g == without)
            continue;
        merge(moments, n,
              f->found + f->size * (size_t)(which * groups->count + g), more,
              f->dim);
        n += more;
    }
    const double *from = moments + d;
    for (size_t i = 0; i < d; i++)
        for (size_t j = i; j < d; j++, from++)
            covariance[i * d + j] = covariance[j * d + i] = *from / (n - 1);
}

/* The distance of all points, or in block g + 1 of those without group g. */
static gt_status find_distance(void *context, int64_t block, double *distance)
{
    const fit *f = context;
    size_t square = (size_t)f->dim * (size_t)f->dim;
    double *work;
    gt_status status =
        gt_blocks_alloc(&work, 2 * (f->size + square), "covariances");
    if (status != GT_OK)
        return status;
    double *a = work, *b = a + f->size, *of_a = b + f->size,
           *of_b = of_a + square;
    fit_gaussian(f, 0, (int)block - 1, a, of_a);
    fit_gaussian(f, 1, (int)block - 1, b, of_b);
    status = gt_frechet_of_gaussians(f->dim, a, of_a, b, of_b, distance);
    free(work);
    return status;
}

/* --- The figure. */

static gt_status prepare(fit *f, const gt_points *a, const gt_points *b)
{
    size_t least = a->n < b->n ? a->n : b->n;
    if (!gt_lapack_is_there())
        return gt_lapack_eigen(0, NULL, NULL);
    gt_status status = gt_points_check_pair(a, b, 2, "a Frechet distance");
    *f = (fit){.set = {a, b}, .dim = a->dim, .size = moments_size(a->dim)};
    for (int i = 0; i < 2 && status == GT_OK; i++)
        status = gt_groups_new(&f->groups[i], f->set[i]->n, least);
    if (status == GT_OK)
        status = gt_blocks_alloc(
            &f->found, 2 * (size_t)f->groups[0].count * f->size, "covariances");
    return status;
}

gt_status gt_frechet_distance(gt_comm *comm, const gt_points *a,
                              const gt_points *b, gt_estimate *out)
{
    fit f = {0};
    double distance[1 + GT_GROUPS];
    gt_status status = gt_comm_agree(comm, prepare(&f, a, b));
    int groups = f.groups[0].count;
    if (status == GT_OK)
        status = gt_blocks_map(comm, (int64_t)2 * groups, f.size, find_moments,
                               &f, f.found);
    if (status == GT_OK)
        status = gt_blocks_map(comm, groups > 1 ? 1 + groups : 1, 1,
                               find_distance, &f, distance);
    if (status == GT_OK)
        *out = (gt_estimate){distance[0],
                             gt_jackknife_error(distance + 1, groups)};
    free(f.found);
    gt_groups_free(&f.groups[0]);
    gt_groups_free(&f.groups[1]);
    return status;
}
