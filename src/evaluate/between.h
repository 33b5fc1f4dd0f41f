/* between.h: samples of a model between two points of its latent space.
 * Private to the evaluate room. Collective; all ranks fail together.
 */
#ifndef GT_EVALUATE_BETWEEN_H
#define GT_EVALUATE_BETWEEN_H

#include "evaluate/evaluator.h"

/* As gt__picture's. */
gt_status gt__draw_between(gt_evaluator *e, const char *folder, bool *drawn);

#endif
