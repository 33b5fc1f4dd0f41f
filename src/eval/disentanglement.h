/* disentanglement.h: whether each latent of a code speaks of one factor of its
 * sample. Local, pure: the same arrays have the same figures wherever they are.
 */
#ifndef GT_EVAL_DISENTANGLEMENT_H
#define GT_EVAL_DISENTANGLEMENT_H

#include "eval/codes.h"

/* All are between 0 and 1, and 1 is best. Disentanglement of a single factor is
 * NAN, and so is completeness of a single latent. */
typedef struct gt_disentanglement {
    double mig;             /* mig.h */
    double sap;             /* sap.h */
    double disentanglement; /* these: dci.h */
    double completeness;
    double informativeness;
} gt_disentanglement;

/* A factor that is the same for all samples says nothing and is left out.
 * GT_ERR_MISMATCH: no factor is left, or there are fewer than 16 samples;
 * GT_ERR_NUMERIC: a number is not finite; GT_ERR_MEMORY. */
gt_status gt_disentanglement_evaluate(const gt_codes *codes,
                                      gt_disentanglement *out);

#endif
