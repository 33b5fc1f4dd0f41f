/* modes.c: there are few modes, and points of few numbers, so every rank does
 * all of it. */
#include "eval/modes.h"

#include "base/plural.h"
#include "eval/blocks.h"
#include "eval/classes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

gt_status gt_modes_new(gt_modes *modes, const gt_source *source)
{
    const gt_source_type *type = source->type;
    *modes = (gt_modes){0};
    if (!type->mode)
        return GT_OK;
    modes->dim = (int)gt_shape_size(source->shape);
    modes->sigma = type->sigma;
    size_t dim = (size_t)modes->dim;
    gt_status status = gt_blocks_alloc(
        &modes->centres, (size_t)source->classes * dim, "the data's modes");
    if (status != GT_OK)
        return status;
    modes->count = source->classes;
    for (int k = 0; k < modes->count; k++)
        type->mode(k, modes->centres + (size_t)k * dim);
    return GT_OK;
}

void gt_modes_free(gt_modes *modes)
{
    free(modes->centres);
    *modes = (gt_modes){0};
}

/* The mode whose centre is nearest to a point, and its square. */
static int nearest_mode(const gt_modes *modes, const gt_real *point,
                        double *square)
{
    int nearest = 0;
    *square = INFINITY;
    for (int k = 0; k < modes->count; k++) {
        const double *centre = modes->centres + (size_t)k * (size_t)modes->dim;
        double sum = 0;
        for (int j = 0; j < modes->dim; j++)
            sum +=
                ((double)point[j] - centre[j]) * ((double)point[j] - centre[j]);
        if (sum < *square) {
            *square = sum;
            nearest = k;
        }
    }
    return nearest;
}

static gt_status check(const gt_modes *modes, const gt_points *points)
{
    if (points->n == 0)
        return gt_fail(GT_ERR_CONFIG,
                       "there are no samples to count the modes of");
    if (points->dim != modes->dim)
        return gt_fail(
            GT_ERR_MISMATCH, "modes lie in %d dimension%s, but samples have %d",
            modes->dim, gt_plural((unsigned)modes->dim), points->dim);
    return GT_OK;
}

gt_status gt_modes_count(const gt_modes *modes, const gt_points *points,
                         gt_mode_figures *out)
{
    double *counts, n = (double)points->n, good = 0;
    gt_status status = check(modes, points);
    if (status == GT_OK)
        status = gt_blocks_alloc(&counts, 2 * (size_t)modes->count,
                                 "counts of modes");
    if (status != GT_OK)
        return status;
    memset(counts, 0, 2 * (size_t)modes->count * sizeof *counts);
    double *near = counts + modes->count;
    double most = 9 * modes->sigma * modes->sigma;
    for (size_t i = 0; i < points->n; i++) {
        double square;
        int k =
            nearest_mode(modes, points->x + i * (size_t)points->dim, &square);
        counts[k]++;
        near[k] += square <= most;
        good += square <= most;
    }
    gt_class_figures shares;
    status = gt_class_figures_of(counts, NULL, modes->count, &shares);
    *out = (gt_mode_figures){
        .modes = modes->count,
        .quality = {good / n, sqrt(good / n * (1 - good / n) / n)},
        .divergence = shares.divergence};
    for (int k = 0; k < modes->count; k++)
        out->found += near[k] > 0;
    free(counts);
    return status;
}
