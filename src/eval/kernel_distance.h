/* kernel_distance.h: the squared maximum mean discrepancy of two sets of points
 * (Gretton et al. 2012) with the cubic kernel of the kernel distance (Binkowski
 * et al. 2018):
 *
 *     k(x, y) = (x . y / dim + 1)^3
 *     MMD^2 = mean of k(a, a') + mean of k(b, b') - 2 mean of k(a, b)
 *
 * where a, a' and b, b' are two different points of a set. This is unbiased, so
 * it is about 0 for two sets of one distribution, also below, and does not
 * depend on the number of points.
 */
#ifndef GT_EVAL_KERNEL_DISTANCE_H
#define GT_EVAL_KERNEL_DISTANCE_H

#include "comm/comm.h"
#include "eval/points.h"

/* MMD^2 over all pairs, which has the same mean as that of random subsets, as
 * some programs report it, and less variance; with its standard error by the
 * jackknife of 10 groups. GT_ERR_CONFIG: fewer than 2 points; GT_ERR_MISMATCH,
 * GT_ERR_NUMERIC: gt_points_check_pair; GT_ERR_MEMORY. Collective. */
gt_status gt_kernel_distance(gt_comm *comm, const gt_points *a,
                             const gt_points *b, gt_estimate *out);

#endif
