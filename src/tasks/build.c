/* build.c: networks have named inputs. The first is the one that the task's
 * table names. */
#include "tasks/build.h"

#include "data/config.h"
#include "tasks/config.h"
#include "tasks/learner.h"

#include <string.h>

static gt_network_input first_input(const gt_config *config, const char *name)
{
    bool latents = !strcmp(name, "z");
    return (gt_network_input){name, latents ? gt_latent_config_of(config)->shape
                                            : gt_data_config_of(config)->image};
}

gt_status gt_task_build(gt_task *task)
{
    const gt_config *config = task->setup.config;
    for (int i = 0; i < task->type->n_networks; i++) {
        const gt_task_network *of = &task->type->networks[i];
        gt_network_input first = first_input(config, of->input);
        const char *values = gt_config_get(config, of->section);
        const void *layers = values + of->layers;
        gt_status status = gt_learner_new(
            &task->learner[i], &task->setup, of->name, (uint32_t)i, &first, 1,
            layers, gt_config_get(config, of->optimizer));
        if (status != GT_OK)
            return status;
        task->n_learners = i + 1;
        status = of->check(config, task->learner[i]->net);
        if (status != GT_OK)
            return status;
    }
    return GT_OK;
}

gt_status gt_task_check_makes_data(const gt_config *config,
                                   const gt_network *net)
{
    char made[GT_SHAPE_TEXT], wanted[GT_SHAPE_TEXT];
    gt_shape image = gt_data_config_of(config)->image;
    if (gt_shape_equal(net->out, image))
        return GT_OK;
    return gt_fail(GT_ERR_CONFIG,
                   "the %s makes %s but data.image is %s; change its layers or "
                   "data.image",
                   net->name, gt_shape_text(net->out, made),
                   gt_shape_text(image, wanted));
}
