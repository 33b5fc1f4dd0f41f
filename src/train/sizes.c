/* sizes.c: a batch may be far larger than the data, and then never holds more
 * than all of them. */
#include "train/sizes.h"

#include "data/config.h"
#include "data/loader.h"
#include "run/config.h"
#include "run/sample_grid.h"
#include "tasks/config.h"
#include "tasks/learner.h"
#include "tasks/task.h"
#include "train/config.h"
#include "train/eval_features.h"

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

int gt_largest_pass(const gt_config *config, const gt_source *source,
                    const gt_source *test_source, int shards)
{
    int batch = (int)gt_train_config_of(config)->batch;
    int most = gt_shard_max(batch, shards);
    int64_t need = gt_shard_largest(source->count, batch, shards);
    int64_t tests = test_source ? (int64_t)test_source->count : 0;
    int64_t limit = gt_validation_config_of(config)->test_samples;
    if (limit > 0 && limit < tests)
        tests = limit;
    need = larger(need, tests);
    need = larger(need, (int64_t)gt_sample_grid_largest(config));
    return need < most ? (int)need : most;
}

/* Parameters of the networks that have a running average. */
static double averaged_parameters(const gt_task *task)
{
    double n = 0;
    for (int i = 0; i < task->n_learners; i++)
        if (task->learner[i]->rule->ema > 0)
            n += (double)gt_network_parameters(task->learner[i]->net);
    return n;
}

static double state_reals(const gt_task *task)
{
    return 3 * (double)gt_task_parameters(task) + averaged_parameters(task);
}

double gt_bytes_of_checkpoint(const gt_task *task)
{
    return state_reals(task) * sizeof(gt_real);
}

double gt_bytes_beside(const gt_task *task, const gt_source *source, int shards,
                       bool copies)
{
    const gt_config *config = task->setup.config;
    const gt_comm *comm = task->setup.comm;
    double sample = (double)gt_shape_size(gt_data_config_of(config)->image);
    int batch = (int)gt_train_config_of(config)->batch;
    double ahead = gt_loader_slots((int)gt_task_batches(config)) *
                   (double)shards / comm->size *
                   gt_shard_largest(source->count, batch, shards);
    const gt_evaluation_config *asked = gt_evaluation_config_of(config);
    double evaluated = asked->every > 0
                           ? gt_eval_features_room(gt_data_config_of(config),
                                                   (uint64_t)asked->samples)
                           : 0;
    double reals = sample * (ahead + task->setup.max_n);
    if (comm->rank == 0) {
        int shown = source->element == GT_ELEMENT_REALS ? 4 : 3;
        reals += shown * sample * (double)gt_sample_grid_largest(config);
        if (copies)
            reals += state_reals(task);
    }
    return reals * sizeof(gt_real) + evaluated;
}
