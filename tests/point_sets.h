/* point_sets.h: sets of random points, for figures over them. */
#ifndef GT_TESTS_POINT_SETS_H
#define GT_TESTS_POINT_SETS_H

#include "core/arena.h"
#include "core/rng.h"
#include "eval/points.h"
#include "near.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* n points of a Gaussian of unit covariance around (shift, shift, ...). */
static inline gt_points new_points(size_t n, int dim, uint64_t seed,
                                   double shift)
{
    size_t size = n * (size_t)dim;
    gt_real *x = gt_real_alloc(size + 1);
    assert_non_null(x);
    gt_rng_normal((gt_rng){.seed = seed}, x, size);
    for (size_t i = 0; i < size; i++)
        x[i] += (gt_real)shift;
    return (gt_points){n, dim, x};
}

/* Points on a lattice: many equal ones, and many equal distances. */
static inline gt_points new_lattice(size_t n, int dim, uint64_t seed, int side)
{
    gt_points points = new_points(n, dim, seed, 0);
    gt_real *x = (gt_real *)points.x;
    gt_rng_uniform((gt_rng){.seed = seed}, x, n * (size_t)dim);
    for (size_t i = 0; i < n * (size_t)dim; i++)
        x[i] = (gt_real)floor((double)x[i] * side);
    return points;
}

static inline void free_points(gt_points *points)
{
    free((void *)points->x);
    *points = (gt_points){0};
}

/* Whether `value` is at most `errors` standard errors from `want`. */
#define assert_within(estimate, want, errors)                                  \
    do {                                                                       \
        gt_estimate got_ = (estimate);                                         \
        double want_ = (want);                                                 \
        if (!(fabs(got_.value - want_) <= got_.error * (errors)))              \
            fail_msg("%s is %.6g +- %.3g, not %.6g", #estimate, got_.value,    \
                     got_.error, want_);                                       \
    } while (0)

/* A figure of two sets of points. */
typedef gt_estimate figure_of(const gt_points *a, const gt_points *b);

/* The mean standard error of a figure over its spread over repetitions, for
 * sets of n and of 300 points that are 0.5 apart. */
static inline double error_over_spread(figure_of *figure, size_t n)
{
    enum { TIMES = 40 };
    double mean = 0, squares = 0, error = 0;
    for (uint64_t i = 0; i < TIMES; i++) {
        gt_points a = new_points(n, 3, 2 * i, 0);
        gt_points b = new_points(300, 3, 2 * i + 1, 0.5);
        gt_estimate got = figure(&a, &b);
        mean += got.value / TIMES;
        squares += got.value * got.value / TIMES;
        error += got.error / TIMES;
        free_points(&a);
        free_points(&b);
    }
    return error / sqrt(squares - mean * mean);
}

#endif
