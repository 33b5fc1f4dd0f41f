/* runner.c: one step is a loop over updates, these over ranges of shards, and
 * these over stages. Where memory allows, what a network computed in one update
 * stays for the next one that asks for the same pass; so it has a tape for each
 * shard of this rank, and the pass keeps its noise, its input and the batch
 * statistics, too. All memory is planned before the first step. */
#include "tasks/runner.h"

#include "tasks/config.h"
#include "tasks/passes.h"
#include "tasks/scalars.h"
#include "tasks/stage_memory.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct gt_runner {
    gt_passes_plan plan;
    gt_passes net[GT_TASK_MAX_NETWORKS];
    gt_stage_plan stage[GT_MAX_STAGES];
    bool kept[GT_MAX_STAGES]; /* its pass is, from one update to the next */
    struct changed {
        int n; /* networks that the update changes, in the order that they are
                  complete in; the last one carries the figures */
        int network[GT_TASK_MAX_NETWORKS];
    } changes[GT_MAX_UPDATES];
    gt_stage_memory memory;
    double (*figures)[GT_MAX_FIGURES]; /* of each shard of a range */
    double values[GT_MAX_FIGURES];     /* of the batch */
};

_Static_assert(GT_MAX_FIGURES + GT_SCALAR_FIRST <= GT_SCALARS + 0,
               "each figure has a scalar");

/* --- Memory. */

/* Tapes of a network: as many as it needs to keep what a later update asks for,
 * unless a batch is computed in pieces to save memory. */
static int tapes_of(const gt_runner *r, const gt_task *task, int network)
{
    const gt_task_setup *setup = &task->setup;
    const gt_step_table *t = &task->type->step;
    bool keeps = false;
    for (int s = 0; s < t->n_stages; s++)
        keeps =
            keeps || (t->stages[s].again && t->stages[s].network == network);
    return keeps && setup->training &&
                   gt_train_config_of(setup->config)->accumulate <= 1
               ? setup->n_shards
               : r->plan.width;
}

gt_status gt_runner_new(gt_runner **out, const gt_task *task)
{
    const gt_step_table *t = &task->type->step;
    int tapes[GT_TASK_MAX_NETWORKS];
    gt_runner *r = *out = calloc(1, sizeof *r);
    if (!r)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate a task's stages");
    gt_status status = gt_passes_plan_new(&r->plan, task);
    if (status != GT_OK)
        return status;
    for (int i = 0; i < task->n_learners; i++)
        tapes[i] = tapes_of(r, task, i);
    for (int s = 0; s < t->n_stages; s++) {
        r->stage[s] = gt_stage_plan_of(t, s);
        r->kept[s] = r->stage[s].keeper >= 0 &&
                     tapes[t->stages[s].network] == task->setup.n_shards;
    }
    for (int u = 0; u < t->n_updates; u++)
        r->changes[u].n = gt_update_networks(t, u, r->changes[u].network);
    r->figures = calloc((size_t)r->plan.width * (size_t)r->plan.unit,
                        sizeof *r->figures);
    if (!r->figures)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate figures");
    status = gt_stage_memory_new(&r->memory, task, tapes, r->kept);
    for (int i = 0; i < task->n_learners && status == GT_OK; i++)
        status =
            gt_passes_new(&r->net[i], &r->plan, task->learner[i], tapes[i]);
    return status;
}

void gt_runner_free(gt_runner *r)
{
    if (!r)
        return;
    for (int i = 0; i < GT_TASK_MAX_NETWORKS; i++)
        gt_passes_free(&r->net[i]);
    gt_passes_plan_free(&r->plan);
    gt_stage_memory_free(&r->memory);
    free(r->figures);
    free(r);
}

/* --- A range of shards in an update. */

typedef struct update {
    gt_task *task;
    gt_runner *runner;
    const gt_step_table *table;
    int number;
    uint64_t step;
    const gt_batch *batch;
    gt_shard_range range;
} update;

static gt_passes *passes_of(const update *u, int s)
{
    return &u->runner->net[u->table->stages[s].network];
}

/* Of pass k. */
static gt_tape *tape_of(const update *u, int s, int k)
{
    return gt_passes_tape(passes_of(u, s), u->range.first + k);
}

/* The network that carries an update's figures. */
static int last_network(const update *u)
{
    const struct changed *changes = &u->runner->changes[u->number];
    return changes->network[changes->n - 1];
}

/* A span of pass k of the range. */
static gt_real *span_of(const update *u, const gt_shard_spans *spans, int k)
{
    return gt_stage_memory_at(&u->runner->memory, spans, u->range.first + k);
}

/* All samples of pass k. */
static gt_samples samples_of(const update *u, int k)
{
    const gt_shard *first = &u->batch->shards[u->range.first + k];
    gt_samples all = first->samples;
    for (int i = 1; i < u->range.n / u->range.passes; i++)
        all.n += first[i].samples.n;
    return all;
}

/* Pass k, as a stage sees it. */
static gt_stage_shard pass_of(const update *u, int s, int k,
                              const gt_samples *samples)
{
    const gt_runner *r = u->runner;
    const gt_stage *stage = &u->table->stages[s];
    int sender = r->stage[s].sender;
    const gt_stage_spans *own = &r->memory.stage[s];
    const gt_stage_spans *other = sender < 0 ? own : &r->memory.stage[sender];
    return (gt_stage_shard){
        .task = u->task,
        .step = u->step,
        .samples = samples,
        .scale = (gt_real)1 / (gt_real)u->batch->n,
        .noise = span_of(u, stage->noise ? &own->noise : &other->noise, k),
        .from = stage->from >= 0 ? gt_tape_output(tape_of(u, stage->from, k))
                                 : NULL,
        .y = passes_of(u, s)->shard[k].y,
        .dinput = span_of(u, &other->dinput, k),
        .dy = gt_tape_loss_gradient(tape_of(u, s, k)),
        .figure = r->figures[k]};
}

static void skip(const gt_real **rows, size_t done, size_t size)
{
    if (*rows)
        *rows += done * size;
}

/* Shard k of the range, as a stage sees it: it may be a part of a pass. */
static gt_stage_shard shard_of(const update *u, int s, int k)
{
    const gt_shard *shard = &u->batch->shards[u->range.first + k];
    if (u->range.passes == u->range.n)
        return pass_of(u, s, k, &shard->samples);
    gt_stage_shard at = pass_of(u, s, 0, &shard->samples);
    const gt_stage *stage = &u->table->stages[s];
    const gt_network *net = passes_of(u, s)->learner->net;
    size_t done = (size_t)passes_of(u, s)->cut[k];
    int sender = u->runner->stage[s].sender;
    if (at.noise) /* else there may be no latents */
        skip(&at.noise, done, gt_latent_size(u->task->setup.config));
    skip(&at.y, done, gt_shape_size(net->out));
    if (stage->from >= 0)
        skip(&at.from, done,
             gt_shape_size(passes_of(u, stage->from)->learner->net->out));
    skip(
        &at.dinput, done,
        gt_shape_size(passes_of(u, sender < 0 ? s : sender)->learner->net->in));
    at.dy += done * gt_shape_size(net->out);
    at.figure = u->runner->figures[k];
    return at;
}

/* Draw noise and find the inputs of pass k; of a pass that is made again,
 * those it had. */
static void set_inputs(const update *u, int s, int k)
{
    int first = u->table->stages[s].again ? u->table->stages[s].from : s;
    const gt_stage *stage = &u->table->stages[first];
    const gt_stage_spans *spans = &u->runner->memory.stage[first];
    gt_shard_pass *shard = &passes_of(u, s)->shard[k];
    gt_samples samples = samples_of(u, k);
    gt_stage_shard at = pass_of(u, first, k, &samples);
    gt_real *noise = span_of(u, &spans->noise, k);
    gt_real *input = span_of(u, &spans->input, k);
    if (stage->noise) {
        gt_rng draw = {.seed = shard->pass.seed,
                       .step = shard->pass.step,
                       .sample = shard->pass.first_sample,
                       .stream = stage->noise};
        u->task->type->prior(u->task->setup.config, draw, shard->pass.n, noise);
    }
    if (stage->make)
        stage->make(&at, input);
    shard->x[0] = stage->make                    ? input
                  : stage->from >= 0             ? at.from
                  : stage->from == GT_FROM_NOISE ? noise
                                                 : at.samples->x;
    gt_stage_memory_inputs(&u->runner->memory,
                           u->range.first / u->runner->plan.unit + k,
                           at.samples, shard->x);
    if (u->table->stages[s].input)
        shard->dx[0] = stage->make
                           ? span_of(u, &spans->dinput, k)
                           : gt_tape_loss_gradient(tape_of(u, stage->from, k));
}

/* Where gradients and batch statistics of pass k go. */
static void set_outputs(const update *u, int s, int k)
{
    const gt_stage *stage = &u->table->stages[s];
    const gt_stage_plan *plan = &u->runner->stage[s];
    gt_passes *net = passes_of(u, s);
    gt_pass *pass = &net->shard[k].pass;
    size_t n_state = net->learner->net->n_state;
    if (stage->weights) {
        pass->weight /= (gt_real)plan->share;
        if (!plan->opens)
            gt_passes_join(net, k);
        else if (u->number == 0 && stage->network == last_network(u))
            gt_passes_open(net, k)[GT_SCALAR_STOP] = u->task->stop;
        else
            gt_passes_open(net, k);
    } else if (u->runner->kept[s]) {
        pass->weight /= (gt_real)u->runner->stage[plan->keeper].share;
        pass->batch_state = span_of(u, &u->runner->memory.stage[s].state, k);
        memset(pass->batch_state, 0, n_state * sizeof *pass->batch_state);
    }
}

/* A pass that was kept is there but for its statistics. */
static void take_kept(const update *u, int s)
{
    gt_passes *net = passes_of(u, s);
    int from = u->table->stages[s].from;
    size_t size = net->learner->net->n_state * sizeof(gt_real);
    for (int k = 0; k < u->range.passes; k++) {
        const gt_real *kept =
            span_of(u, &u->runner->memory.stage[from].state, k);
        memcpy(net->shard[k].pass.batch_state, kept, size);
        net->shard[k].y = gt_tape_output(tape_of(u, s, k));
    }
}

static void forward(const update *u, int s)
{
    const gt_stage *stage = &u->table->stages[s];
    gt_passes *net = passes_of(u, s);
    bool kept = stage->again && u->runner->kept[stage->from];
    for (int k = 0; k < u->range.passes; k++) {
        gt_passes_enter(net, u->task, u->batch, u->range, k, stage->stream);
        set_outputs(u, s, k);
        if (!kept)
            set_inputs(u, s, k);
    }
    if (kept)
        take_kept(u, s);
    else
        gt_passes_forward(net, u->range);
}

/* The figures of pass k as the scalars of its vector, which are added up. */
static void set_scalars(const update *u, const gt_passes *net, int k)
{
    int n = u->range.n / u->range.passes;
    size_t first = (size_t)k * (size_t)n;
    gt_scalars_set(u->table, u->number,
                   u->batch->shards + u->range.first + first,
                   u->runner->figures + first, n, u->batch->n,
                   gt_passes_scalars(net, k) + GT_SCALAR_FIRST);
}

static void backward(const update *u, int s)
{
    const gt_stage *stage = &u->table->stages[s];
    const gt_stage_plan *plan = &u->runner->stage[s];
    gt_passes *net = passes_of(u, s);
    gt_wanted wanted = {.params = stage->weights, .inputs = stage->input};
    for (int k = 0; k < u->range.n; k++) {
        gt_stage_shard at = shard_of(u, s, k);
        if (stage->loss)
            stage->loss(&at);
    }
    for (int k = 0; k < u->range.passes && plan->reports; k++)
        set_scalars(u, net, k);
    if (!plan->closes) {
        gt_passes_backward(net, u->range, wanted);
        return;
    }
    gt_passes_backward_last(net, u->range, wanted);
    gt_passes_add(net, u->range);
}

static void run_stages(const update *u)
{
    const gt_step_table *t = u->table;
    memset(u->runner->figures, 0,
           (size_t)u->range.n * sizeof *u->runner->figures);
    for (int s = 0; s < t->n_stages; s++) {
        if (t->stages[s].update != u->number)
            continue;
        forward(u, s);
        if (gt_stage_goes_back(&t->stages[s]) && u->runner->stage[s].sender < 0)
            backward(u, s);
    }
    for (int s = t->n_stages - 1; s >= 0; s--)
        if (t->stages[s].update == u->number && u->runner->stage[s].sender >= 0)
            backward(u, s);
}

/* --- A step. */

static gt_status run_update(update *u, bool *stop)
{
    gt_learner *const *learner = u->task->learner;
    const gt_real *scalars = NULL;
    bool first = u->number == 0;
    const struct changed *changes = &u->runner->changes[u->number];
    for (int i = 0; i < changes->n; i++)
        gt_learner_begin(learner[changes->network[i]], u->batch,
                         first && changes->network[i] == last_network(u));
    for (int i = 0; i < gt_passes_ranges(&u->runner->plan, u->batch); i++) {
        u->range = gt_passes_range(&u->runner->plan, u->batch, i);
        run_stages(u);
    }
    if (first && u->batch->shards[0].samples.n == 0)
        gt_learner_abstain(learner[last_network(u)], u->task->stop);
    for (int i = 0; i < changes->n; i++) {
        gt_status status =
            gt_learner_update(learner[changes->network[i]], u->step, &scalars);
        if (status != GT_OK)
            return status;
    }
    assert(scalars); /* each update changes a network */
    for (int f = 0; f < u->table->n_figures; f++)
        if (u->table->figures[f].update == u->number)
            u->runner->values[f] = scalars[GT_SCALAR_FIRST + f];
    *stop = *stop || (first && scalars[GT_SCALAR_STOP] > 0);
    return GT_OK;
}

/* Of all passes of a range. */
static void set_labels(gt_runner *r, const gt_batch *batch,
                       gt_shard_range range)
{
    update u = {.runner = r, .batch = batch, .range = range};
    for (int k = 0; k < range.passes; k++) {
        gt_samples samples = samples_of(&u, k);
        gt_stage_memory_set_labels(&r->memory, range.first / r->plan.unit + k,
                                   &samples);
    }
}

static const gt_batch *next_batch(gt_runner *r, gt_loader *loader)
{
    const gt_batch *batch = gt_loader_next(loader);
    for (int i = 0; i < gt_passes_ranges(&r->plan, batch); i++)
        set_labels(r, batch, gt_passes_range(&r->plan, batch, i));
    return batch;
}

gt_status gt_runner_step(gt_task *task, uint64_t step, gt_loader *loader,
                         gt_metrics *metrics)
{
    const gt_step_table *t = &task->type->step;
    update u = {.task = task, .runner = task->runner, .table = t, .step = step};
    bool stop = false;
    for (; u.number < t->n_updates; u.number++)
        for (int64_t i = gt_update_times(t, task->setup.config, u.number);
             i > 0; i--) {
            if (!t->updates[u.number].same_batch)
                u.batch = next_batch(u.runner, loader);
            gt_status status = run_update(&u, &stop);
            if (status != GT_OK)
                return status;
        }
    for (int f = 0; f < t->n_figures; f++)
        gt_metrics_set(metrics, t->figures[f].key, u.runner->values[f]);
    if (task->type->report)
        task->type->report(task, step, metrics);
    task->stop = stop;
    return GT_OK;
}

/* --- Evaluation. */

const gt_real *gt_runner_eval(gt_task *task, int network, const gt_real *input,
                              const gt_samples *given)
{
    gt_runner *r = task->runner;
    gt_pass pass = gt_learner_eval_pass(task->learner[network], given->n);
    const gt_real *x[GT_NETWORK_MAX_INPUTS] = {input};
    gt_stage_memory_set_labels(&r->memory, 0, given);
    gt_stage_memory_inputs(&r->memory, 0, given, x);
    return gt_tape_forward(gt_passes_tape(&r->net[network], 0), &pass, x);
}

const gt_real *gt_runner_last_input(const gt_task *task, int network,
                                    size_t *size)
{
    return gt_tape_last_input(gt_passes_tape(&task->runner->net[network], 0),
                              size);
}

gt_real *gt_runner_noise(const gt_task *task, int stage)
{
    const gt_stage_memory *m = &task->runner->memory;
    return gt_stage_memory_at(m, &m->stage[stage].noise, 0);
}

gt_real *gt_runner_input(const gt_task *task, int stage)
{
    const gt_stage_memory *m = &task->runner->memory;
    return gt_stage_memory_at(m, &m->stage[stage].input, 0);
}
