/* modes.h: how many modes of a known mixture of Gaussians points cover (the
 * protocol of Srivastava et al., "VEEGAN", 2017, and Lin et al., "PacGAN",
 * 2018). Local.
 */
#ifndef GT_EVAL_MODES_H
#define GT_EVAL_MODES_H

#include "data/source.h"
#include "eval/points.h"

typedef struct gt_modes {
    int count, dim;
    double sigma;    /* of each, in each direction */
    double *centres; /* [count x dim] */
} gt_modes;

typedef struct gt_mode_figures {
    int modes;           /* that there are */
    int found;           /* modes with a point within 3 sigma of the centre */
    gt_estimate quality; /* share of points that are so near to any centre */
    /* KL of the shares of modes against equal ones, each point being of the
     * nearest; as in classes.h. */
    gt_estimate divergence;
} gt_mode_figures;

/* The modes of a source; count 0 where it is no such mixture. GT_ERR_MEMORY. */
gt_status gt_modes_new(gt_modes *modes, const gt_source *source);
void gt_modes_free(gt_modes *modes);

/* Points are in the units of the data. Those that are not finite are near no
 * mode. GT_ERR_CONFIG: no points; GT_ERR_MISMATCH: of another dimension;
 * GT_ERR_MEMORY. */
gt_status gt_modes_count(const gt_modes *modes, const gt_points *points,
                         gt_mode_figures *out);

#endif
