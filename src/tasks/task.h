/* task.h: a model under training, whatever its kind. */
#ifndef GT_TASKS_TASK_H
#define GT_TASKS_TASK_H

#include "core/rng.h"
#include "tasks/task_type.h"

/* Build the task that the configuration asks for. Collective: all ranks fail
 * together. */
gt_status gt_task_new(gt_task **out, const gt_task_setup *setup);
void gt_task_free(gt_task *task);

/* Say that `step` steps are done, after the state was filled from a checkpoint.
 * Local. */
void gt_task_set_step(gt_task *task, uint64_t step);

/* The table of tasks as a schema wants it (model/schema.h). */
gt_schema_task gt_task_schema(int number);

/* Whether a pass in training computes something else than one in evaluation, as
 * batch norm and dropout do. Then figures of the two cannot be compared. */
bool gt_task_trains_apart(const gt_task *task);

/* Parameters of all networks. */
size_t gt_task_parameters(const gt_task *task);

/* Fill latents [n x latent] with draws from the prior for the samples
 * first.sample .. first.sample + n - 1 of the address `first`. Local. */
void gt_task_latents(const gt_config *config, gt_rng first, int n,
                     gt_real *latents);

#endif
