/* two_sample.h: the leave-one-out test by nearest neighbours (Lopez-Paz, Oquab
 * 2017): how often the nearest neighbour of a point, among all others of both
 * sets, is of its own set. 0.5 means that the sets cannot be told apart, 1 that
 * they are far apart, less than 0.5 that generated points are copies of real
 * ones.
 */
#ifndef GT_EVAL_TWO_SAMPLE_H
#define GT_EVAL_TWO_SAMPLE_H

#include "comm/comm.h"
#include "eval/points.h"

typedef struct gt_two_sample {
    size_t n;                    /* points of each set that are compared */
    gt_estimate all;             /* accuracy over both sets */
    gt_estimate real, generated; /* over one */
} gt_two_sample;

/* Of the larger set, the first points alone are looked at, as many as the other
 * one has. A tie between both sets counts a half. Errors take into account that
 * two points may be the nearest of each other. GT_ERR_CONFIG: fewer than 2
 * points; GT_ERR_MISMATCH, GT_ERR_NUMERIC: gt_points_check_pair;
 * GT_ERR_MEMORY. Collective. */
gt_status gt_two_sample_test(gt_comm *comm, const gt_points *real,
                             const gt_points *generated, gt_two_sample *out);

#endif
