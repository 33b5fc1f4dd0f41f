/* runner.h: the steps of a task, as its table says (stage.h), and passes of its
 * networks in evaluation. */
#ifndef GT_TASKS_RUNNER_H
#define GT_TASKS_RUNNER_H

#include "tasks/task_type.h"

typedef struct gt_runner gt_runner;

/* Plan all memory for the networks of a task, which must be there. GT_ERR_*
 * leaves a runner that must be freed. Local. */
gt_status gt_runner_new(gt_runner **out, const gt_task *task);
void gt_runner_free(gt_runner *runner);

/* One training step on the loader's next batches. Fills `metrics` with figures
 * over the whole global batch, the same on every rank. Collective; all ranks
 * fail together. */
gt_status gt_runner_step(gt_task *task, uint64_t step, gt_loader *loader,
                         gt_metrics *metrics);

/* What a network makes in evaluation of its first input [n x in], told the
 * labels and conditions of the n = given->n <= max_n samples: [n x out], valid
 * until its next pass. Without labels or conditions it is told zeros. Local. */
const gt_real *gt_runner_eval(gt_task *task, int network, const gt_real *input,
                              const gt_samples *given);

/* What the last layer of a network read in its last gt_runner_eval [n x *size],
 * valid as long as what that returned. Local. */
const gt_real *gt_runner_last_input(const gt_task *task, int network,
                                    size_t *size);

/* Memory of a stage for max_n samples, free between steps: its noise, and what
 * it makes as the input of its network. Local. */
gt_real *gt_runner_noise(const gt_task *task, int stage);
gt_real *gt_runner_input(const gt_task *task, int stage);

#endif
