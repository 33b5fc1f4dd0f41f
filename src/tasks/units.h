/* units.h: how many shards of a rank go through the networks in one pass. */
#ifndef GT_TASKS_UNITS_H
#define GT_TASKS_UNITS_H

#include "tasks/task_type.h"

/* For the networks of a task that has learners: 1, or a power of two that
 * divides the shards of this rank, so that a unit is a subtree of the
 * reducer's. The bits of a training do not depend on it. Pure. */
int gt_units_choose(const gt_task *task);

#endif
