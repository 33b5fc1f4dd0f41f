/* track.c: a group of one shard writes its gradients where the reducer wants
 * them and sends them off as they come. Vectors of shards that go side by side
 * are all complete at the same time and are handed over one after the other, as
 * the reducer's tree has room for no more than that. */
#include "train/track.h"

#include <stdlib.h>
#include <string.h>

static const double *meet(void *meeting, int n, size_t count,
                          void (*merge)(double *, const double *, size_t))
{
    return gt_meeting_hold(meeting, n, count, merge);
}

static gt_status plan_workspaces(gt_pace *pace, const gt_task *task, int width)
{
    const gt_network *nets[GT_TASK_MAX_NETWORKS];
    for (int i = 0; i < task->n_learners; i++)
        nets[i] = task->learner[i]->net;
    pace->ws = calloc((size_t)width, sizeof *pace->ws);
    if (!pace->ws)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate %d workspaces", width);
    gt_status status = GT_OK;
    for (; status == GT_OK && pace->width < width; pace->width++)
        status =
            gt_workspace_plan(&pace->ws[pace->width], nets, task->n_learners);
    return status;
}

gt_status gt_pace_set(gt_pace *pace, const gt_task *task)
{
    const gt_task_setup *setup = &task->setup;
    size_t most = 0;
    for (int i = 0; i < task->n_learners; i++) {
        size_t exchange = gt_network_exchange(task->learner[i]->net);
        most = exchange > most ? exchange : most;
    }
    *pace = (gt_pace){0};
    if (!setup->training || !setup->config->norm.sync || most == 0)
        return plan_workspaces(pace, task, 1);
    gt_status status =
        gt_meeting_new(&pace->meeting, setup->comm, setup->n_shards, most);
    if (status == GT_OK)
        status = plan_workspaces(pace, task, setup->n_shards);
    if (status != GT_OK)
        return status;
    pace->exchange = (gt_exchange){.told = gt_meeting_told(pace->meeting),
                                   .meet = meet,
                                   .context = pace->meeting};
    return GT_OK;
}

void gt_pace_free(gt_pace *pace)
{
    gt_meeting_free(pace->meeting);
    for (int i = 0; i < pace->width; i++)
        gt_workspace_free(&pace->ws[i]);
    free(pace->ws);
    *pace = (gt_pace){0};
}

int gt_pace_groups(const gt_pace *pace, const gt_batch *batch)
{
    return pace->meeting ? 1 : gt_batch_present(batch);
}

gt_group gt_pace_group(const gt_pace *pace, const gt_batch *batch, int number)
{
    if (pace->meeting)
        return (gt_group){0, gt_batch_present(batch)};
    return (gt_group){number, 1};
}

/* --- One network. */

static gt_status allocate(gt_track *t, int n_tapes)
{
    int width = t->pace->width;
    t->tape = calloc((size_t)n_tapes, sizeof *t->tape);
    t->walk = calloc((size_t)width, sizeof *t->walk);
    if (!t->tape || !t->walk)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate %d tapes", n_tapes);
    if (!t->pace->meeting)
        return GT_OK;
    gt_arena_reserve(&t->vectors,
                     (size_t)width * gt_learner_vector_size(t->learner));
    return gt_arena_commit(&t->vectors, "gradients of shards");
}

gt_status gt_track_lay(gt_track *t, const gt_pace *pace, gt_learner *learner,
                       int n_tapes)
{
    *t = (gt_track){.pace = pace, .learner = learner};
    gt_status status = allocate(t, n_tapes);
    for (; status == GT_OK && t->n_tapes < n_tapes; t->n_tapes++)
        status = gt_tape_plan(&t->tape[t->n_tapes], learner->net,
                              &pace->ws[t->n_tapes % pace->width]);
    return status;
}

void gt_track_free(gt_track *t)
{
    for (int i = 0; i < t->n_tapes; i++)
        gt_tape_free(&t->tape[i]);
    free(t->tape);
    free(t->walk);
    gt_arena_free(&t->vectors);
    *t = (gt_track){0};
}

gt_tape *gt_track_tape(const gt_track *t, int i)
{
    return &t->tape[i % t->n_tapes];
}

gt_walk *gt_track_enter(gt_track *t, const gt_task *task, const gt_batch *batch,
                        gt_group group, int k, uint32_t stream)
{
    int i = group.first + k;
    gt_walk *walk = &t->walk[k];
    *walk = (gt_walk){.tape = gt_track_tape(t, i),
                      .pass = gt_learner_pass(t->learner, task, batch,
                                              &batch->shards[i], stream)};
    return walk;
}

static gt_real *vector_of(const gt_track *t, int k)
{
    return gt_arena_at(&t->vectors,
                       (size_t)k * gt_learner_vector_size(t->learner));
}

gt_real *gt_track_open(gt_track *t, int k)
{
    gt_pass *pass = &t->walk[k].pass;
    if (t->pace->meeting)
        return gt_learner_lay_out(t->learner, vector_of(t, k), pass);
    return gt_learner_open(t->learner, pass);
}

gt_real *gt_track_scalars(const gt_track *t, int k)
{
    return t->walk[k].pass.batch_state + t->learner->net->n_state;
}

static const gt_exchange *exchange_of(const gt_track *t)
{
    return t->pace->meeting ? &t->pace->exchange : NULL;
}

void gt_track_forward(gt_track *t, gt_group group)
{
    gt_walks_forward(t->learner->net, t->walk, group.n, exchange_of(t));
}

void gt_track_backward(gt_track *t, gt_group group, bool want_dx)
{
    gt_walks_backward(t->learner->net, t->walk, group.n, want_dx,
                      exchange_of(t));
}

void gt_track_backward_last(gt_track *t, gt_group group, bool want_dx)
{
    if (!t->pace->meeting)
        gt_learner_overlap(t->learner, &t->walk[0].pass);
    gt_track_backward(t, group, want_dx);
}

void gt_track_add(gt_track *t, gt_group group)
{
    if (!t->pace->meeting) {
        gt_learner_add(t->learner);
        return;
    }
    for (int k = 0; k < group.n; k++) {
        gt_pass to = {0};
        gt_learner_open(t->learner, &to);
        memcpy(to.grad, vector_of(t, k),
               gt_learner_vector_size(t->learner) * sizeof *to.grad);
        gt_learner_add(t->learner);
    }
}
