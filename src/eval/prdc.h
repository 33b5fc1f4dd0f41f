/* prdc.h: precision, recall, density and coverage of generated points, by balls
 * around points that reach to their k-th nearest neighbour in their own set.
 *
 * With the balls of real points, precision is the share of generated points
 * that are in any of them, and density the mean number of those that a
 * generated point is in, over k. With the balls of generated points, recall is
 * the share of real points that are in any of them (Kynkaanniemi et al. 2019;
 * density and coverage: Naeem et al. 2020). Coverage is the share of real
 * points whose ball holds a generated one. Balls hold their surface, as these
 * papers define them.
 */
#ifndef GT_EVAL_PRDC_H
#define GT_EVAL_PRDC_H

#include "comm/comm.h"
#include "eval/points.h"

/* k of precision and recall, and of density and coverage, as in the papers. */
enum { GT_PRECISION_K = 3, GT_DENSITY_K = 5 };

/* Errors are of the points that are counted, with the balls as they are. */
typedef struct gt_prdc {
    gt_estimate precision, recall, density, coverage;
} gt_prdc;

/* GT_ERR_CONFIG: a set has no more than GT_DENSITY_K points; GT_ERR_MISMATCH,
 * GT_ERR_NUMERIC: gt_points_check_pair; GT_ERR_MEMORY. Collective. */
gt_status gt_prdc_find(gt_comm *comm, const gt_points *real,
                       const gt_points *generated, gt_prdc *out);

#endif
