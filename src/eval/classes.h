/* classes.h: which classes samples are of, as a classifier says, and how
 * evenly. Local, pure.
 */
#ifndef GT_EVAL_CLASSES_H
#define GT_EVAL_CLASSES_H

#include "eval/points.h"

#include <stdint.h>

/* Natural logarithms. Of n samples in K classes the entropy is too small by
 * about (K - 1) / 2n, and the divergence too large by as much. */
typedef struct gt_class_figures {
    int seen;            /* classes that have a sample */
    gt_estimate entropy; /* - sum of p log p; log K where all are alike */
    /* KL(p || q) = sum of p log(p / q), with q of the data; infinite where
     * there are samples of a class that the data lack. */
    gt_estimate divergence;
} gt_class_figures;

/* Of counts[classes]; q[classes] are the counts or shares of the data, in any
 * unit, NULL: all classes are alike. GT_ERR_CONFIG: there is no sample, or no
 * data. */
gt_status gt_class_figures_of(const double *counts, const double *q,
                              int classes, gt_class_figures *out);

#endif
