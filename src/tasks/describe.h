/* describe.h: the networks of a task as tables, for people. Local. */
#ifndef GT_TASKS_DESCRIBE_H
#define GT_TASKS_DESCRIBE_H

#include "tasks/task.h"

#include <stdio.h>

/* Of each network a line per layer: its number and type, its name, what it
 * reads, the shape it makes, parameters, bytes of its output for a sample where
 * that has memory of its own, and multiplications of a forward pass for a
 * sample; then the sums. With `json`: one object, {"networks": [...]}. */
void gt_task_describe(FILE *out, const gt_task *task, bool json);

#endif
