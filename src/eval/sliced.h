/* sliced.h: the sliced Wasserstein distance of order 2 (Rabin et al. 2011;
 * Bonneel et al. 2015).
 *
 *     SW^2 = mean over directions u of W_2^2(u . a, u . b)
 *
 * where W_2^2 of numbers is the mean square between equal quantiles. Sets of
 * different sizes have steps of different lengths, which are taken as they are.
 */
#ifndef GT_EVAL_SLICED_H
#define GT_EVAL_SLICED_H

#include "comm/comm.h"
#include "eval/points.h"

#include <stdint.h>

enum { GT_SLICED_DIRECTIONS = 512 };

/* SW, in the units of the points, over as many random directions, which follow
 * from seed and dimension alone. Its standard error is that of the points, by
 * the jackknife of 10 groups, with the directions as they are. Two equal
 * distributions do not give 0: compare it with the distance of held-out
 * samples, of equal numbers. GT_ERR_CONFIG: fewer than 2 points;
 * GT_ERR_MISMATCH, GT_ERR_NUMERIC: gt_points_check_pair; GT_ERR_MEMORY.
 * Collective. */
gt_status gt_sliced_wasserstein(gt_comm *comm, const gt_points *a,
                                const gt_points *b, int directions,
                                uint64_t seed, gt_estimate *out);

#endif
