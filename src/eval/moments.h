/* moments.h: mean and variance of numbers that come a block at a time. Local,
 * pure.
 *
 * A state is three doubles, among the results of a block (blocks.h), and zero
 * at the start: how many numbers there were, their mean, and the sum of their
 * squared distances from it.
 */
#ifndef GT_EVAL_MOMENTS_H
#define GT_EVAL_MOMENTS_H

#include "eval/points.h"

enum { GT_MOMENTS = 3 };

void gt_moments_add(double state[GT_MOMENTS], double x);

/* The numbers of `next`, which come after those of `state` (Chan, Golub,
 * LeVeque 1983, eq. 2.1). */
void gt_moments_merge(double state[GT_MOMENTS], const double next[GT_MOMENTS]);

/* The variance, divided by n. */
double gt_moments_variance(const double state[GT_MOMENTS]);

/* The mean, and the standard error of it: NAN for a single number. */
gt_estimate gt_moments_estimate(const double state[GT_MOMENTS]);

#endif
