/* networks.c: a task is built as for samples, without gradients; its networks
 * are the same as in training. */
#include "train/networks.h"

#include "model/config.h"
#include "tasks/config.h"
#include "tasks/describe.h"
#include "tasks/shards.h"
#include "train/schema.h"

#include <string.h>

static gt_status describe(FILE *out, const gt_config *config, bool json)
{
    const gt_train_config *train = gt_train_config_of(config);
    int shards;
    gt_status status =
        gt_shards_choose((int)train->shards, (int)train->accumulate,
                         (int)train->batch, 1, &shards);
    if (status != GT_OK)
        return status;
    gt_comm comm = gt_comm_solo();
    gt_task *task;
    gt_task_setup setup = {.config = config,
                           .comm = &comm,
                           .max_n = ((int)train->batch + shards - 1) / shards};
    status = gt_task_new(&task, &setup);
    if (status != GT_OK)
        return status;
    gt_task_describe(out, task, json);
    gt_task_free(task);
    return GT_OK;
}

gt_status gt_networks_describe(FILE *out, const char *name, const char *text,
                               bool json)
{
    gt_config *config;
    gt_status status = gt_config_parse(&config, &gt_train_schema, name, text,
                                       strlen(text), NULL, 0);
    if (status == GT_OK)
        status = describe(out, config, json);
    gt_config_free(config);
    return status;
}
