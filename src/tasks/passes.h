/* passes.h: the passes of one network over shards of a rank.
 *
 * Usually one shard goes through all stages before the next one begins: then a
 * network needs memory for one shard. Where layers take several shards in a
 * pass (gt_task_setup.unit), these are one pass with one vector, the sum over
 * them: small shards are multiplied as one matrix, and their gradients are
 * written once. With norm.sync, layers have statistics of
 * the whole batch; then the shards of all ranks go through each stage together,
 * and each has tapes and a vector of its own. The runner need not tell the two
 * apart: it runs each stage over a range of shards.
 */
#ifndef GT_TASKS_PASSES_H
#define GT_TASKS_PASSES_H

#include "comm/tree_allreduce.h"
#include "core/product.h"
#include "nn/lockstep.h"
#include "tasks/learner.h"

typedef struct gt_passes_plan {
    int width;        /* most passes of a range: 1, or all of this rank */
    int unit;         /* shards of a pass */
    gt_workspace *ws; /* [width]; networks take turns in them */
    gt_tree_allreduce *allreduce; /* NULL: each shard is a batch of its own */
    gt_stat_sync stat_sync;       /* by that all-reduce */
} gt_passes_plan;

/* Make the plan for the networks of a task, which must all be there. GT_ERR_*
 * leaves a plan that must be freed. Local. */
gt_status gt_passes_plan_new(gt_passes_plan *plan, const gt_task *task);
void gt_passes_plan_free(gt_passes_plan *plan);

/* Shards first .. first + n - 1 of this rank, all with samples, and the passes
 * that they go in. */
typedef struct gt_shard_range {
    int first, n, passes;
} gt_shard_range;

/* The ranges of a batch. With an all-reduce there is always one, if need be
 * with n = 0: a rank without samples must run its stages, because the other
 * ranks wait for it. */
int gt_passes_ranges(const gt_passes_plan *plan, const gt_batch *batch);
gt_shard_range gt_passes_range(const gt_passes_plan *plan,
                               const gt_batch *batch, int number);

/* One network, with what the shards of a range need in it. */
typedef struct gt_passes {
    const gt_passes_plan *plan; /* borrowed */
    gt_learner *learner;        /* borrowed */
    int n_tapes;
    gt_tape *tape;        /* shard i of this rank has tape i % n_tapes */
    gt_shard_pass *shard; /* [width]: the passes of the range */
    int cut[GT_PRODUCT_SHARDS + 1]; /* of a pass of several shards */
    gt_real **opened;               /* [width]: their vectors in this update */
    gt_arena vectors; /* [width] vectors; only with an all-reduce */
} gt_passes;

/* Allocate n_tapes tapes, a multiple of the plan's width. GT_ERR_MEMORY leaves
 * a network that must be freed. Local. */
gt_status gt_passes_new(gt_passes *net, const gt_passes_plan *plan,
                        gt_learner *learner, int n_tapes);
void gt_passes_free(gt_passes *net);

/* The tape of shard `i` of this rank. */
gt_tape *gt_passes_tape(const gt_passes *net, int i);

/* Begin pass k of the range, without gradients. The caller sets x
 * and what else the pass needs. Local. */
gt_shard_pass *gt_passes_enter(gt_passes *net, const gt_task *task,
                               const gt_batch *batch, gt_shard_range range,
                               int k, uint32_t stream);

/* Have pass k write gradients and statistics to its vector. Returns the scalars
 * in it, which are zero. Local. */
gt_real *gt_passes_open(gt_passes *net, int k);
/* Have a later pass of the same shards add to the same vector. Local. */
void gt_passes_join(gt_passes *net, int k);
/* The scalars of pass k after gt_passes_open. */
gt_real *gt_passes_scalars(const gt_passes *net, int k);

/* gt_lockstep_forward and _backward for the passes of a range. Collective with
 * an all-reduce, else local. */
void gt_passes_forward(gt_passes *net, gt_shard_range range);
void gt_passes_backward(gt_passes *net, gt_shard_range range, gt_wanted wanted);

/* The last gt_passes_backward of a vector, when its statistics and scalars are
 * complete. A shard that goes alone sends gradients to other ranks as they are
 * computed. */
void gt_passes_backward_last(gt_passes *net, gt_shard_range range,
                             gt_wanted wanted);

/* Hand the vectors of the range to the reducer. Local. */
void gt_passes_add(gt_passes *net, gt_shard_range range);

#endif
