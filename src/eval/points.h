/* points.h: what figures compare, and what they say. Local.
 */
#ifndef GT_EVAL_POINTS_H
#define GT_EVAL_POINTS_H

#include "base/status.h"
#include "core/tensor.h"

/* Points that figures compare: features of samples, or the samples' values. */
typedef struct gt_points {
    size_t n;
    int dim;
    const gt_real *x; /* [n x dim], the same on every rank; borrowed */
} gt_points;

/* A figure and how sure it is. */
typedef struct gt_estimate {
    double value;
    double error; /* standard error; NAN: not known */
} gt_estimate;

/* Whether there are at least `least` points, all of them finite. GT_ERR_CONFIG,
 * GT_ERR_NUMERIC: the message says what `figure` needs, and names the point.
 */
gt_status gt_points_check(const gt_points *points, size_t least,
                          const char *figure);

/* The same of two sets, which must have one dimension: GT_ERR_MISMATCH. */
gt_status gt_points_check_pair(const gt_points *a, const gt_points *b,
                               size_t least, const char *figure);

#endif
