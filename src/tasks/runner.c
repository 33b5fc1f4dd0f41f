/* runner.c: one step is a loop over updates, these over ranges of shards, and
 * these over stages. Where memory allows, what a network computed in one update
 * stays for the next one that asks for the same pass; so it has a tape for each
 * shard of this rank, and the pass keeps its noise, its input and the batch
 * statistics, too. All memory is planned before the first step. */
#include "tasks/runner.h"

#include "core/arena.h"
#include "tasks/config.h"
#include "tasks/passes.h"

#include <stdlib.h>
#include <string.h>

/* A span of each shard in the runner's arena; n = 0: there is none. */
typedef struct shard_spans {
    size_t offset, each;
    int n; /* shard i of this rank has number i % n */
} shard_spans;

typedef struct stage_memory {
    gt_stage_plan plan;
    bool kept;                        /* from one update to the next */
    shard_spans noise, input, dinput; /* [max_n x ...] */
    shard_spans state; /* [n_state]: batch statistics that are kept */
} stage_memory;

struct gt_runner {
    gt_passes_plan plan;
    gt_passes net[GT_TASK_MAX_NETWORKS];
    stage_memory stage[GT_MAX_STAGES];
    gt_arena arena;
    double (*figures)[GT_MAX_FIGURES]; /* of each shard of a range */
    double values[GT_MAX_FIGURES];     /* of the batch */
};

_Static_assert((int)GT_MAX_FIGURES <= (int)GT_SCALARS - (int)GT_SCALAR_FIRST,
               "each figure has a scalar");

/* --- Memory. */

static gt_real *span_of(const gt_runner *r, const shard_spans *spans, int i)
{
    return spans->n == 0
               ? NULL
               : gt_arena_at(&r->arena, spans->offset + (size_t)(i % spans->n) *
                                                            spans->each);
}

static void reserve(gt_runner *r, shard_spans *spans, int n, size_t each)
{
    spans->n = n;
    spans->each = each;
    spans->offset = gt_arena_reserve(&r->arena, (size_t)n * each);
}

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

static void plan_stage(gt_runner *r, const gt_task *task, int s)
{
    const gt_stage *stage = &task->type->step.stages[s];
    const gt_network *net = task->learner[stage->network]->net;
    stage_memory *m = &r->stage[s];
    size_t max_n = (size_t)task->setup.max_n;
    int tapes = tapes_of(r, task, stage->network);
    m->plan = gt_stage_plan_of(&task->type->step, s);
    m->kept = m->plan.keeper >= 0 && tapes == task->setup.n_shards;
    if (stage->noise)
        reserve(r, &m->noise, tapes,
                max_n * gt_latent_size(task->setup.config));
    if (stage->make)
        reserve(r, &m->input, tapes, max_n * gt_shape_size(net->in));
    if (stage->make && stage->input)
        reserve(r, &m->dinput, tapes, max_n * gt_shape_size(net->in));
    if (m->kept)
        reserve(r, &m->state, tapes, net->n_state);
}

gt_status gt_runner_new(gt_runner **out, const gt_task *task)
{
    gt_runner *r = *out = calloc(1, sizeof *r);
    if (!r)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate a task's stages");
    gt_status status = gt_passes_plan_new(&r->plan, task);
    if (status != GT_OK)
        return status;
    for (int s = 0; s < task->type->step.n_stages; s++)
        plan_stage(r, task, s);
    status = gt_arena_commit(&r->arena, "latents");
    if (status != GT_OK)
        return status;
    r->figures = calloc((size_t)r->plan.width, sizeof *r->figures);
    if (!r->figures)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate figures");
    for (int i = 0; i < task->n_learners && status == GT_OK; i++)
        status = gt_passes_new(&r->net[i], &r->plan, task->learner[i],
                               tapes_of(r, task, i));
    return status;
}

void gt_runner_free(gt_runner *r)
{
    if (!r)
        return;
    for (int i = 0; i < GT_TASK_MAX_NETWORKS; i++)
        gt_passes_free(&r->net[i]);
    gt_passes_plan_free(&r->plan);
    gt_arena_free(&r->arena);
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
    int n_networks; /* that it changes, in the order that they are complete in;
                       the last one carries the figures */
    int networks[GT_TASK_MAX_NETWORKS];
    const gt_batch *batch;
    gt_shard_range range;
} update;

static gt_passes *passes_of(const update *u, int s)
{
    return &u->runner->net[u->table->stages[s].network];
}

static gt_tape *tape_of(const update *u, int s, int k)
{
    return gt_passes_tape(passes_of(u, s), u->range.first + k);
}

/* The network that carries an update's figures. */
static int last_network(const update *u)
{
    return u->networks[u->n_networks - 1];
}

static gt_stage_shard shard_of(const update *u, int s, int k)
{
    const gt_runner *r = u->runner;
    const gt_stage *stage = &u->table->stages[s];
    int i = u->range.first + k, sender = r->stage[s].plan.sender;
    const stage_memory *own = &r->stage[s];
    const stage_memory *other = sender >= 0 ? &r->stage[sender] : own;
    return (gt_stage_shard){
        .task = u->task,
        .step = u->step,
        .samples = &u->batch->shards[i].samples,
        .scale = (gt_real)1 / (gt_real)u->batch->n,
        .noise = span_of(r, stage->noise ? &own->noise : &other->noise, i),
        .from = stage->from >= 0 ? gt_tape_output(tape_of(u, stage->from, k))
                                 : NULL,
        .y = passes_of(u, s)->shard[k].y,
        .dinput = span_of(r, &other->dinput, i),
        .dy = gt_tape_loss_gradient(tape_of(u, s, k)),
        .figure = r->figures[k]};
}

/* Draw noise and find the inputs of shard k; of a pass that is made again,
 * those it had. */
static void set_inputs(const update *u, int s, int k)
{
    int first = u->table->stages[s].again ? u->table->stages[s].from : s;
    const gt_stage *stage = &u->table->stages[first];
    const stage_memory *m = &u->runner->stage[first];
    gt_shard_pass *shard = &passes_of(u, s)->shard[k];
    int i = u->range.first + k;
    gt_stage_shard at = shard_of(u, first, k);
    gt_real *noise = span_of(u->runner, &m->noise, i);
    if (stage->noise) {
        gt_rng draw = {.seed = shard->pass.seed,
                       .step = shard->pass.step,
                       .sample = shard->pass.first_sample,
                       .stream = stage->noise};
        u->task->type->prior(u->task->setup.config, draw, shard->pass.n, noise);
    }
    if (stage->make) {
        gt_real *input = span_of(u->runner, &m->input, i);
        stage->make(&at, input);
        shard->x[0] = input;
    } else if (stage->from >= 0) {
        shard->x[0] = at.from;
    } else {
        shard->x[0] = stage->from == GT_FROM_NOISE ? noise : at.samples->x;
    }
    if (!u->table->stages[s].input)
        return;
    shard->dx[0] = stage->make
                       ? span_of(u->runner, &m->dinput, i)
                       : gt_tape_loss_gradient(tape_of(u, stage->from, k));
}

/* Where gradients and batch statistics of shard k go. */
static void set_outputs(const update *u, int s, int k)
{
    const gt_stage *stage = &u->table->stages[s];
    const stage_memory *m = &u->runner->stage[s];
    gt_passes *net = passes_of(u, s);
    gt_pass *pass = &net->shard[k].pass;
    size_t n_state = net->learner->net->n_state;
    if (stage->weights) {
        pass->weight /= (gt_real)m->plan.share;
        if (!m->plan.opens)
            gt_passes_join(net, k);
        else if (u->number == 0 && stage->network == last_network(u))
            gt_passes_open(net, k)[GT_SCALAR_STOP] = u->task->stop;
        else
            gt_passes_open(net, k);
    } else if (m->kept) {
        pass->weight /= (gt_real)u->runner->stage[m->plan.keeper].plan.share;
        pass->batch_state = span_of(u->runner, &m->state, u->range.first + k);
        memset(pass->batch_state, 0, n_state * sizeof *pass->batch_state);
    }
}

/* A pass that was kept is there but for its statistics. */
static void take_kept(const update *u, int s)
{
    gt_passes *net = passes_of(u, s);
    const shard_spans *state =
        &u->runner->stage[u->table->stages[s].from].state;
    size_t size = net->learner->net->n_state * sizeof(gt_real);
    for (int k = 0; k < u->range.n; k++) {
        const gt_real *kept = span_of(u->runner, state, u->range.first + k);
        memcpy(net->shard[k].pass.batch_state, kept, size);
        net->shard[k].y = gt_tape_output(tape_of(u, s, k));
    }
}

static void forward(const update *u, int s)
{
    const gt_stage *stage = &u->table->stages[s];
    gt_passes *net = passes_of(u, s);
    bool kept = stage->again && u->runner->stage[stage->from].kept;
    for (int k = 0; k < u->range.n; k++) {
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

/* The figures of shard k as the scalars of its vector, which are added up. */
static void set_scalars(const update *u, const gt_passes *net, int k)
{
    gt_real *scalars = gt_passes_scalars(net, k) + GT_SCALAR_FIRST;
    gt_real n = (gt_real)net->shard[k].pass.n, all = (gt_real)u->batch->n;
    for (int f = 0; f < u->table->n_figures; f++)
        if (u->table->figures[f].update == u->number)
            scalars[f] = (u->table->figures[f].mean ? n / all : 1 / all) *
                         (gt_real)u->runner->figures[k][f];
}

static void backward(const update *u, int s)
{
    const gt_stage *stage = &u->table->stages[s];
    const gt_stage_plan *plan = &u->runner->stage[s].plan;
    gt_passes *net = passes_of(u, s);
    gt_wanted wanted = {.params = stage->weights, .inputs = stage->input};
    for (int k = 0; k < u->range.n; k++) {
        gt_stage_shard at = shard_of(u, s, k);
        if (stage->loss)
            stage->loss(&at);
        if (plan->reports)
            set_scalars(u, net, k);
    }
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
        if (gt_stage_goes_back(&t->stages[s]) &&
            u->runner->stage[s].plan.sender < 0)
            backward(u, s);
    }
    for (int s = t->n_stages - 1; s >= 0; s--)
        if (t->stages[s].update == u->number &&
            u->runner->stage[s].plan.sender >= 0)
            backward(u, s);
}

/* --- A step. */

static gt_status run_update(update *u, bool *stop)
{
    gt_learner *const *learner = u->task->learner;
    const gt_real *scalars = NULL;
    bool first = u->number == 0;
    u->n_networks = gt_update_networks(u->table, u->number, u->networks);
    for (int i = 0; i < u->n_networks; i++)
        gt_learner_begin(learner[u->networks[i]], u->batch,
                         first && u->networks[i] == last_network(u));
    for (int i = 0; i < gt_passes_ranges(&u->runner->plan, u->batch); i++) {
        u->range = gt_passes_range(&u->runner->plan, u->batch, i);
        run_stages(u);
    }
    if (first && u->batch->shards[0].samples.n == 0)
        gt_learner_abstain(learner[last_network(u)], u->task->stop);
    for (int i = 0; i < u->n_networks; i++) {
        gt_status status =
            gt_learner_update(learner[u->networks[i]], u->step, &scalars);
        if (status != GT_OK)
            return status;
    }
    for (int f = 0; f < u->table->n_figures; f++)
        if (u->table->figures[f].update == u->number)
            u->runner->values[f] = scalars[GT_SCALAR_FIRST + f];
    *stop = *stop || (first && scalars[GT_SCALAR_STOP] > 0);
    return GT_OK;
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
                u.batch = gt_loader_next(loader);
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
    gt_pass pass = gt_learner_eval_pass(task->learner[network], given->n);
    return gt_tape_forward(gt_passes_tape(&task->runner->net[network], 0),
                           &pass, &input);
}

gt_real *gt_runner_noise(const gt_task *task, int stage)
{
    return span_of(task->runner, &task->runner->stage[stage].noise, 0);
}

gt_real *gt_runner_input(const gt_task *task, int stage)
{
    return span_of(task->runner, &task->runner->stage[stage].input, 0);
}
