/* origin.h: what the bits of this run depend on, beside the numbers of its
 * recipe.
 */
#ifndef GT_TRAIN_ORIGIN_H
#define GT_TRAIN_ORIGIN_H

#include "gentrain/task.h"

/* How a task computes on these ranks. Local. */
void gt_origin_find(const gt_task *task,
                    char origin[GT_ORIGINS][GT_ORIGIN_TEXT]);

/* Warn, in one line, if a task computes otherwise than the one whose state it
 * goes on with. Local. */
void gt_origin_compare(const gt_task *task,
                       char then[GT_ORIGINS][GT_ORIGIN_TEXT]);

/* Warn if the ranks compute with different kernels. Collective. */
void gt_origin_check_ranks(gt_comm *comm);

#endif
