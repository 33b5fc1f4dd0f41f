/* track.h: how the shards of a rank take turns.
 *
 * Usually one shard is computed to its end before the next begins: a network
 * needs memory for one. Where layers look at the whole batch (norm.sync) all
 * shards of all ranks go side by side, from one meeting to the next, and each
 * has tapes and a vector of its own. A task does not tell these two apart: it
 * runs each of its stages over the group of shards that go together.
 */
#ifndef GT_TRAIN_TRACK_H
#define GT_TRAIN_TRACK_H

#include "gentrain/lockstep.h"
#include "gentrain/meeting.h"
#include "train/learner.h"

typedef struct gt_pace {
    int width;           /* shards that go together: 1, or all of this rank */
    gt_workspace *ws;    /* [width]; networks take turns in them */
    gt_meeting *meeting; /* NULL: no layer looks beyond its shard */
    gt_exchange exchange;
} gt_pace;

/* Set the pace for the networks of a task, once all are built. Local. */
gt_status gt_pace_set(gt_pace *pace, const gt_task *task);
void gt_pace_free(gt_pace *pace);

/* Shards first .. first + n - 1 of this rank, all with samples. */
typedef struct gt_group {
    int first, n;
} gt_group;

/* The groups of a batch. Where shards meet there is always one, if need be with
 * n = 0: a rank without samples must run its stages, too. */
int gt_pace_groups(const gt_pace *pace, const gt_batch *batch);
gt_group gt_pace_group(const gt_pace *pace, const gt_batch *batch, int number);

/* One network, with what the shards that are under way need in it. */
typedef struct gt_track {
    const gt_pace *pace; /* borrowed */
    gt_learner *learner; /* borrowed */
    int n_tapes;
    gt_tape *tape;    /* shard i has tape i % n_tapes */
    gt_walk *walk;    /* [width]: of the group's shards */
    gt_arena vectors; /* [width] for shards that go side by side */
} gt_track;

/* Allocate n_tapes tapes, a multiple of the pace's width. Local. */
gt_status gt_track_lay(gt_track *track, const gt_pace *pace,
                       gt_learner *learner, int n_tapes);
void gt_track_free(gt_track *track);

/* The tape that shard `i` of this rank is on. */
gt_tape *gt_track_tape(const gt_track *track, int i);

/* Put shard k of the group on its tape, for a pass without gradients; x and
 * what else the pass needs are the caller's to set. Local. */
gt_walk *gt_track_enter(gt_track *track, const gt_task *task,
                        const gt_batch *batch, gt_group group, int k,
                        uint32_t stream);

/* Lay out the vector for walk k and let its pass write there. Returns the
 * scalars. Local. */
gt_real *gt_track_open(gt_track *track, int k);
/* The scalars of an opened walk. */
gt_real *gt_track_scalars(const gt_track *track, int k);

/* gt_walks_forward and _backward for the walks of a group. Collective where
 * shards meet, else local. */
void gt_track_forward(gt_track *track, gt_group group);
void gt_track_backward(gt_track *track, gt_group group, bool want_dx);

/* The backward call that writes the gradients for good, when statistics and
 * scalars are complete: a shard that goes alone sends them to other ranks as
 * they come. */
void gt_track_backward_last(gt_track *track, gt_group group, bool want_dx);

/* Give the group's vectors to the reducer. Local. */
void gt_track_add(gt_track *track, gt_group group);

#endif
