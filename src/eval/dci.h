/* dci.h: disentanglement, completeness and informativeness (Eastwood, Williams
 * 2018, "A framework for the quantitative evaluation of disentangled
 * representations", sec. 2). Private to the eval room. Local, pure.
 */
#ifndef GT_EVAL_DCI_H
#define GT_EVAL_DCI_H

#include "eval/factors.h"

typedef struct gt__dci {
    double disentanglement; /* 1: each latent is important for one factor; a
                               latent counts as much as it is important. NAN:
                               there is a single factor */
    double completeness;    /* 1: each factor has one important latent. NAN:
                               there is a single latent */
    double informativeness; /* mean R^2 of samples that were not fitted, at
                               least 0; the paper's error is sqrt(1 - R^2) */
} gt__dci;

/* How important a latent is for a factor is the size of its weight in a lasso
 * from all latents to the factor, both of mean 0 and variance 1, as in the
 * paper's first experiment. A class is as many factors of 0 and 1 as there are
 * classes, whose importances are added, and whose R^2 have a mean. Every other
 * sample fits the lasso; of those between, one half chooses its penalty, of 21
 * from the least that makes all weights 0 down to a thousandth of it, and the
 * other half gives R^2. GT_ERR_MEMORY. */
gt_status gt__dci_of(const gt__factors *factors, gt__dci *out);

#endif
