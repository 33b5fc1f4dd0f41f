/* frechet.h: the Frechet distance of Gaussians that are fitted to two sets of
 * points (Dowson, Landau 1982; as a figure for generative models: Heusel et
 * al. 2017).
 *
 *     d^2 = |m_a - m_b|^2 + tr(S_a) + tr(S_b) - 2 tr((S_a S_b)^(1/2))
 *
 * with means m and covariances S. It is the square that is reported, as in the
 * literature. It depends on the number of points: compare figures of equal
 * numbers, with the distance of held-out samples for a floor.
 */
#ifndef GT_EVAL_FRECHET_H
#define GT_EVAL_FRECHET_H

#include "comm/comm.h"
#include "eval/points.h"

/* d^2 of two sets, with covariances by n - 1, and its standard error by the
 * jackknife of 10 groups. n may be less than dim. Each rank takes about 150
 * dim^2 bytes. GT_ERR_CONFIG: fewer than 2 points, or a build without LAPACK;
 * GT_ERR_MISMATCH, GT_ERR_NUMERIC: gt_points_check_pair; GT_ERR_MEMORY.
 * Collective. */
gt_status gt_frechet_distance(gt_comm *comm, const gt_points *a,
                              const gt_points *b, gt_estimate *out);

/* d^2 of two Gaussians with means [dim] and covariances [dim x dim], which may
 * have any rank. GT_ERR_NUMERIC: a covariance has negative eigenvalues;
 * GT_ERR_MEMORY; GT_ERR_CONFIG: a build without LAPACK. Local. */
gt_status gt_frechet_of_gaussians(int dim, const double *mean_a,
                                  const double *covariance_a,
                                  const double *mean_b,
                                  const double *covariance_b, double *out);

#endif
