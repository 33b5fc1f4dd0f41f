/* moments.c: sums of squares would lose the digits of a small variance of large
 * numbers, as likelihoods are; so distances from the mean are summed. */
#include "eval/moments.h"

#include <math.h>

enum { N, MEAN, SQUARES };

void gt_moments_add(double state[GT_MOMENTS], double x)
{
    gt_moments_merge(state, (const double[GT_MOMENTS]){1, x, 0});
}

void gt_moments_merge(double state[GT_MOMENTS], const double next[GT_MOMENTS])
{
    double n = state[N] + next[N], apart = next[MEAN] - state[MEAN];
    if (next[N] == 0)
        return;
    state[SQUARES] += next[SQUARES] + apart * apart * state[N] * next[N] / n;
    state[MEAN] += apart * next[N] / n;
    state[N] = n;
}

double gt_moments_variance(const double state[GT_MOMENTS])
{
    return state[SQUARES] / state[N];
}

gt_estimate gt_moments_estimate(const double state[GT_MOMENTS])
{
    double n = state[N];
    return (gt_estimate){state[MEAN],
                         n > 1 ? sqrt(state[SQUARES] / (n - 1) / n) : NAN};
}
