/* average.c: nobody keeps a whole average, as it would take as much memory as
 * the parameters do. An evaluation is rare, and so it pays for the messages. */
#include "tasks/average.h"

#include <string.h>

/* All ranks have the same parameters, so rank 0's will do. */
void gt_learner_start_average(gt_learner *l)
{
    const gt_network *net = l->net;
    if (!l->average_state)
        return;
    gt_reducer_scatter(l->reducer, l->comm->rank == 0 ? net->params : NULL,
                       net->n_params, l->optimizer.average);
    memcpy(l->average_state, net->state, net->n_state * sizeof *net->state);
}

void gt_task_start_averages(gt_task *task)
{
    for (int i = 0; i < task->n_learners; i++)
        gt_learner_start_average(task->learner[i]);
}

bool gt_task_has_averages(const gt_task *task)
{
    for (int i = 0; i < task->n_learners; i++)
        if (task->learner[i]->average_state)
            return true;
    return false;
}

static void swap(gt_task *task)
{
    for (int i = 0; i < task->n_learners; i++) {
        gt_learner *l = task->learner[i];
        gt_network *net = l->net;
        if (!l->average_state)
            continue;
        gt_reducer_swap(l->reducer, l->optimizer.average, net->n_params,
                        net->params);
        gt_real *state = net->state;
        net->state = l->average_state;
        l->average_state = state;
        gt_network_parametrize(net);
    }
}

void gt_task_begin_evaluation(gt_task *task)
{
    swap(task);
}

void gt_task_end_evaluation(gt_task *task)
{
    swap(task);
}
