/* tasks.h: the table of tasks, a line for each; for task.c and nobody else. It
 * is read twice: as declarations, and with a TASK of its reader as a table.
 */
#ifndef TASK
#include "tasks/task_type.h"
#define TASK(type) extern const gt_task_type type;
#endif

TASK(gt__task_gan)
TASK(gt__task_vae)
TASK(gt__task_classifier)

#undef TASK
