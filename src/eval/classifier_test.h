/* classifier_test.h: how well a classifier that is trained for it tells two
 * sets of points apart (Lopez-Paz, Oquab 2017): the area under its curve, on
 * points that it was not trained on. 0.5 means that it cannot, 1 that it always
 * can. It is the AUC that papers on simulated detectors report, with a smaller
 * classifier.
 */
#ifndef GT_EVAL_CLASSIFIER_TEST_H
#define GT_EVAL_CLASSIFIER_TEST_H

#include "comm/comm.h"
#include "eval/points.h"

#include <stdint.h>

/* Points that each set needs. */
enum { GT_CLASSIFIER_TEST_LEAST = 50 };

/* Two classifiers are trained, on one half of the points each, and judged on
 * the other half: the figure is the mean of both areas. Of the larger set, the
 * first points alone are looked at, as many as the other one has. The standard
 * error is that of the points judged, with the classifiers as they are. What
 * the classifiers are follows from the points and the seed. GT_ERR_CONFIG:
 * fewer than GT_CLASSIFIER_TEST_LEAST points; GT_ERR_MISMATCH, GT_ERR_NUMERIC:
 * gt_points_check_pair; GT_ERR_MEMORY. Collective. */
gt_status gt_classifier_test(gt_comm *comm, const gt_points *real,
                             const gt_points *generated, uint64_t seed,
                             gt_estimate *out);

#endif
