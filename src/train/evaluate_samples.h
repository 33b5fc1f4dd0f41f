/* evaluate_samples.h: sheets of samples and of reconstructions. Private to the
 * train room. Collective; all ranks fail together.
 */
#ifndef GT_TRAIN_EVALUATE_SAMPLES_H
#define GT_TRAIN_EVALUATE_SAMPLES_H

#include "train/evaluate.h"

/* As gt__picture's. */
gt_status gt__draw_samples(gt_evaluator *e, const char *folder, bool *drawn);
gt_status gt__draw_pairs(gt_evaluator *e, const char *folder, bool *drawn);

#endif
