/* task.h: a model under training, whatever its kind. */
#ifndef GT_TASKS_TASK_H
#define GT_TASKS_TASK_H

#include "core/rng.h"
#include "tasks/task_type.h"

/* Build the task that the configuration asks for. Collective: all ranks fail
 * together. */
gt_status gt_task_new(gt_task **out, const gt_task_setup *setup);
void gt_task_free(gt_task *task);

/* One training step on the loader's next batches. Fills `metrics` with figures
 * over the whole global batch, the same on every rank. Collective; all ranks
 * fail together. */
gt_status gt_task_step(gt_task *task, uint64_t step, gt_loader *loader,
                       gt_metrics *metrics);

/* How often each network was updated, "generator 12, discriminator 24": the
 * moments and the schedules of learning rates depend on it. Local. */
enum { GT_TASK_UPDATES = 128 };
void gt_task_updates(const gt_task *task, char text[GT_TASK_UPDATES]);

/* Say that `step` steps are done, after the state was filled from a checkpoint,
 * and so many updates ("": as many as so many steps of this task make). Local.
 */
void gt_task_set_step(gt_task *task, uint64_t step, const char *updates);

/* Passes of one step through network i, for whoever counts its arithmetic.
 * Pure. */
gt_step_passes gt_task_passes(const gt_task *task, int i);

/* The kind of model that a configuration is for. Pure. */
const gt_task_type *gt_task_type_of(const gt_config *config);

/* Whether models of this configuration make samples; GT_ERR_MISMATCH that names
 * `path`, where the model is. Local. */
gt_status gt_task_check_generates(const gt_config *config, const char *path);

/* Batches that a step of this configuration takes. Pure. */
uint64_t gt_task_batches(const gt_config *config);

/* Task number `number` of the table; NULL: there is none. */
const gt_task_type *gt_task_type_at(int number);

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
