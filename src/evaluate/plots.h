/* plots.h: distributions of data and of a model. Private to the evaluate room.
 * Collective; all ranks fail together.
 */
#ifndef GT_EVALUATE_PLOTS_H
#define GT_EVALUATE_PLOTS_H

#include "evaluate/evaluator.h"

/* As gt__picture's. */
gt_status gt__draw_scatter(gt_evaluator *e, const char *folder, bool *drawn);
gt_status gt__draw_histogram(gt_evaluator *e, const char *folder, bool *drawn);

#endif
