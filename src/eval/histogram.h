/* histogram.h: how values are distributed, in data and in what a model makes.
 *
 * Values are in the units of the data. Counts are whole numbers, so they are
 * the same on any number of ranks.
 */
#ifndef GT_EVAL_HISTOGRAM_H
#define GT_EVAL_HISTOGRAM_H

#include "eval/subject.h"

enum { GT_HISTOGRAM_BINS = 64 };

/* Whose values are counted. */
typedef enum gt_counted {
    GT_COUNTED_DATA,
    GT_COUNTED_MODEL,
    GT_COUNTED
} gt_counted;

typedef struct gt_histogram {
    bool logarithmic; /* bins are as wide as each other in the logarithm */
    double low, high; /* from the first to the last edge */
    double count[GT_COUNTED][GT_HISTOGRAM_BINS]; /* an edge belongs to the bin
                                                    above it, the last one to
                                                    the last bin */
    double below[GT_COUNTED], above[GT_COUNTED]; /* those outside */
    double no_number[GT_COUNTED];                /* NaN and infinities */
    double all[GT_COUNTED];                      /* the sum of all these */
} gt_histogram;

/* The lower edge of bin i; of GT_HISTOGRAM_BINS, the upper one of the last.
 * Pure. */
double gt_histogram_edge(const gt_histogram *histogram, int i);

/* All values of the model's samples and of the data that they are compared with
 * (gt_subject_reference), and the sum of the values of each sample. Where the
 * bins lie follows from some of them: around nearly all of the data, and most
 * of the model's; in the logarithm, where positive data span more than three
 * decades. As gt_sample_stream_block; GT_ERR_MEMORY. Collective; all ranks fail
 * together. */
gt_status gt_histogram_find(gt_subject *subject, gt_histogram *values,
                            gt_histogram *sums);

#endif
