/* groups.c: ten groups cost eleven evaluations of a figure, most of which share
 * what is expensive, and need no formula for each figure. An error of ten
 * values is itself known to a quarter. */
#include "eval/groups.h"

#include "data/shuffle.h"

#include <math.h>
#include <stdlib.h>

/* Without a group there are to be two points at least. */
static int count_for(size_t n)
{
    if (n < 3)
        return 1;
    return n < GT_GROUPS ? (int)n : GT_GROUPS;
}

gt_status gt_groups_new(gt_groups *groups, size_t n, size_t least)
{
    *groups = (gt_groups){.n = n, .count = count_for(least)};
    groups->order = malloc((n ? n : 1) * sizeof *groups->order);
    if (!groups->order)
        return gt_fail(GT_ERR_MEMORY,
                       "cannot allocate %.1f MB for the order of points",
                       (double)n * sizeof *groups->order / 1e6);
    for (size_t i = 0; i < n; i++)
        groups->order[i] =
            (size_t)gt_shuffle_by((gt_rng){.stream = GT_STREAM_EVAL}, 0, n, i);
    return GT_OK;
}

void gt_groups_free(gt_groups *groups)
{
    free(groups->order);
    *groups = (gt_groups){0};
}

size_t gt_groups_first(const gt_groups *groups, int g)
{
    return groups->n * (size_t)g / (size_t)groups->count;
}

double gt_jackknife_error(const double *without, int groups)
{
    double mean = 0, squares = 0;
    if (groups < 2)
        return NAN;
    for (int g = 0; g < groups; g++)
        mean += without[g] / groups;
    for (int g = 0; g < groups; g++)
        squares += (without[g] - mean) * (without[g] - mean);
    return sqrt(squares * (groups - 1) / groups);
}
