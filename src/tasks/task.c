/* task.c: the table of tasks, and what all tasks share. */
#include "tasks/task.h"

#include "core/arena.h"
#include "tasks/average.h"
#include "tasks/build.h"
#include "tasks/runner.h"
#include "tasks/tasks.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const gt_task_type *const types[] = {
#define TASK(type) &(type),
#include "tasks/tasks.h"
};
enum { TYPES = sizeof types / sizeof *types };

const gt_task_type *gt_task_type_at(int number)
{
    return number < TYPES ? types[number] : NULL;
}

gt_schema_task gt_task_schema(int number)
{
    const gt_task_type *type = gt_task_type_at(number);
    return type ? (gt_schema_task){type->name, type->sections}
                : (gt_schema_task){0};
}

const gt_task_type *gt_task_type_of(const gt_config *config)
{
    return types[config->task];
}

gt_status gt_task_check_generates(const gt_config *config, const char *path)
{
    const gt_task_type *type = gt_task_type_of(config);
    if (type->generate)
        return GT_OK;
    return gt_fail(GT_ERR_MISMATCH,
                   "%s is of task: %s, which makes no samples; give a model "
                   "that does",
                   path, type->name);
}

/* What the task will use: arenas that wait, and of each learner the gradients
 * of a shard, of their sum, and this rank's moments. */
static size_t later_bytes(const gt_task *task)
{
    size_t reals = 0, ranks = (size_t)task->setup.comm->size;
    for (int i = 0; task->setup.training && i < task->n_learners; i++) {
        const gt_network *net = task->learner[i]->net;
        reals += 2 * (net->n_params + net->n_state) + 2 * net->n_params / ranks;
        if (task->learner[i]->rule->ema > 0)
            reals += net->n_params / ranks + net->n_state;
    }
    return gt_arena_deferred() + reals * sizeof(gt_real);
}

gt_status gt_task_new(gt_task **out, const gt_task_setup *setup)
{
    gt_task *task = calloc(1, sizeof *task);
    gt_status status = GT_OK;
    if (!task) {
        status = gt_fail(GT_ERR_MEMORY, "cannot allocate a task");
    } else {
        task->type = types[setup->config->task];
        assert(!gt_step_fault(&task->type->step, task->type->n_networks));
        task->setup = *setup;
        if (setup->fits)
            gt_arena_defer();
        status = gt_task_build(task);
        if (status == GT_OK)
            status = gt_runner_new(&task->runner, task);
    }
    status = gt_comm_agree(setup->comm, status);
    if (status == GT_OK && setup->fits)
        status = setup->fits(setup->context, task, later_bytes(task));
    gt_arena_settle(status == GT_OK);
    for (int i = 0; status == GT_OK && setup->training && i < task->n_learners;
         i++)
        status =
            gt_comm_agree(setup->comm, gt_learner_prepare(task->learner[i]));
    if (status != GT_OK) {
        gt_task_free(task);
        return status;
    }
    if (setup->training)
        gt_task_start_averages(task);
    *out = task;
    return GT_OK;
}

void gt_task_free(gt_task *task)
{
    if (!task)
        return;
    gt_runner_free(task->runner);
    for (int i = 0; i < task->n_learners; i++)
        gt_learner_free(task->learner[i]);
    free(task);
}

gt_status gt_task_step(gt_task *task, uint64_t step, gt_loader *loader,
                       gt_metrics *metrics)
{
    return gt_runner_step(task, step, loader, metrics);
}

gt_step_passes gt_task_passes(const gt_task *task, int i)
{
    return gt_step_passes_of(&task->type->step, task->setup.config, i);
}

bool gt_task_trains_apart(const gt_task *task)
{
    for (int i = 0; i < task->n_learners; i++) {
        const gt_network *net = task->learner[i]->net;
        for (int k = 0; k < net->n_layers; k++)
            if (net->layers[k].type->trains_apart)
                return true;
    }
    return false;
}

size_t gt_task_parameters(const gt_task *task)
{
    size_t n = 0;
    for (int i = 0; i < task->n_learners; i++)
        n += gt_network_parameters(task->learner[i]->net);
    return n;
}

void gt_task_latents(const gt_config *config, gt_rng first, int n,
                     gt_real *latents)
{
    types[config->task]->prior(config, first, n, latents);
}

void gt_task_updates(const gt_task *task, char text[GT_TASK_UPDATES])
{
    size_t used = 0;
    *text = '\0';
    for (int i = 0; i < task->n_learners; i++)
        used += (size_t)snprintf(
            text + used, GT_TASK_UPDATES - used, "%s%s %llu", i ? ", " : "",
            task->learner[i]->net->name,
            (unsigned long long)task->learner[i]->optimizer.updates);
}

/* The number behind a network's name in a text of updates. */
static bool find_updates(const char *text, const char *name, uint64_t *updates)
{
    size_t length = strlen(name);
    for (const char *at = strstr(text, name); at; at = strstr(at + 1, name))
        if ((at == text || at[-1] == ' ') && at[length] == ' ') {
            *updates = strtoull(at + length, NULL, 10);
            return true;
        }
    return false;
}

void gt_task_set_step(gt_task *task, uint64_t step, const char *updates)
{
    for (int i = 0; i < task->n_learners; i++) {
        gt_learner *l = task->learner[i];
        if (!find_updates(updates, l->net->name, &l->optimizer.updates))
            l->optimizer.updates =
                step * (uint64_t)gt_step_updates(&task->type->step,
                                                 task->setup.config, i);
    }
}

uint64_t gt_task_batches(const gt_config *config)
{
    return (uint64_t)gt_step_batches(&types[config->task]->step, config);
}
