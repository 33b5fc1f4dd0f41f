/* scatter_plot.h: points of data and of a model as a PNG file with axes. Local.
 */
#ifndef GT_RUN_PICTURE_SCATTER_PLOT_H
#define GT_RUN_PICTURE_SCATTER_PLOT_H

#include "base/status.h"
#include "core/tensor.h"

/* All is borrowed. */
typedef struct gt_scatter_plot {
    const char *data_name, *model_name;
    const gt_real *data, *model; /* [n x 2] */
    size_t n_data, n_model;
    const double *centres; /* [n_centres x 2]: a circle around each; NULL */
    int n_centres;
    double radius;
    const char *circles; /* what these are called */
} gt_scatter_plot;

/* Write it over the square that holds data and circles, with a margin. How many
 * of the model's points lie beyond is said. GT_ERR_IO, GT_ERR_MEMORY. */
gt_status gt_scatter_plot_write(const char *path, const gt_scatter_plot *plot);

#endif
