/* given_points.h: features that another program has found in samples.
 */
#ifndef GT_EVALUATE_GIVEN_POINTS_H
#define GT_EVALUATE_GIVEN_POINTS_H

#include "eval/features.h"
#include "eval/subject.h"

/* Read an HDF5 file with data sets /model [n x F], the features of the model's
 * samples, and /data [m x F], those of the data; /training [k x F], those of
 * training samples where the data are held out, may be there. Numbers are of
 * any type. The subject's figures look at these points alone from here on;
 * `features`, the subject's, then tell their dimension. Rank 0 reads.
 * GT_ERR_IO, GT_ERR_BUSY; GT_ERR_FORMAT: damaged, a data set is not there, has
 * no rows, or NaN; GT_ERR_MISMATCH: it is not of two dimensions, or rows have
 * other lengths; GT_ERR_MEMORY. Collective; all ranks fail together. */
gt_status gt_given_points_read(const char *path, gt_subject *subject,
                               gt_features *features);

#endif
