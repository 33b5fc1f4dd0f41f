/* samples.h: sheets of samples and of reconstructions. Private to the evaluate
 * room. Collective; all ranks fail together.
 */
#ifndef GT_EVALUATE_SAMPLES_H
#define GT_EVALUATE_SAMPLES_H

#include "evaluate/evaluator.h"

/* As gt__picture's. */
gt_status gt__draw_samples(gt_evaluator *e, const char *folder, bool *drawn);
gt_status gt__draw_pairs(gt_evaluator *e, const char *folder, bool *drawn);

#endif
