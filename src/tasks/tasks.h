/* tasks.h: the task types, for the table in task.c and nobody else. */
#ifndef GT_TASKS_TASKS_H
#define GT_TASKS_TASKS_H

#include "tasks/task_type.h"

extern const gt_task_type gt__task_gan;
extern const gt_task_type gt__task_vae;

#endif
