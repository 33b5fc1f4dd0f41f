/* stage.h: how the shards of a rank take turns.
 *
 * Usually one shard is computed to its end before the next begins: a network
 * needs memory for one. Where layers look at the whole batch (norm.sync) all
 * shards of all ranks go side by side, from one meeting to the next, and each
 * has tapes and a vector of its own. A task does not tell these two apart: it
 * runs each of its stages over the range of shards that go together.
 */
#ifndef GT_TASKS_STAGE_H
#define GT_TASKS_STAGE_H

#include "comm/tree_allreduce.h"
#include "nn/lockstep.h"
#include "tasks/learner.h"

typedef struct gt_stage_plan {
    int width;        /* shards that go together: 1, or all of this rank */
    gt_workspace *ws; /* [width]; networks take turns in them */
    gt_tree_allreduce *meeting; /* NULL: no layer looks beyond its shard */
    gt_stat_sync stat_sync;
} gt_stage_plan;

/* Set the plan for the networks of a task, once all are built. Local. */
gt_status gt_stage_plan_new(gt_stage_plan *plan, const gt_task *task);
void gt_stage_plan_free(gt_stage_plan *plan);

/* Shards first .. first + n - 1 of this rank, all with samples. */
typedef struct gt_shard_range {
    int first, n;
} gt_shard_range;

/* The ranges of a batch. Where shards meet there is always one, if need be with
 * n = 0: a rank without samples must run its stages, too. */
int gt_stage_ranges(const gt_stage_plan *plan, const gt_batch *batch);
gt_shard_range gt_stage_range(const gt_stage_plan *plan, const gt_batch *batch,
                              int number);

/* One network, with what the shards that are under way need in it. */
typedef struct gt_stage_network {
    const gt_stage_plan *plan; /* borrowed */
    gt_learner *learner;       /* borrowed */
    int n_tapes;
    gt_tape *tape;        /* shard i has tape i % n_tapes */
    gt_shard_pass *shard; /* [width]: of the range's shards */
    gt_arena vectors;     /* [width] for shards that go side by side */
} gt_stage_network;

/* Allocate n_tapes tapes, a multiple of the plan's width. Local. */
gt_status gt_stage_network_new(gt_stage_network *net, const gt_stage_plan *plan,
                               gt_learner *learner, int n_tapes);
void gt_stage_network_free(gt_stage_network *net);

/* The tape that shard `i` of this rank is on. */
gt_tape *gt_stage_network_tape(const gt_stage_network *net, int i);

/* Put shard k of the range on its tape, for a pass without gradients; x and
 * what else the pass needs are the caller's to set. Local. */
gt_shard_pass *gt_stage_enter(gt_stage_network *net, const gt_task *task,
                              const gt_batch *batch, gt_shard_range range,
                              int k, uint32_t stream);

/* Lay out the vector for shard k and let its pass write there. Returns the
 * scalars. Local. */
gt_real *gt_stage_open(gt_stage_network *net, int k);
/* The scalars of an opened shard. */
gt_real *gt_stage_scalars(const gt_stage_network *net, int k);

/* gt_lockstep_forward and _backward for the shards of a range. Collective where
 * shards meet, else local. */
void gt_stage_forward(gt_stage_network *net, gt_shard_range range);
void gt_stage_backward(gt_stage_network *net, gt_shard_range range,
                       bool want_dx);

/* The backward call that writes the gradients for good, when statistics and
 * scalars are complete: a shard that goes alone sends them to other ranks as
 * they come. */
void gt_stage_backward_last(gt_stage_network *net, gt_shard_range range,
                            bool want_dx);

/* Give the range's vectors to the reducer. Local. */
void gt_stage_add(gt_stage_network *net, gt_shard_range range);

#endif
