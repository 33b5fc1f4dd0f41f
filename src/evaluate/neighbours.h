/* neighbours.h: samples beside the training samples nearest to them.
 * Private to the evaluate room. Collective; all ranks fail together.
 */
#ifndef GT_EVALUATE_NEIGHBOURS_H
#define GT_EVALUATE_NEIGHBOURS_H

#include "evaluate/evaluator.h"

/* As gt__picture's. */
gt_status gt__draw_neighbours(gt_evaluator *e, const char *folder, bool *drawn);

#endif
