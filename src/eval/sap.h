/* sap.h: the separated attribute predictability (Kumar et al. 2018,
 * "Variational inference of disentangled latent concepts", sec. 3). Private to
 * the eval room. Local, pure.
 */
#ifndef GT_EVAL_SAP_H
#define GT_EVAL_SAP_H

#include "eval/factors.h"

/* Of each factor, by how much the best latent alone predicts it better than the
 * second; the mean over factors. How well: of a number, R^2 of its linear
 * regression. Of a class, the accuracy, as a mean over classes, of the linear
 * classifier that takes the class with the nearest mean; the paper searches
 * thresholds for the best one. GT_ERR_MEMORY. */
gt_status gt__sap(const gt__factors *factors, double *out);

#endif
