/* evaluate_neighbours.h: samples beside the training samples nearest to them.
 * Private to the train room. Collective; all ranks fail together.
 */
#ifndef GT_TRAIN_EVALUATE_NEIGHBOURS_H
#define GT_TRAIN_EVALUATE_NEIGHBOURS_H

#include "train/evaluate.h"

/* As gt__picture's. */
gt_status gt__draw_neighbours(gt_evaluator *e, const char *folder, bool *drawn);

#endif
