/* config.c: from text to configuration: parse, apply --set, check against the
 * tables, keep the resolved text, bind, and check what belongs together. */
#include "model/config.h"

#include "model/config_check.h"

#include <stdlib.h>
#include <string.h>

/* The optimizers that a task uses, by section. */
static gt_status check_schedules(gt__tree *tree, const gt_config *config)
{
    const struct {
        const char *section;
        const gt_optimizer_config *config;
        gt_task_kind task;
    } uses[] = {
        {"optimizer", &config->optimizer, GT_TASK_VAE},
        {"optimizer_generator", &config->optimizer_generator, GT_TASK_GAN},
        {"optimizer_discriminator", &config->optimizer_discriminator,
         GT_TASK_GAN},
    };
    for (size_t i = 0; i < sizeof uses / sizeof *uses; i++) {
        const gt_optimizer_config *o = uses[i].config;
        if ((int)uses[i].task != config->task || o->decay_steps > 0 ||
            o->schedule == GT_SCHEDULE_CONSTANT)
            continue;
        int section = gt__tree_find(tree, 1, uses[i].section);
        int schedule = gt__tree_find(tree, section, "schedule");
        return gt__tree_fail(tree, schedule, uses[i].section,
                             "schedule %s needs decay_steps of at least 1",
                             gt__tree_word(tree, schedule));
    }
    return GT_OK;
}

static gt_status check_length(gt__tree *tree, const gt_config *config)
{
    int64_t steps = config->train.steps, epochs = config->train.epochs;
    int at_steps = gt__tree_at(tree, "train.steps");
    if (steps == 0 && epochs == 0)
        return gt__tree_fail(tree, gt__tree_at(tree, "train"), "train",
                             "steps and epochs are both 0; say how long to "
                             "train with one of them");
    if (steps > 0 && epochs > 0)
        return gt__tree_fail(tree, at_steps, "train",
                             "both steps (%lld) and epochs (%lld) are given; "
                             "set the one that is not meant to 0",
                             (long long)steps, (long long)epochs);
    return GT_OK;
}

static gt_status check_together(gt__tree *tree, const gt_config *config)
{
    gt_status status = check_length(tree, config);
    if (status != GT_OK)
        return status;
    if (config->train.shards > config->train.batch)
        return gt__tree_fail(
            tree, gt__tree_at(tree, "train.shards"), "train.shards",
            "%lld shards of a batch of %lld would be empty; "
            "use at most %lld, or auto",
            (long long)config->train.shards, (long long)config->train.batch,
            (long long)config->train.batch);
    if (config->norm.sync && config->train.accumulate > 1)
        return gt__tree_fail(
            tree, gt__tree_at(tree, "norm.sync"), "norm.sync",
            "statistics of the whole batch need the activations of all its "
            "pieces at once, which train.accumulate (%lld) is there to avoid; "
            "set norm.sync to false or train.accumulate to 1",
            (long long)config->train.accumulate);
    int compression = gt__tree_at(tree, "communication.compression");
    int reduction = gt__tree_at(tree, "communication.reduction");
    if (strcmp(gt__tree_word(tree, compression), "none") &&
        strcmp(gt__tree_word(tree, reduction), "tree"))
        return gt__tree_fail(
            tree, compression, "communication.compression",
            "what is compressed is not added up by MPI; set "
            "communication.reduction to tree, or compression to none");
    if (config->task == GT_TASK_VAE &&
        config->model.likelihood == GT_BERNOULLI &&
        strcmp(gt__tree_word(tree, gt__tree_at(tree, "data.range")), "unit"))
        return gt__tree_fail(tree, gt__tree_at(tree, "model.likelihood"),
                             "model.likelihood",
                             "bernoulli is for values in [0, 1]; set "
                             "data.range to unit, or use gaussian");
    return check_schedules(tree, config);
}

gt_status gt_config_parse(gt_config **out, const char *name, const char *text,
                          size_t size, const char *const *sets, int n_sets)
{
    gt__tree tree = {.sets = sets};
    gt_config *config = NULL;
    char *resolved = NULL;
    size_t resolved_size;
    gt_task_kind task;
    *out = NULL;
    gt_status status = gt__tree_parse(&tree, name, text, size);
    for (int i = 0; i < n_sets && status == GT_OK; i++)
        status = gt__tree_set(&tree, i);
    if (status == GT_OK)
        status = gt__config_check(&tree, &task);
    if (status == GT_OK)
        status = gt__tree_emit(&tree, &resolved, &resolved_size);
    if (status == GT_OK)
        status = gt__config_bind(&tree, task, &config);
    if (status == GT_OK)
        status = check_together(&tree, config);
    if (status == GT_OK) {
        config->text = resolved;
        resolved = NULL;
        *out = config;
        config = NULL;
    }
    free(resolved);
    gt_config_free(config);
    gt__tree_free(&tree);
    return status;
}

void gt_config_free(gt_config *config)
{
    if (!config)
        return;
    for (const gt_config_section *s = gt_config_sections; s->name; s++)
        for (const gt_option *o = s->options; o->key; o++)
            if (o->kind == GT_OPTION_TEXT)
                free(*(char **)((char *)config + s->offset + o->offset));
    for (const gt_config_list *l = gt_config_lists; l->key; l++) {
        gt_layer_list *list = (gt_layer_list *)((char *)config + l->offset);
        for (int i = 0; i < list->count; i++)
            free(list->layers[i].options);
        free(list->layers);
    }
    free(config->text);
    free(config);
}
