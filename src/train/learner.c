/* learner.c: the way of a gradient, from a shard's vector to new weights. */
#include "train/learner.h"

#include "gentrain/trace.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t vector_size(const gt_network *net)
{
    return net->n_params + net->n_state + GT_SCALARS;
}

static gt_status new_reducer(gt_learner *l, const gt_task_setup *setup,
                             uint32_t number)
{
    const gt_config *config = setup->config;
    gt_reducer_config reducer = {
        .reduction = (gt_reduction)config->communication.reduction,
        .compression = (gt_compression)config->communication.compression,
        .exact = l->net->n_state + GT_SCALARS,
        .bucket = (size_t)(config->communication.bucket_mb * (1 << 20) /
                           sizeof(gt_real)),
        .lane = (int)number};
    if (config->communication.bucket_mb > 0 && reducer.bucket == 0)
        reducer.bucket = 1;
    return gt_reducer_new(&l->reducer, setup->comm, vector_size(l->net),
                          setup->n_shards, &reducer);
}

gt_status gt_learner_new(gt_learner **out, const gt_task_setup *setup,
                         const char *name, uint32_t number, gt_shape in,
                         const gt_layer_list *layers,
                         const gt_optimizer_config *optimizer)
{
    gt_learner *l = calloc(1, sizeof *l);
    if (!l)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate the %s", name);
    gt_status status = gt_network_new(&l->net, name, in, layers->layers,
                                      layers->count, setup->max_n);
    if (status != GT_OK)
        goto out;
    gt_network_init(l->net, (gt_init)setup->config->model.init,
                    (uint64_t)setup->config->train.seed, number);
    status = gt_workspace_plan(&l->ws, l->net);
    if (status != GT_OK || !setup->training)
        goto out;
    status = gt_optimizer_new(&l->optimizer, optimizer, l->net->n_params);
    if (status == GT_OK)
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
    gt_workspace_free(&l->ws);
    gt_network_free(l->net);
    free(l);
}

void gt_learner_begin(gt_learner *l, const gt_batch *batch, bool abstain)
{
    int present = gt_batch_present(batch);
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
    return gt_learner_lay_out(l, gt_reducer_vector(l->reducer), pass);
}

static void send_off(void *learner, size_t from)
{
    gt_learner *l = learner;
    gt_reducer_ready(l->reducer, from);
}

void gt_learner_overlap(gt_learner *l, gt_pass *pass)
{
    pass->final = send_off;
    pass->final_context = l;
}

void gt_learner_add(gt_learner *l)
{
    gt_reducer_add(l->reducer);
}

/* Added to any x, -0 gives x to the bit. */
void gt_learner_abstain(gt_learner *l, bool stop)
{
    gt_pass pass = {0};
    gt_real *scalars = gt_learner_open(l, &pass);
    for (size_t i = 0; i < vector_size(l->net); i++)
        pass.grad[i] = -(gt_real)0;
    scalars[GT_SCALAR_STOP] = stop;
    gt_reducer_add(l->reducer);
}

/* Say what broke, counting steps from 1 as progress lines do. The reduced
 * vector is the same on every rank, so every rank comes to the same verdict
 * without talking. */
static gt_status blame(const gt_learner *l, uint64_t step,
                       const gt_real *gradient)
{
    char label[GT_LAYER_LABEL + 32], what[sizeof label + 80];
    if (gt_network_find_bad(l->net, gradient, label))
        snprintf(what, sizeof what, "the gradient of %s/%s is NaN or infinite",
                 l->net->name, label);
    else
        snprintf(what, sizeof what,
                 "the loss or a gradient of the %s is NaN or beyond 1e18",
                 l->net->name);
    return gt_fail(GT_ERR_NUMERIC,
                   "step %llu: %s; lower optimizer.lr or set "
                   "optimizer.clip_norm, and resume from the last checkpoint",
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
    *scalars = vector + l->net->n_params + l->net->n_state;
    if (!all_finite(*scalars, GT_SCALARS))
        return blame(l, step, vector);
    begin = gt_trace_begin();
    double squares = gt_optimizer_update(&l->optimizer, l->net->params, vector);
    if (!isfinite(squares))
        return blame(l, step, vector);
    gt_network_follow(l->net, vector + l->net->n_params);
    gt_trace_end(begin, l->net->name, "optimizer");
    return GT_OK;
}

gt_pass gt_learner_pass(const gt_learner *l, const gt_task *task,
                        const gt_batch *batch, const gt_shard *shard,
                        uint32_t stream)
{
    return (gt_pass){
        .n = shard->n,
        .training = true,
        .seed = (uint64_t)task->setup.config->train.seed,
        .step = (uint32_t)batch->number,
        .first_sample = shard->first_sample,
        .stream = stream,
        .param = l->net->params,
        .state = l->net->state,
        .share = (gt_real)shard->n / (gt_real)batch->n,
    };
}

gt_pass gt_learner_eval_pass(const gt_learner *l, int n)
{
    return (gt_pass){.n = n, .param = l->net->params, .state = l->net->state};
}
