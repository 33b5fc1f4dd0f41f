/* geometry.c: BLAS counts rows and columns with an int, so geometries with more
 * of them are refused, once, when a network is planned. */
#include "nn/conv/geometry.h"

#include "base/plural.h"

#include <limits.h>

gt_status gt__conv_check(const gt__conv_geometry *g, int max_n)
{
    double weights = (double)g->kh * g->kw * g->c * g->m;
    double pixels = (double)max_n * g->h * g->w;
    double positions = (double)max_n * g->oh * g->ow;
    if (weights > INT_MAX)
        return gt_fail(GT_ERR_CONFIG,
                       "a kernel of %.0f weights; the most is %d", weights,
                       INT_MAX);
    if (pixels > INT_MAX || positions > INT_MAX)
        return gt_fail(GT_ERR_CONFIG,
                       "%.0f positions in a pass of %d sample%s; the most "
                       "is %d: use a smaller batch or more shards",
                       pixels > positions ? pixels : positions, max_n,
                       gt_plural((unsigned long long)max_n), INT_MAX);
    return GT_OK;
}
