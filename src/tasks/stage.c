/* stage.c: a range of one shard writes its gradients where the reducer wants
 * them and sends them off as they come. Vectors of shards that go side by side
 * are all complete at the same time and are handed over one after the other, as
 * the reducer's tree has room for no more than that. */
#include "tasks/stage.h"

#include "tasks/config.h"

#include <stdlib.h>
#include <string.h>

static const double *merge_all(void *meeting, int n, size_t count,
                               void (*merge)(double *, const double *, size_t))
{
    return gt_tree_allreduce_run(meeting, n, count, merge);
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
        size_t exchange = gt_network_stat_count(task->learner[i]->net);
        most = exchange > most ? exchange : most;
    }
    *plan = (gt_stage_plan){0};
    if (!setup->training || !gt_norm_config_of(setup->config)->sync ||
        most == 0)
        return plan_workspaces(plan, task, 1);
    gt_status status = gt_tree_allreduce_new(&plan->meeting, setup->comm,
                                             setup->n_shards, most);
    if (status == GT_OK)
        status = plan_workspaces(plan, task, setup->n_shards);
    if (status != GT_OK)
        return status;
    plan->stat_sync = (gt_stat_sync){
        .contributions = gt_tree_allreduce_contributions(plan->meeting),
        .merge_all = merge_all,
        .context = plan->meeting};
    return GT_OK;
}

void gt_stage_plan_free(gt_stage_plan *plan)
{
    gt_tree_allreduce_free(plan->meeting);
    for (int i = 0; i < plan->width; i++)
        gt_workspace_free(&plan->ws[i]);
    free(plan->ws);
    *plan = (gt_stage_plan){0};
}

int gt_stage_ranges(const gt_stage_plan *plan, const gt_batch *batch)
{
    return plan->meeting ? 1 : gt_batch_present(batch);
}

gt_shard_range gt_stage_range(const gt_stage_plan *plan, const gt_batch *batch,
                              int number)
{
    if (plan->meeting)
        return (gt_shard_range){0, gt_batch_present(batch)};
    return (gt_shard_range){number, 1};
}

/* --- One network. */

static gt_status allocate(gt_stage_network *t, int n_tapes)
{
    int width = t->plan->width;
    t->tape = calloc((size_t)n_tapes, sizeof *t->tape);
    t->shard = calloc((size_t)width, sizeof *t->shard);
    if (!t->tape || !t->shard)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate %d tapes", n_tapes);
    if (!t->plan->meeting)
        return GT_OK;
    gt_arena_reserve(&t->vectors,
                     (size_t)width * gt_learner_vector_size(t->learner));
    return gt_arena_commit(&t->vectors, "gradients of shards");
}

gt_status gt_stage_network_new(gt_stage_network *t, const gt_stage_plan *plan,
                               gt_learner *learner, int n_tapes)
{
    *t = (gt_stage_network){.plan = plan, .learner = learner};
    gt_status status = allocate(t, n_tapes);
    for (; status == GT_OK && t->n_tapes < n_tapes; t->n_tapes++)
        status = gt_tape_plan(&t->tape[t->n_tapes], learner->net,
                              &plan->ws[t->n_tapes % plan->width]);
    return status;
}

void gt_stage_network_free(gt_stage_network *t)
{
    for (int i = 0; i < t->n_tapes; i++)
        gt_tape_free(&t->tape[i]);
    free(t->tape);
    free(t->shard);
    gt_arena_free(&t->vectors);
    *t = (gt_stage_network){0};
}

gt_tape *gt_stage_network_tape(const gt_stage_network *t, int i)
{
    return &t->tape[i % t->n_tapes];
}

gt_shard_pass *gt_stage_enter(gt_stage_network *t, const gt_task *task,
                              const gt_batch *batch, gt_shard_range range,
                              int k, uint32_t stream)
{
    int i = range.first + k;
    gt_shard_pass *shard = &t->shard[k];
    *shard =
        (gt_shard_pass){.tape = gt_stage_network_tape(t, i),
                        .pass = gt_learner_pass(t->learner, task, batch,
                                                &batch->shards[i], stream)};
    return shard;
}

static gt_real *vector_of(const gt_stage_network *t, int k)
{
    return gt_arena_at(&t->vectors,
                       (size_t)k * gt_learner_vector_size(t->learner));
}

gt_real *gt_stage_open(gt_stage_network *t, int k)
{
    gt_pass *pass = &t->shard[k].pass;
    if (t->plan->meeting)
        return gt_learner_lay_out(t->learner, vector_of(t, k), pass);
    return gt_learner_open(t->learner, pass);
}

gt_real *gt_stage_scalars(const gt_stage_network *t, int k)
{
    return t->shard[k].pass.batch_state + t->learner->net->n_state;
}

static const gt_stat_sync *stat_sync_of(const gt_stage_network *t)
{
    return t->plan->meeting ? &t->plan->stat_sync : NULL;
}

void gt_stage_forward(gt_stage_network *t, gt_shard_range range)
{
    gt_lockstep_forward(t->learner->net, t->shard, range.n, stat_sync_of(t));
}

void gt_stage_backward(gt_stage_network *t, gt_shard_range range, bool want_dx)
{
    gt_lockstep_backward(t->learner->net, t->shard, range.n, want_dx,
                         stat_sync_of(t));
}

void gt_stage_backward_last(gt_stage_network *t, gt_shard_range range,
                            bool want_dx)
{
    if (!t->plan->meeting)
        gt_learner_overlap(t->learner, &t->shard[0].pass);
    gt_stage_backward(t, range, want_dx);
}

void gt_stage_add(gt_stage_network *t, gt_shard_range range)
{
    if (!t->plan->meeting) {
        gt_learner_add(t->learner);
        return;
    }
    for (int k = 0; k < range.n; k++) {
        gt_pass to = {0};
        gt_learner_open(t->learner, &to);
        memcpy(to.grad, vector_of(t, k),
               gt_learner_vector_size(t->learner) * sizeof *to.grad);
        gt_learner_add(t->learner);
    }
}
