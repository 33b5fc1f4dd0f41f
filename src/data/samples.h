/* samples.h: samples and what comes with them.
 */
#ifndef GT_DATA_SAMPLES_H
#define GT_DATA_SAMPLES_H

#include "core/tensor.h"

/* n samples; all arrays are borrowed. */
typedef struct gt_samples {
    int n;
    const gt_real *x;          /* [n x shape]; NULL: only what comes with them,
                                  for samples that are still to be made */
    const int *labels;         /* [n], -1: none; NULL: none at all */
    const gt_real *conditions; /* [n x conditions]; NULL: none */
} gt_samples;

#endif
