/* histogram_plot.h: histograms of data and of a model as a PNG file. Local.
 */
#ifndef GT_RUN_PICTURE_HISTOGRAM_PLOT_H
#define GT_RUN_PICTURE_HISTOGRAM_PLOT_H

#include "base/status.h"

#include <stdbool.h>

enum { GT_HISTOGRAM_PLOTS = 2, GT_HISTOGRAM_PLOT_BINS = 256 };

/* What is counted of data, [0], and of a model, [1]. All is borrowed. */
typedef struct gt_histogram_plot {
    const char *value, *each; /* axes: "sum of a sample's values", "samples" */
    const char *data, *model; /* what these are called */
    bool logarithmic;         /* bins are */
    int bins;                 /* at most GT_HISTOGRAM_PLOT_BINS */
    double edges[GT_HISTOGRAM_PLOT_BINS + 1];
    double count[2][GT_HISTOGRAM_PLOT_BINS];
    double below[2], above[2], no_number[2]; /* those in no bin */
} gt_histogram_plot;

/* Write n <= GT_HISTOGRAM_PLOTS histograms beside each other: shares of all
 * that is counted, in logarithms where they differ much, and below them model
 * over data, with errors as if all counts were independent. GT_ERR_IO,
 * GT_ERR_MEMORY. */
gt_status gt_histogram_plot_write(const char *path,
                                  const gt_histogram_plot *plots, int n);

#endif
