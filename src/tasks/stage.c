/* stage.c: a range of one shard writes its gradients into the reducer's own
 * vector and sends them as they are computed. The vectors of shards that go
 * together are all complete at the same time; they are copied to the reducer
 * one after the other, because it has room for one. */
#include "tasks/stage.h"

#include "tasks/config.h"

#include <stdlib.h>
#include <string.h>

static const double *merge_all(void *allreduce, int n, size_t count,
                               void (*merge)(double *, const double *, size_t))
{
    return gt_tree_allreduce_run(allreduce, n, count, merge);
}

static gt_status plan_workspaces(gt_stage_plan *plan, const gt_task *task,
                                 int width)
{
    const gt_network *nets[GT_TASK_MAX_NETWORKS];
    for (int i = 0; i < task->n_learners; i++)
        nets[i] = task->learner[i]->net;
    plan->ws = calloc((size_t)width, sizeof *plan->ws);
    if (!plan->ws)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate %d workspaces", width);
    gt_status status = GT_OK;
    for (; status == GT_OK && plan->width < width; plan->width++)
        status =
            gt_workspace_plan(&plan->ws[plan->width], nets, task->n_learners);
    return status;
}

gt_status gt_stage_plan_new(gt_stage_plan *plan, const gt_task *task)
{
    const gt_task_setup *setup = &task->setup;
    size_t most = 0;
    for (int i = 0; i < task->n_learners; i++) {
        size_t count = gt_network_stat_count(task->learner[i]->net);
        most = count > most ? count : most;
    }
    *plan = (gt_stage_plan){0};
    if (!setup->training || !gt_norm_config_of(setup->config)->sync ||
        most == 0)
        return plan_workspaces(plan, task, 1);
    gt_status status = gt_tree_allreduce_new(&plan->allreduce, setup->comm,
                                             setup->n_shards, most);
    if (status == GT_OK)
        status = plan_workspaces(plan, task, setup->n_shards);
    if (status != GT_OK)
        return status;
    plan->stat_sync = (gt_stat_sync){
        .contributions = gt_tree_allreduce_contributions(plan->allreduce),
        .merge_all = merge_all,
        .context = plan->allreduce};
    return GT_OK;
}

void gt_stage_plan_free(gt_stage_plan *plan)
{
    gt_tree_allreduce_free(plan->allreduce);
    for (int i = 0; i < plan->width; i++)
        gt_workspace_free(&plan->ws[i]);
    free(plan->ws);
    *plan = (gt_stage_plan){0};
}

int gt_stage_ranges(const gt_stage_plan *plan, const gt_batch *batch)
{
    return plan->allreduce ? 1 : gt_batch_present(batch);
}

gt_shard_range gt_stage_range(const gt_stage_plan *plan, const gt_batch *batch,
                              int number)
{
    if (plan->allreduce)
        return (gt_shard_range){0, gt_batch_present(batch)};
    return (gt_shard_range){number, 1};
}

/* --- One network. */

static gt_status allocate(gt_stage_network *net, int n_tapes)
{
    int width = net->plan->width;
    net->tape = calloc((size_t)n_tapes, sizeof *net->tape);
    net->shard = calloc((size_t)width, sizeof *net->shard);
    if (!net->tape || !net->shard)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate %d tapes", n_tapes);
    if (!net->plan->allreduce)
        return GT_OK;
    gt_arena_reserve(&net->vectors,
                     (size_t)width * gt_learner_vector_size(net->learner));
    return gt_arena_commit(&net->vectors, "gradients of shards");
}

gt_status gt_stage_network_new(gt_stage_network *net, const gt_stage_plan *plan,
                               gt_learner *learner, int n_tapes)
{
    *net = (gt_stage_network){.plan = plan, .learner = learner};
    gt_status status = allocate(net, n_tapes);
    for (; status == GT_OK && net->n_tapes < n_tapes; net->n_tapes++)
        status = gt_tape_plan(&net->tape[net->n_tapes], learner->net,
                              &plan->ws[net->n_tapes % plan->width]);
    return status;
}

void gt_stage_network_free(gt_stage_network *net)
{
    for (int i = 0; i < net->n_tapes; i++)
        gt_tape_free(&net->tape[i]);
    free(net->tape);
    free(net->shard);
    gt_arena_free(&net->vectors);
    *net = (gt_stage_network){0};
}

gt_tape *gt_stage_network_tape(const gt_stage_network *net, int i)
{
    return &net->tape[i % net->n_tapes];
}

gt_shard_pass *gt_stage_enter(gt_stage_network *net, const gt_task *task,
                              const gt_batch *batch, gt_shard_range range,
                              int k, uint32_t stream)
{
    int i = range.first + k;
    gt_shard_pass *shard = &net->shard[k];
    *shard =
        (gt_shard_pass){.tape = gt_stage_network_tape(net, i),
                        .pass = gt_learner_pass(net->learner, task, batch,
                                                &batch->shards[i], stream)};
    return shard;
}

static gt_real *vector_of(const gt_stage_network *net, int k)
{
    return gt_arena_at(&net->vectors,
                       (size_t)k * gt_learner_vector_size(net->learner));
}

gt_real *gt_stage_open(gt_stage_network *net, int k)
{
    gt_pass *pass = &net->shard[k].pass;
    if (net->plan->allreduce)
        return gt_learner_lay_out(net->learner, vector_of(net, k), pass);
    return gt_learner_open(net->learner, pass);
}

gt_real *gt_stage_scalars(const gt_stage_network *net, int k)
{
    return net->shard[k].pass.batch_state + net->learner->net->n_state;
}

static const gt_stat_sync *stat_sync_of(const gt_stage_network *net)
{
    return net->plan->allreduce ? &net->plan->stat_sync : NULL;
}

void gt_stage_forward(gt_stage_network *net, gt_shard_range range)
{
    gt_lockstep_forward(net->learner->net, net->shard, range.n,
                        stat_sync_of(net));
}

void gt_stage_backward(gt_stage_network *net, gt_shard_range range,
                       gt_wanted wanted)
{
    gt_lockstep_backward(net->learner->net, net->shard, range.n, wanted,
                         stat_sync_of(net));
}

void gt_stage_backward_last(gt_stage_network *net, gt_shard_range range,
                            gt_wanted wanted)
{
    if (!net->plan->allreduce)
        gt_learner_overlap(net->learner, &net->shard[0].pass);
    gt_stage_backward(net, range, wanted);
}

void gt_stage_add(gt_stage_network *net, gt_shard_range range)
{
    if (!net->plan->allreduce) {
        gt_learner_add(net->learner);
        return;
    }
    for (int k = 0; k < range.n; k++) {
        gt_pass to = {0};
        gt_learner_open(net->learner, &to);
        memcpy(to.grad, vector_of(net, k),
               gt_learner_vector_size(net->learner) * sizeof *to.grad);
        gt_learner_add(net->learner);
    }
}
