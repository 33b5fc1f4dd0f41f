/* build.c: networks have named inputs. What a run can give them follows from
 * its configuration alone, so a checkpoint tells what its networks take. */
#include "tasks/build.h"

#include "base/plural.h"
#include "data/config.h"
#include "nn/layer_list.h"
#include "tasks/config.h"
#include "tasks/learner.h"
#include "tasks/units.h"

#include <string.h>

/* --- Inputs. */

size_t gt_task_label_size(const gt_task *task)
{
    return task->type->finds_labels
               ? 0
               : (size_t)gt_data_config_of(task->setup.config)->classes;
}

size_t gt_task_condition_size(const gt_task *task)
{
    return (size_t)gt_data_config_of(task->setup.config)->conditions.count;
}

/* The inputs that network `of` may read. Returns their number. */
static int list_inputs(const gt_task *task, const gt_task_network *of,
                       gt_network_input inputs[GT_NETWORK_MAX_INPUTS])
{
    const gt_config *config = task->setup.config;
    int n = 0, labels = (int)gt_task_label_size(task);
    int conditions = (int)gt_task_condition_size(task);
    bool latents = !strcmp(of->input, "z");
    inputs[n++] = (gt_network_input){
        of->input, latents ? gt_latent_config_of(config)->shape
                           : gt_data_config_of(config)->image};
    if (labels > 0)
        inputs[n++] = (gt_network_input){"label", {1, 1, labels}};
    if (conditions > 0)
        inputs[n++] = (gt_network_input){"condition", {1, 1, conditions}};
    return n;
}

static const gt_variant_list *layers_of(const gt_task *task,
                                        const gt_task_network *of)
{
    const char *values = gt_config_get(task->setup.config, of->section);
    return (const void *)(values + of->layers);
}

/* Whether any network reads an input; sets `name` to the last one that does. */
static bool is_read(const gt_task *task, const char *input, const char **name)
{
    bool found = false;
    for (int i = 0; i < task->type->n_networks; i++) {
        const gt_task_network *of = &task->type->networks[i];
        if (gt_layer_list_reads(layers_of(task, of), input)) {
            *name = of->name;
            found = true;
        }
    }
    return found;
}

/* What the configuration tells and what networks read is the same. */
static gt_status check_labels(const gt_task *task)
{
    const char *reader = NULL;
    bool read = is_read(task, "label", &reader);
    if (read && task->type->finds_labels)
        return gt_fail(GT_ERR_CONFIG,
                       "the %s reads \"label\", but that is what it shall "
                       "find; take it out of the \"from\" of its layers",
                       reader);
    if (read && gt_task_label_size(task) == 0)
        return gt_fail(GT_ERR_CONFIG,
                       "the %s reads \"label\", but the run has none; set "
                       "data.classes to the number of classes",
                       reader);
    if (!read && gt_task_label_size(task) > 0)
        return gt_fail(GT_ERR_CONFIG,
                       "data.classes is %zu, but no network reads \"label\"; "
                       "name it in the \"from\" of a layer, or set "
                       "data.classes to 0",
                       gt_task_label_size(task));
    return GT_OK;
}

static gt_status check_conditions(const gt_task *task)
{
    const char *reader = NULL;
    bool read = is_read(task, "condition", &reader);
    size_t n = gt_task_condition_size(task);
    if (read && n == 0)
        return gt_fail(GT_ERR_CONFIG,
                       "the %s reads \"condition\", but the run has none; name "
                       "columns of the data in data.conditions",
                       reader);
    if (!read && n > 0)
        return gt_fail(GT_ERR_CONFIG,
                       "data.conditions names %zu column%s, but no network "
                       "reads \"condition\"; name it in the \"from\" of a "
                       "layer, or leave data.conditions out",
                       n, gt_plural(n));
    return GT_OK;
}

/* --- Networks. */

static gt_status build_learners(gt_task *task)
{
    const gt_config *config = task->setup.config;
    gt_status status = GT_OK;
    for (int i = 0; i < task->type->n_networks && status == GT_OK; i++) {
        const gt_task_network *of = &task->type->networks[i];
        gt_network_input inputs[GT_NETWORK_MAX_INPUTS];
        int n = list_inputs(task, of, inputs);
        status = gt_learner_new(&task->learner[i], &task->setup, of->name,
                                (uint32_t)i, inputs, n, layers_of(task, of),
                                gt_config_get(config, of->optimizer));
        if (status != GT_OK)
            break;
        task->n_learners = i + 1;
        status = of->check(config, task->learner[i]->net);
    }
    return status;
}

/* How many shards go together follows from the networks, and how large these
 * are planned from that. */
gt_status gt_task_build(gt_task *task)
{
    gt_status status = check_labels(task);
    if (status == GT_OK)
        status = check_conditions(task);
    task->setup.unit = 1;
    if (status == GT_OK)
        status = build_learners(task);
    int unit = status == GT_OK ? gt_units_choose(task) : 1;
    if (unit == 1)
        return status;
    task->setup.unit = unit;
    while (task->n_learners > 0)
        gt_learner_free(task->learner[--task->n_learners]);
    return build_learners(task);
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
