/* build.h: the networks of a task, as its configuration describes them. */
#ifndef GT_TASKS_BUILD_H
#define GT_TASKS_BUILD_H

#include "nn/network.h"
#include "tasks/task_type.h"

/* Build a learner for each network of the task's table, with initial weights,
 * and check what it reads and what it ends with. GT_ERR_* leaves those that are
 * there in the task, for whoever frees it. Local. */
gt_status gt_task_build(gt_task *task);

/* Values of the networks' inputs "label" and "condition"; 0: they have none.
 * The first input is followed by those that there are, in this order. Pure. */
size_t gt_task_label_size(const gt_task *task);
size_t gt_task_condition_size(const gt_task *task);

/* For gt_task_network: it must end with samples of the data's shape. */
gt_status gt_task_check_makes_data(const gt_config *config,
                                   const gt_network *net);

#endif
