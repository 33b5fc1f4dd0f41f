/* task.c: the table of tasks, and what all tasks share. */
#include "gentrain/task.h"

#include "train/learner.h"
#include "train/tasks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const gt_task_type *const types[] = {
    [GT_TASK_GAN] = &gt__task_gan,
    [GT_TASK_VAE] = &gt__task_vae,
};

gt_status gt_task_new(gt_task **out, const gt_task_setup *setup)
{
    gt_task *task = calloc(1, sizeof *task);
    gt_status status = GT_OK;
    if (!task) {
        status = gt_fail(GT_ERR_MEMORY, "cannot allocate a task");
    } else {
        task->type = types[setup->config->task];
        task->setup = *setup;
        status = task->type->build(task);
    }
    status = gt_comm_agree(setup->comm, status);
    for (int i = 0; status == GT_OK && setup->training && i < task->n_learners;
         i++)
        status = gt_comm_agree(setup->comm,
                               gt_reducer_share(task->learner[i]->reducer));
    if (status != GT_OK) {
        gt_task_free(task);
        return status;
    }
    *out = task;
    return GT_OK;
}

void gt_task_free(gt_task *task)
{
    if (!task)
        return;
    task->type->release(task);
    for (int i = 0; i < task->n_learners; i++)
        gt_learner_free(task->learner[i]);
    free(task);
}

void gt_task_latents(const gt_config *config, gt_rng first, int n,
                     gt_real *latents)
{
    size_t size = gt_shape_size(gt_config_shape(config->model.latent));
    bool uniform =
        config->task == GT_TASK_GAN && config->model.prior == GT_PRIOR_UNIFORM;
    for (int i = 0; i < n; i++, first.sample++) {
        gt_real *z = latents + (size_t)i * size;
        if (!uniform) {
            gt_rng_normal(first, z, size);
            continue;
        }
        gt_rng_uniform(first, z, size);
        for (size_t j = 0; j < size; j++)
            z[j] = 2 * z[j] - 1;
    }
}

/* --- What a checkpoint holds of a task. */

typedef struct span_list {
    gt_span *spans; /* NULL while counting */
    int count;
} span_list;

static void add_tensor(span_list *list, const gt_network *net,
                       const gt_layer *layer, const gt_tensor *tensor,
                       gt_real *base)
{
    if (list->spans) {
        gt_span *s = &list->spans[list->count];
        char label[GT_LAYER_LABEL];
        snprintf(s->path, sizeof s->path, "/%s/%s/%s", net->name,
                 gt_layer_label(layer, label), tensor->name);
        s->rank = tensor->rank;
        for (int i = 0; i < tensor->rank; i++)
            s->dim[i] = (size_t)tensor->dim[i];
        s->count = tensor->count;
        s->data = base + tensor->offset;
    }
    list->count++;
}

static void add_moment(span_list *list, const gt_learner *l, const char *name,
                       gt_real *data)
{
    if (!data)
        return;
    if (list->spans) {
        gt_span *s = &list->spans[list->count];
        snprintf(s->path, sizeof s->path, "/optimizer/%s/%s", l->net->name,
                 name);
        s->rank = 1;
        s->dim[0] = s->count = l->net->n_params;
        s->data = data;
    }
    list->count++;
}

static void list_spans(const gt_task *task, bool optimizer, span_list *list)
{
    for (int i = 0; i < task->n_learners; i++) {
        const gt_learner *l = task->learner[i];
        const gt_network *net = l->net;
        for (int j = 0; j < net->n_layers; j++) {
            const gt_layer *layer = &net->layers[j];
            for (int k = 0; k < layer->n_params; k++)
                add_tensor(list, net, layer, &layer->param[k], net->params);
            for (int k = 0; k < layer->n_states; k++)
                add_tensor(list, net, layer, &layer->state[k], net->state);
        }
        if (optimizer) {
            add_moment(list, l, "m", l->optimizer.m);
            add_moment(list, l, "v", l->optimizer.v);
        }
    }
}

gt_status gt_task_spans(const gt_task *task, bool optimizer, gt_span **spans,
                        int *count)
{
    span_list list = {0};
    list_spans(task, optimizer, &list);
    list.spans = calloc((size_t)list.count, sizeof *list.spans);
    if (!list.spans)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate %d spans", list.count);
    list.count = 0;
    list_spans(task, optimizer, &list);
    *spans = list.spans;
    *count = list.count;
    return GT_OK;
}

void gt_task_set_step(gt_task *task, uint64_t step)
{
    for (int i = 0; i < task->n_learners; i++)
        task->learner[i]->optimizer.updates =
            step * (uint64_t)task->type->updates(task, i);
}
