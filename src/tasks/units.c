/* units.c: a unit has one vector of gradients, which is the sum over its shards
 * of what one backward pass finds. A network that goes back twice in an update
 * adds to the vector of each shard, and a batch that is computed in pieces to
 * save memory is to save memory: both go shard by shard. */
#include "tasks/units.h"

#include "core/product.h"
#include "tasks/config.h"
#include "tasks/learner.h"

static bool goes_together(const gt_step_table *t)
{
    for (int s = 0; s < t->n_stages; s++)
        if (t->stages[s].again || gt_stage_plan_of(t, s).share > 1)
            return false;
    return true;
}

int gt_units_choose(const gt_task *task)
{
    const gt_task_setup *setup = &task->setup;
    int most = GT_PRODUCT_ROWS, unit = 1;
    if (!setup->training || !setup->stable ||
        gt_train_config_of(setup->config)->accumulate > 1 ||
        !goes_together(&task->type->step))
        return 1;
    for (int i = 0; i < task->n_learners; i++) {
        int n = gt_network_shard_samples(task->learner[i]->net);
        most = n < most ? n : most;
    }
    while (2 * unit <= GT_PRODUCT_SHARDS && setup->n_shards % (2 * unit) == 0 &&
           2 * unit * setup->max_n <= most)
        unit *= 2;
    return unit;
}
