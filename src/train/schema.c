/* schema.c: the list of sections that every task has, in the order in which a
 * resolved text has them. A module that gets keys adds its section here; a task
 * lists its own beside its code, and comes in by the task table. */
#include "train/schema.h"

#include "comm/config.h"
#include "data/config.h"
#include "nn/optimizer.h"
#include "run/config.h"
#include "tasks/config.h"
#include "tasks/task.h"
#include "train/config.h"

static const gt_section *const sections[] = {
    &gt_data_section,       &gt_start_section,
    &gt_optimizer_section,  &gt_train_section,
    &gt_norm_section,       &gt_communication_section,
    &gt_output_section,     &gt_validation_section,
    &gt_evaluation_section, NULL,
};

const gt_schema gt_train_schema = {.sections = sections,
                                   .task = gt_task_schema};
