/* learner.h: one network with all that its training needs.
 *
 * The vector of a shard, or of several in a pass, is what goes to the reducer:
 * gradients, batch statistics and a few scalars (losses and the like) in one
 * span, so that one reduction per update carries all of them: [n_params |
 * n_state | GT_SCALARS]
 *
 * If each slice of the reducer's vector belongs to one rank (reducer.h), the
 * optimizer is sharded (ZeRO stage 1, Rajbhandari et al. 2020): a rank keeps
 * the moments of its own slices and replaces the gradients there by new
 * parameters, which then go to all ranks. Otherwise every rank updates all
 * parameters. The running average of parameters, if there is one, lies beside
 * the moments (average.h).
 */
#ifndef GT_TASKS_LEARNER_H
#define GT_TASKS_LEARNER_H

#include "comm/reducer.h"
#include "nn/network.h"
#include "nn/optimizer.h"
#include "tasks/task_type.h"

/* The scalars, which are sums over the batch. GT_SCALAR_STOP counts shards of
 * ranks that were asked to stop; a task numbers its own from GT_SCALAR_FIRST.
 */
enum { GT_SCALAR_STOP = 0, GT_SCALAR_FIRST = 1, GT_SCALARS = 8 };

typedef struct gt_learner {
    gt_network *net;
    gt_comm *comm;                   /* borrowed */
    gt_reducer *reducer;             /* NULL: not training */
    const gt_optimizer_config *rule; /* borrowed */
    gt_optimizer optimizer; /* of this rank's slices, or of all parameters */
    gt_real *average_state; /* of the running statistics; NULL: no average */
    size_t pulled; /* from here on gradients of the opened vector are those
                      towards what is stored (parametrization.h) */
    int unit;      /* shards of a vector */
    bool sharded;
    double *squares; /* of each block of gradients; NULL: no clipping */
    double clip;     /* factor for the gradients of this update */
} gt_learner;

/* Build network `number` of a task. Local. */
gt_status gt_learner_new(gt_learner **out, const gt_task_setup *setup,
                         const char *name, uint32_t number,
                         const gt_network_input *inputs, int n_inputs,
                         const gt_variant_list *layers,
                         const gt_optimizer_config *optimizer);
void gt_learner_free(gt_learner *learner);

/* Before the first update: share memory where possible, divide the vector among
 * the ranks, and allocate this rank's part of the optimizer. Collective; may
 * fail on some ranks only. */
gt_status gt_learner_prepare(gt_learner *learner);

/* Begin an update, to which the shards of `batch` with samples are added, a
 * vector for each unit of them. A
 * rank that has no samples adds nothing, or calls gt_learner_abstain if
 * `abstain`. Local. */
void gt_learner_begin(gt_learner *learner, const gt_batch *batch, bool abstain);

/* Reals of a vector. */
size_t gt_learner_vector_size(const gt_learner *learner);

/* Have `pass` write its gradients and statistics to `vector`. Statistics and
 * scalars are set to zero; the first backward overwrites the gradients. Returns
 * the scalars. Local. */
gt_real *gt_learner_lay_out(const gt_learner *learner, gt_real *vector,
                            gt_pass *pass);

/* The same for the reducer's own vector, which holds the next shard. Local. */
gt_real *gt_learner_open(gt_learner *learner, gt_pass *pass);

/* Have the last backward pass of the opened vector send gradients to other
 * ranks as they are computed. Statistics and scalars must be complete. Local.
 */
void gt_learner_overlap(gt_learner *learner, gt_pass *pass);

/* Add the opened vector. Local. */
void gt_learner_add(gt_learner *learner);

/* For a rank that has no samples in this batch: add nothing but whether it was
 * asked to stop. Local. */
void gt_learner_abstain(gt_learner *learner, bool stop);

/* Sum over all shards and ranks, check, and update parameters and state.
 * `scalars` becomes the scalars of the batch, valid until the next begin.
 * GT_ERR_NUMERIC on every rank if a gradient is NaN or beyond 1e18, or a scalar
 * NaN or infinite: the message names step, network and layer, and the weights
 * must not be used. Collective; with clip_norm > 0 there is one more sum over
 * ranks. */
gt_status gt_learner_update(gt_learner *learner, uint64_t step,
                            const gt_real **scalars);

/* A training pass of shards first[0] .. first[shards - 1] of `batch`, without
 * gradients. `stream` tells the passes of a step apart (gt_pass). */
gt_pass gt_learner_pass(const gt_learner *learner, const gt_task *task,
                        const gt_batch *batch, const gt_shard *first,
                        int shards, uint32_t stream);

/* A pass of n samples in evaluation mode. */
gt_pass gt_learner_eval_pass(const gt_learner *learner, int n);

#endif
