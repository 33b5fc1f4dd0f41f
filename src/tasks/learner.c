/* learner.c: from the vectors of the shards to new weights. Where the optimizer
 * is sharded, the reducer calls it for each of this rank's slices as soon as
 * their sum is there, so updates run while gradients are still computed. */
#include "tasks/learner.h"

#include "base/trace.h"
#include "comm/config.h"
#include "core/simd.h"
#include "nn/init.h"
#include "nn/layer_list.h"
#include "tasks/config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t vector_size(const gt_network *net)
{
    return net->n_params + net->n_state + GT_SCALARS;
}

/* The reductions of all networks of a task may run at the same time. */
_Static_assert(GT_CHANNELS - GT_TASK_MAX_NETWORKS >= 0,
               "each network's reducer has a channel of its own");

static gt_status new_reducer(gt_learner *l, const gt_task_setup *setup,
                             uint32_t number)
{
    const gt_communication_config *config =
        gt_communication_config_of(setup->config);
    gt_reducer_config reducer = {
        .reduction = (gt_reduction)config->reduction,
        .compression = (gt_compression)config->compression,
        .exact = l->net->n_state + GT_SCALARS,
        .bucket = (size_t)(config->bucket_mb * (1 << 20) / sizeof(gt_real)),
        .grain = GT_OPTIMIZER_BLOCK,
        .channel = (int)number};
    if (config->bucket_mb > 0 && reducer.bucket == 0)
        reducer.bucket = 1;
    return gt_reducer_new(&l->reducer, setup->comm, vector_size(l->net),
                          setup->n_shards / setup->unit, &reducer);
}

gt_status gt_learner_new(gt_learner **out, const gt_task_setup *setup,
                         const char *name, uint32_t number,
                         const gt_network_input *inputs, int n_inputs,
                         const gt_variant_list *layers,
                         const gt_optimizer_config *optimizer)
{
    gt_learner *l = calloc(1, sizeof *l);
    if (!l)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate the %s", name);
    gt_precision precision =
        (gt_precision)gt_train_config_of(setup->config)->precision;
    gt_status status = setup->training ? gt_precision_check(precision) : GT_OK;
    if (status == GT_OK)
        status = gt_network_from_list(&l->net, name, inputs, n_inputs, layers,
                                      precision, setup->max_n * setup->unit);
    if (status != GT_OK)
        goto out;
    gt_network_init(l->net, (gt_init)gt_start_config_of(setup->config)->init,
                    (uint64_t)gt_train_config_of(setup->config)->seed, number);
    l->comm = setup->comm;
    l->unit = setup->unit;
    l->rule = optimizer;
    if (status == GT_OK && setup->training)
        status = new_reducer(l, setup, number);
out:
    if (status != GT_OK)
        gt_learner_free(l);
    else
        *out = l;
    return status;
}

void gt_learner_free(gt_learner *l)
{
    if (!l)
        return;
    gt_reducer_free(l->reducer);
    gt_optimizer_free(&l->optimizer);
    free(l->squares);
    free(l->average_state);
    gt_network_free(l->net);
    free(l);
}

/* --- The optimizer. */

/* The parameters in a slice; its statistics and scalars stay sums. */
static size_t params_in(const gt_learner *l, gt_slice slice)
{
    size_t n = l->net->n_params;
    return slice.from >= n ? 0 : (slice.to < n ? slice.to : n) - slice.from;
}

static void measure(void *learner, const gt_real *gradients, gt_slice slice)
{
    gt_learner *l = learner;
    size_t n = params_in(l, slice);
    if (n > 0)
        gt_optimizer_measure(gradients, n,
                             l->squares + slice.from / GT_OPTIMIZER_BLOCK);
}

/* One rank has the sum of a block and the others have 0, so adding is exact. */
static void decide(void *learner)
{
    gt_learner *l = learner;
    size_t blocks = gt_optimizer_blocks(l->net->n_params);
    if (l->sharded)
        gt_comm_sum(l->comm, l->squares, (int)blocks);
    l->clip = gt_optimizer_clip(l->rule, l->squares, blocks);
}

static void apply(void *learner, gt_real *values, gt_slice slice)
{
    gt_learner *l = learner;
    size_t n = params_in(l, slice);
    if (n == 0)
        return;
    int64_t begin = gt_trace_begin();
    gt_optimizer_apply(&l->optimizer, l->clip, slice.at,
                       l->net->params + slice.from, values, values, n);
    gt_trace_end(begin, l->net->name, "optimizer");
}

gt_status gt_learner_prepare(gt_learner *l)
{
    size_t n = l->net->n_params;
    gt_slice_hooks hooks = {.context = l, .apply = apply};
    gt_reducer_use_shared_memory(l->reducer);
    l->clip = 1;
    if (l->rule->clip_norm > 0) {
        hooks.measure = measure;
        hooks.decide = decide;
        l->squares = calloc(gt_optimizer_blocks(n) + 1, sizeof *l->squares);
        if (!l->squares)
            return gt_fail(GT_ERR_MEMORY, "cannot allocate an optimizer");
    }
    if (l->rule->ema > 0) {
        l->average_state = gt_real_alloc(l->net->n_state);
        if (!l->average_state)
            return gt_fail(GT_ERR_MEMORY, "cannot allocate an average");
    }
    l->sharded = gt_reducer_set_slice_hooks(l->reducer, &hooks);
    return gt_optimizer_new(&l->optimizer, l->rule,
                            gt_reducer_slice_count(l->reducer, n));
}

/* Take the new parameters that the ranks made; false if one is NaN. */
GT_SIMD static bool take_params(gt_real *restrict params,
                                const gt_real *restrict made, size_t n)
{
    unsigned bad = 0;
    for (size_t i = 0; i < n; i++) {
        params[i] = made[i];
        bad |= made[i] != made[i];
    }
    return !bad;
}

/* All parameters, on this rank. */
static bool update_all(gt_learner *l, const gt_real *gradients)
{
    size_t n = l->net->n_params;
    if (l->squares) {
        gt_optimizer_measure(gradients, n, l->squares);
        decide(l);
    }
    return gt_optimizer_apply(&l->optimizer, l->clip, 0, l->net->params,
                              gradients, l->net->params, n);
}

/* --- An update. */

void gt_learner_begin(gt_learner *l, const gt_batch *batch, bool abstain)
{
    int present = (gt_batch_present(batch) + l->unit - 1) / l->unit;
    if (l->squares)
        memset(l->squares, 0,
               gt_optimizer_blocks(l->net->n_params) * sizeof *l->squares);
    gt_reducer_begin(l->reducer, present == 0 && abstain ? 1 : present);
}

size_t gt_learner_vector_size(const gt_learner *l)
{
    return vector_size(l->net);
}

gt_real *gt_learner_lay_out(const gt_learner *l, gt_real *vector, gt_pass *pass)
{
    pass->grad = vector;
    pass->accumulate = false;
    pass->batch_state = vector + l->net->n_params;
    memset(pass->batch_state, 0,
           (l->net->n_state + GT_SCALARS) * sizeof *vector);
    return pass->batch_state + l->net->n_state;
}

gt_real *gt_learner_open(gt_learner *l, gt_pass *pass)
{
    l->pulled = l->net->n_params;
    return gt_learner_lay_out(l, gt_reducer_vector(l->reducer), pass);
}

/* Gradients of the opened vector from `from` on are complete. */
static void pull_back(gt_learner *l, size_t from)
{
    gt_network_pull_back(l->net, gt_reducer_vector(l->reducer), from,
                         l->pulled);
    l->pulled = from;
}

static void send_ready(void *learner, size_t from)
{
    gt_learner *l = learner;
    pull_back(l, from);
    gt_reducer_ready(l->reducer, from);
}

void gt_learner_overlap(gt_learner *l, gt_pass *pass)
{
    pass->grads_ready = send_ready;
    pass->grads_ready_context = l;
}

void gt_learner_add(gt_learner *l)
{
    pull_back(l, 0);
    gt_reducer_add(l->reducer);
}

/* Adding -0 to any x gives x, to the bit. */
void gt_learner_abstain(gt_learner *l, bool stop)
{
    gt_pass pass = {0};
    gt_real *scalars = gt_learner_open(l, &pass);
    for (size_t i = 0; i < vector_size(l->net); i++)
        pass.grad[i] = -(gt_real)0;
    scalars[GT_SCALAR_STOP] = stop;
    gt_reducer_add(l->reducer);
}

/* Name what is not finite. Steps are counted from 1, as in progress lines. A
 * bad gradient has made its parameter NaN on every rank, so every rank finds
 * the same without communication. */
static gt_status fail_numeric(const gt_learner *l, uint64_t step)
{
    char label[GT_LAYER_LABEL + 32], what[sizeof label + 80];
    if (gt_network_find_nonfinite(l->net, l->net->params, label))
        snprintf(what, sizeof what,
                 "the gradient of %s/%s is NaN or beyond 1e18", l->net->name,
                 label);
    else
        snprintf(what, sizeof what, "the loss of the %s is NaN or infinite",
                 l->net->name);
    return gt_fail(
        GT_ERR_NUMERIC,
        "step %llu: %s; lower optimizer.lr or set "
        "optimizer.clip_norm, and resume from the last checkpoint, or "
        "start again if there is none",
        (unsigned long long)step + 1, what);
}

static bool all_finite(const gt_real *values, int n)
{
    for (int i = 0; i < n; i++)
        if (!isfinite(values[i]))
            return false;
    return true;
}

gt_status gt_learner_update(gt_learner *l, uint64_t step,
                            const gt_real **scalars)
{
    int64_t begin = gt_trace_begin();
    const gt_real *vector = gt_reducer_finish(l->reducer);
    gt_trace_end(begin, l->net->name, "wait for reduction");
    begin = gt_trace_begin();
    size_t n = l->net->n_params;
    bool fine = l->sharded ? take_params(l->net->params, vector, n)
                           : update_all(l, vector);
    *scalars = vector + n + l->net->n_state;
    if (!fine || !all_finite(*scalars, GT_SCALARS))
        return fail_numeric(l, step);
    gt_network_parametrize(l->net);
    gt_network_update_stats(l->net, vector + n);
    if (l->average_state)
        gt_ema(l->average_state, l->net->state,
               gt_ema_decay(l->rule, l->optimizer.updates), l->net->n_state);
    l->optimizer.updates++;
    gt_trace_end(begin, l->net->name, "optimizer");
    return GT_OK;
}

gt_pass gt_learner_pass(const gt_learner *l, const gt_task *task,
                        const gt_batch *batch, const gt_shard *first,
                        int shards, uint32_t stream)
{
    int n = 0;
    for (int s = 0; s < shards; s++)
        n += first[s].samples.n;
    return (gt_pass){
        .n = n,
        .training = true,
        .seed = (uint64_t)gt_train_config_of(task->setup.config)->seed,
        .step = (uint32_t)batch->number,
        .first_sample = first->first_sample,
        .stream = stream,
        .param = l->net->weights,
        .kept = l->net->kept,
        .state = l->net->state,
        .weight = (gt_real)n / (gt_real)batch->n,
    };
}

gt_pass gt_learner_eval_pass(const gt_learner *l, int n)
{
    return (gt_pass){.n = n,
                     .param = l->net->weights,
                     .kept = l->net->kept,
                     .state = l->net->state};
}
