/* points.c: a figure of too few points, or of points with NaN in them, would
 * look like a figure. So each one checks its points first, in one place and
 * with one message. */
#include "eval/points.h"

#include "base/plural.h"

#include <math.h>

gt_status gt_points_check(const gt_points *points, size_t least,
                          const char *figure)
{
    if (points->n < least)
        return gt_fail(GT_ERR_CONFIG,
                       "%s needs at least %zu samples in each set, and there "
                       "%s %zu; ask for more",
                       figure, least, points->n == 1 ? "is" : "are", points->n);
    size_t size = (size_t)points->dim;
    for (size_t i = 0; i < points->n * size; i++)
        if (!isfinite(points->x[i]))
            return gt_fail(GT_ERR_NUMERIC,
                           "%s: number %zu of sample %zu is %g; only finite "
                           "numbers can be compared",
                           figure, i % size, i / size, (double)points->x[i]);
    return GT_OK;
}

gt_status gt_points_check_pair(const gt_points *a, const gt_points *b,
                               size_t least, const char *figure)
{
    if (a->dim != b->dim)
        return gt_fail(GT_ERR_MISMATCH,
                       "%s compares points of the same space, but one set has "
                       "%d number%s a point and the other %d",
                       figure, a->dim, gt_plural((unsigned)a->dim), b->dim);
    gt_status status = gt_points_check(a, least, figure);
    return status == GT_OK ? gt_points_check(b, least, figure) : status;
}
