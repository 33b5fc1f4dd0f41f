/* average.h: the running average of a task's parameters (optimizer.ema), and
 * the one door through which whoever evaluates gets it.
 *
 * Each rank keeps the average of the parameters that it owns, beside their
 * moments (learner.h), and of all running statistics. These are averaged with
 * the same decays: to first order in the parameters, the mean of the statistics
 * over the last updates is what the mean of the parameters would have made,
 * while the last statistics alone follow the last parameters.
 *
 * A network without optimizer.ema has no average. All that is said here of
 * averages is not done to it.
 */
#ifndef GT_TASKS_AVERAGE_H
#define GT_TASKS_AVERAGE_H

#include "tasks/learner.h"

/* Have the average of one network begin with its parameters and statistics of
 * now. Collective. */
void gt_learner_start_average(gt_learner *learner);

/* The same for all networks. Collective. */
void gt_task_start_averages(gt_task *task);

/* Whether some network has an average. */
bool gt_task_has_averages(const gt_task *task);

/* From here to gt_task_end_evaluation passes in evaluation are those of the
 * averages: they and the parameters change places, in the memory that both have
 * already. Each of the two calls moves the parameters of every network that has
 * an average once to rank 0 and once to all ranks. No training and no reading
 * or copying of the state in between; training goes on with the same bits.
 * Collective. */
void gt_task_begin_evaluation(gt_task *task);
void gt_task_end_evaluation(gt_task *task);

#endif
