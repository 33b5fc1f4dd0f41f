/* stage.h: a training step as a table of stages.
 *
 * A stage is a pass of one network: it says where its input comes from, which
 * loss there is and which gradients are wanted. Stages belong to updates, and a
 * step makes its updates in turn. The runner (runner.h) does the rest for every
 * task: shards, tapes, vectors, overlap and statistics of the whole batch.
 *
 * The stages of an update run in the order of the table, forward and straight
 * back again. One whose output a later stage sends a gradient to waits for
 * that, and goes back after it.
 */
#ifndef GT_TASKS_STAGE_H
#define GT_TASKS_STAGE_H

#include "base/section.h"
#include "data/samples.h"

#include <stdint.h>

enum { GT_MAX_STAGES = 8, GT_MAX_UPDATES = 4, GT_MAX_FIGURES = 7 };

/* What a stage reads, if no other stage. */
enum { GT_FROM_DATA = -1, GT_FROM_NOISE = -2 };

/* A stage at the samples of one shard. */
typedef struct gt_stage_shard {
    const struct gt_task *task;
    uint64_t step;             /* steps before this one */
    const gt_samples *samples; /* of the batch */
    gt_real scale;             /* 1 / samples of the whole batch */
    const gt_real *noise;      /* [n x latent] of this stage, or of the one that
                                  sends its gradient here; NULL: none */
    const gt_real *from;       /* what the stage that it reads has made */
    const gt_real *y;          /* [n x out], what its network has made */
    const gt_real *dinput;     /* [n x input] the gradient towards the `make` of
                                  the stage that sends it here */
    gt_real *dy;               /* loss: the gradient towards y goes here, times
                                  `scale` */
    double *figure;            /* loss: adds to the figures of the table */
} gt_stage_shard;

typedef struct gt_stage {
    int update;      /* that it belongs to */
    int network;     /* that it runs */
    uint32_t stream; /* tells its random numbers from those of other stages: see
                        gt_pass */
    int from;        /* the stage before it whose output it reads, GT_FROM_DATA
                        or GT_FROM_NOISE */
    bool again;     /* it is the pass of stage `from`, which an update before it
                       made. That is kept, unless it is computed again to save
                       memory */
    uint32_t noise; /* stream that each sample draws from the prior; 0: none */
    /* Make the network's first input [n x input] of `from` and noise. NULL:
     * what it is from is its input. */
    void (*make)(const gt_stage_shard *at, gt_real *input);
    /* Set the gradient towards y. NULL: a later stage sends one, or none is
     * wanted. */
    void (*loss)(const gt_stage_shard *at);
    bool weights,
        input; /* which gradients are wanted: of the network's weights,
                  for the update; of its first input, for `from` */
} gt_stage;

typedef struct gt_update {
    int64_t (*times)(const gt_config *config); /* NULL: once */
    bool same_batch; /* as the update before; else each takes the next one */
} gt_update;

/* A figure of a step, over the whole batch: a sum over its samples, divided by
 * their number. */
typedef struct gt_figure {
    const char *key;
    int update;
    bool mean; /* stages give the mean over the samples of a shard */
} gt_figure;

typedef struct gt_step_table {
    int n_stages, n_updates, n_figures;
    const gt_stage *stages;
    const gt_update *updates;
    const gt_figure *figures; /* of an update that comes several times: of the
                                 last */
} gt_step_table;

/* What is wrong with a table for `networks` networks, in words; NULL: nothing.
 * Pure. */
const char *gt_step_fault(const gt_step_table *table, int networks);

/* What follows of a stage from the rest of the table. */
typedef struct gt_stage_plan {
    int sender;   /* the later stage that sends a gradient here; -1: none */
    int keeper;   /* the later stage that is this one's pass again; -1: none */
    int share;    /* stages of its update that add to the same gradients */
    bool opens;   /* it is the first of them, */
    bool closes;  /* or the last one to go back */
    bool reports; /* it closes its update: all losses are known then */
} gt_stage_plan;

gt_stage_plan gt_stage_plan_of(const gt_step_table *table, int stage);

static inline bool gt_stage_goes_back(const gt_stage *stage)
{
    return stage->weights || stage->input;
}

/* Which networks an update changes, in the order in which their gradients are
 * complete. Returns their number. Pure. */
int gt_update_networks(const gt_step_table *table, int update, int *networks);

/* How often a step makes an update. Pure. */
int64_t gt_update_times(const gt_step_table *table, const gt_config *config,
                        int update);

/* Batches that a step takes, and updates of a network in it. Pure. */
int64_t gt_step_batches(const gt_step_table *table, const gt_config *config);
int64_t gt_step_updates(const gt_step_table *table, const gt_config *config,
                        int network);

/* How often a step runs a network. */
typedef struct gt_step_passes {
    double forward;
    double weights; /* backward, for the gradients of its parameters */
    double inputs;  /* backward, all the way to its input */
    double partial; /* backward, down to its first layer with parameters only */
} gt_step_passes;

/* Passes of one step through a network, for whoever counts its arithmetic; a
 * backward pass may be one for weights and for inputs. Pure. */
gt_step_passes gt_step_passes_of(const gt_step_table *table,
                                 const gt_config *config, int network);

#endif
