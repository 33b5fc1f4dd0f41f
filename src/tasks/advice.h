/* advice.h: what a recipe probably does not mean. Local. */
#ifndef GT_TASKS_ADVICE_H
#define GT_TASKS_ADVICE_H

#include "tasks/task.h"

/* Warn of layers that train, but to no good end: a last activation that does
 * not fit the loss or the range of the data, a bias that batch norm takes out
 * again, a batch norm that sees one value. Each warning names the layer and the
 * mend.
 */
void gt_task_advise(const gt_task *task);

#endif
