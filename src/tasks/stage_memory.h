/* stage_memory.h: what stages read and write beside the tapes of networks, for
 * the shards of a rank. Local. */
#ifndef GT_TASKS_STAGE_MEMORY_H
#define GT_TASKS_STAGE_MEMORY_H

#include "core/arena.h"
#include "tasks/task_type.h"

/* A span for each shard, or for each unit of shards that go together; n = 0:
 * there is none. */
typedef struct gt_shard_spans {
    size_t offset, each;
    int n; /* shard i of this rank, or unit i, has number i % n */
} gt_shard_spans;

/* Of one stage. */
typedef struct gt_stage_spans {
    gt_shard_spans noise, input, dinput; /* [max_n x ...] */
    gt_shard_spans state; /* [n_state]: batch statistics that are kept from one
                             update to the next */
} gt_stage_spans;

typedef struct gt_stage_memory {
    gt_arena arena;
    gt_stage_spans stage[GT_MAX_STAGES];
    size_t label_size, condition_size; /* values of these inputs; 0: none */
    gt_shard_spans labels;             /* [max_n x label_size], one-hot */
    gt_shard_spans unconditioned;      /* zeros [max_n x condition_size] */
} gt_stage_memory;

/* Plan it. tapes[i] is the number of tapes of network i; what a network makes
 * in stage s is kept for a later update if keeps[s]. GT_ERR_MEMORY leaves what
 * must be freed. */
gt_status gt_stage_memory_new(gt_stage_memory *memory, const gt_task *task,
                              const int *tapes, const bool *keeps);
void gt_stage_memory_free(gt_stage_memory *memory);

/* The span of shard or unit i of this rank; NULL: there are none. */
gt_real *gt_stage_memory_at(const gt_stage_memory *memory,
                            const gt_shard_spans *spans, int i);

/* Take the labels of samples, of shard or unit i of a batch; a sample without
 * one has zeros. */
void gt_stage_memory_set_labels(gt_stage_memory *memory, int i,
                                const gt_samples *samples);

/* Set the inputs of a network behind the first one, x[1] and up: the labels
 * taken for shard or unit i, and the conditions of its samples or, without,
 * zeros. */
void gt_stage_memory_inputs(const gt_stage_memory *memory, int i,
                            const gt_samples *samples, const gt_real *x[]);

#endif
