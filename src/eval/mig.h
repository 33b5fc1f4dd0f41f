/* mig.h: the mutual information gap (Chen et al. 2018, "Isolating sources of
 * disentanglement", eq. 6). Private to the eval room. Local, pure.
 */
#ifndef GT_EVAL_MIG_H
#define GT_EVAL_MIG_H

#include "eval/factors.h"

enum { GT__MIG_BINS = 20 };

/* Of each factor, by how much the latent that tells most about it tells more
 * than the second, in parts of the factor's entropy; the mean over factors. A
 * latent is cut into GT__MIG_BINS bins, and so is a number that has more values
 * than that. GT_ERR_MEMORY. */
gt_status gt__mig(const gt__factors *factors, double *out);

#endif
