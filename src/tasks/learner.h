/* learner.h: one network with all that its training needs.
 *
 * A learner's vector is what a shard hands to the reducer: gradients, batch
 * statistics and a few scalars (losses and the like) in one span, so that one
 * reduction a step carries all of them:
 *   [n_params | n_state | GT_SCALARS]
 *
 * The optimizer is sharded where the reducer's parts have owners (reducer.h;
 * ZeRO stage 1, Rajbhandari et al. 2020): a rank keeps the moments of its own
 * parts, makes new parameters of the gradients there, and these travel on in
 * their place. Elsewhere every rank updates everything.
 */
#ifndef GT_TASKS_LEARNER_H
#define GT_TASKS_LEARNER_H

#include "comm/reducer.h"
#include "nn/network.h"
#include "nn/optimizer.h"
#include "tasks/task_type.h"

/* Sums over the batch; a task numbers its own from GT_SCALAR_FIRST. */
enum { GT_SCALAR_STOP, GT_SCALAR_FIRST, GT_SCALARS = 8 };

typedef struct gt_learner {
    gt_network *net;
    gt_comm *comm;                   /* borrowed */
    gt_reducer *reducer;             /* NULL: not training */
    const gt_optimizer_config *rule; /* borrowed */
    gt_optimizer optimizer;          /* of the parameters this rank owns */
    bool sharded;
    double *squares; /* of each block of gradients; NULL: no clipping */
    double clip;     /* of this update */
} gt_learner;

/* Build network `number` of a task. Local. */
gt_status gt_learner_new(gt_learner **out, const gt_task_setup *setup,
                         const char *name, uint32_t number, gt_shape in,
                         const gt_variant_list *layers,
                         const gt_optimizer_config *optimizer);
void gt_learner_free(gt_learner *learner);

/* Before the first update: have ranks share what they can, and allocate the
 * optimizer's part of this rank. Collective; may fail on some ranks only. */
gt_status gt_learner_prepare(gt_learner *learner);

/* Begin an update, to which the shards of `batch` that have samples are added;
 * or of a rank without samples that will abstain, or say nothing. Local. */
void gt_learner_begin(gt_learner *learner, const gt_batch *batch, bool abstain);

/* Reals in a learner's vector, and the layout of one: zero its statistics and
 * scalars and point pass->grad (to be overwritten by the first backward),
 * ->batch_state and ->accumulate at it. Returns the scalars. Local. */
size_t gt_learner_vector_size(const gt_learner *learner);
gt_real *gt_learner_lay_out(const gt_learner *learner, gt_real *vector,
                            gt_pass *pass);

/* Open and lay out the vector of the next shard. Local. */
gt_real *gt_learner_open(gt_learner *learner, gt_pass *pass);

/* Before the backward call that writes the opened vector's gradients for good,
 * when statistics and scalars are complete: lets `pass` send them off to other
 * ranks as they come. Local. */
void gt_learner_overlap(gt_learner *learner, gt_pass *pass);

/* Take in the opened vector. Local. */
void gt_learner_add(gt_learner *learner);

/* In place of the shards of a rank that has no samples in this batch: adds
 * nothing but the wish to stop. Local. */
void gt_learner_abstain(gt_learner *learner, bool stop);

/* Sum over all shards and ranks, check, and update parameters and state. The
 * batch's scalars come back in `scalars`. GT_ERR_NUMERIC on every rank if a
 * gradient is NaN or beyond 1e18, or a scalar NaN or infinite: the message
 * names step, network and layer, and the weights must not be used. Collective;
 * talks to nobody beyond the reducer, but for one sum with clip_norm > 0. */
gt_status gt_learner_update(gt_learner *learner, uint64_t step,
                            const gt_real **scalars);

/* The pass of `shard` of batch `batch` through this learner's network, with
 * gradients switched off. `stream` tells the passes of a step apart. */
gt_pass gt_learner_pass(const gt_learner *learner, const gt_task *task,
                        const gt_batch *batch, const gt_shard *shard,
                        uint32_t stream);

/* An evaluation pass of n samples. */
gt_pass gt_learner_eval_pass(const gt_learner *learner, int n);

#endif
