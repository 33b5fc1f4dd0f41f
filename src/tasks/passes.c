/* passes.c: a range of one shard writes its gradients into the reducer's own
 * vector and sends them as they are computed. The vectors of shards that go
 * together are all complete at the same time; they are copied to the reducer
 * one after the other, because it has room for one. */
#include "tasks/passes.h"

#include "tasks/config.h"

#include <stdlib.h>
#include <string.h>

static const double *merge_all(void *allreduce, int n, size_t count,
                               void (*merge)(double *, const double *, size_t))
{
    return gt_tree_allreduce_run(allreduce, n, count, merge);
}

static gt_status plan_workspaces(gt_passes_plan *plan, const gt_task *task,
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

gt_status gt_passes_plan_new(gt_passes_plan *plan, const gt_task *task)
{
    const gt_task_setup *setup = &task->setup;
    size_t most = 0;
    for (int i = 0; i < task->n_learners; i++) {
        size_t count = gt_network_stat_count(task->learner[i]->net);
        most = count > most ? count : most;
    }
    *plan = (gt_passes_plan){.unit = setup->unit};
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

void gt_passes_plan_free(gt_passes_plan *plan)
{
    gt_tree_allreduce_free(plan->allreduce);
    for (int i = 0; i < plan->width; i++)
        gt_workspace_free(&plan->ws[i]);
    free(plan->ws);
    *plan = (gt_passes_plan){0};
}

int gt_passes_ranges(const gt_passes_plan *plan, const gt_batch *batch)
{
    int present = gt_batch_present(batch);
    return plan->allreduce ? 1 : (present + plan->unit - 1) / plan->unit;
}

gt_shard_range gt_passes_range(const gt_passes_plan *plan,
                               const gt_batch *batch, int number)
{
    int present = gt_batch_present(batch), first = number * plan->unit;
    if (plan->allreduce)
        return (gt_shard_range){0, present, present};
    int left = present - first;
    return (gt_shard_range){first, left < plan->unit ? left : plan->unit, 1};
}

/* --- One network. */

static gt_status allocate(gt_passes *net, int n_tapes)
{
    int width = net->plan->width;
    net->tape = calloc((size_t)n_tapes, sizeof *net->tape);
    net->shard = calloc((size_t)width, sizeof *net->shard);
    net->opened = calloc((size_t)width, sizeof *net->opened);
    if (!net->tape || !net->shard || !net->opened)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate %d tapes", n_tapes);
    if (!net->plan->allreduce)
        return GT_OK;
    gt_arena_reserve(&net->vectors,
                     (size_t)width * gt_learner_vector_size(net->learner));
    return gt_arena_commit(&net->vectors, "gradients of shards");
}

gt_status gt_passes_new(gt_passes *net, const gt_passes_plan *plan,
                        gt_learner *learner, int n_tapes)
{
    *net = (gt_passes){.plan = plan, .learner = learner};
    gt_status status = allocate(net, n_tapes);
    for (; status == GT_OK && net->n_tapes < n_tapes; net->n_tapes++)
        status = gt_tape_plan(&net->tape[net->n_tapes], learner->net,
                              &plan->ws[net->n_tapes % plan->width]);
    return status;
}

void gt_passes_free(gt_passes *net)
{
    for (int i = 0; i < net->n_tapes; i++)
        gt_tape_free(&net->tape[i]);
    free(net->tape);
    free(net->shard);
    free(net->opened);
    gt_arena_free(&net->vectors);
    *net = (gt_passes){0};
}

gt_tape *gt_passes_tape(const gt_passes *net, int i)
{
    return &net->tape[i % net->n_tapes];
}

gt_shard_pass *gt_passes_enter(gt_passes *net, const gt_task *task,
                               const gt_batch *batch, gt_shard_range range,
                               int k, uint32_t stream)
{
    int i = range.first + k, shards = range.n / range.passes;
    const gt_shard *first = &batch->shards[i];
    gt_shard_pass *shard = &net->shard[k];
    *shard = (gt_shard_pass){.tape = gt_passes_tape(net, i),
                             .pass = gt_learner_pass(net->learner, task, batch,
                                                     first, shards, stream)};
    if (shards > 1) {
        shard->pass.shards = shards;
        shard->pass.cut = net->cut;
        for (int s = 0; s < shards; s++)
            net->cut[s] = (int)(first[s].first_sample - first->first_sample);
        net->cut[shards] = shard->pass.n;
    }
    return shard;
}

static gt_real *vector_of(const gt_passes *net, int k)
{
    return gt_arena_at(&net->vectors,
                       (size_t)k * gt_learner_vector_size(net->learner));
}

gt_real *gt_passes_open(gt_passes *net, int k)
{
    gt_pass *pass = &net->shard[k].pass;
    gt_real *scalars =
        net->plan->allreduce
            ? gt_learner_lay_out(net->learner, vector_of(net, k), pass)
            : gt_learner_open(net->learner, pass);
    net->opened[k] = pass->grad;
    return scalars;
}

void gt_passes_join(gt_passes *net, int k)
{
    gt_pass *pass = &net->shard[k].pass;
    pass->grad = net->opened[k];
    pass->accumulate = true;
    pass->batch_state = pass->grad + net->learner->net->n_params;
}

gt_real *gt_passes_scalars(const gt_passes *net, int k)
{
    const gt_network *of = net->learner->net;
    return net->opened[k] + of->n_params + of->n_state;
}

static const gt_stat_sync *stat_sync_of(const gt_passes *net)
{
    return net->plan->allreduce ? &net->plan->stat_sync : NULL;
}

void gt_passes_forward(gt_passes *net, gt_shard_range range)
{
    gt_lockstep_forward(net->learner->net, net->shard, range.passes,
                        stat_sync_of(net));
}

void gt_passes_backward(gt_passes *net, gt_shard_range range, gt_wanted wanted)
{
    gt_lockstep_backward(net->learner->net, net->shard, range.passes, wanted,
                         stat_sync_of(net));
}

void gt_passes_backward_last(gt_passes *net, gt_shard_range range,
                             gt_wanted wanted)
{
    if (!net->plan->allreduce)
        gt_learner_overlap(net->learner, &net->shard[0].pass);
    gt_passes_backward(net, range, wanted);
}

void gt_passes_add(gt_passes *net, gt_shard_range range)
{
    if (!net->plan->allreduce) {
        gt_learner_add(net->learner);
        return;
    }
    for (int k = 0; k < range.passes; k++) {
        gt_pass to = {0};
        gt_learner_open(net->learner, &to);
        memcpy(to.grad, vector_of(net, k),
               gt_learner_vector_size(net->learner) * sizeof *to.grad);
        gt_learner_add(net->learner);
    }
}
