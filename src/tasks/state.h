/* state.h: everything of a task that a checkpoint holds, as named spans of
 * numbers. */
#ifndef GT_TASKS_STATE_H
#define GT_TASKS_STATE_H

#include "store/h5types.h"
#include "tasks/task.h"

/* A named part of the state. */
typedef struct gt_span {
    char path[160]; /* "/generator/03_conv2d/weight" */
    int rank;
    size_t dim[GT_H5_MAX_RANK];
    size_t count;
    gt_real *data; /* borrowed */
    int vector;    /* number, from 1, of the sharded vector that it is in: each
                      rank has only its slices of it. 0: all ranks have the
                      span */
    size_t offset; /* in that vector */
} gt_span;

/* The state as named spans of this rank's memory: parameters and statistics,
 * and if `optimizer` moments and averages. The data of spans in a sharded
 * vector, moments and the averages of parameters, is NULL. Spans of one vector
 * stand together. The array is malloc'ed; the caller frees it. GT_ERR_MEMORY.
 * Local. */
gt_status gt_task_spans(const gt_task *task, bool optimizer, gt_span **spans,
                        int *count);

/* Reals that gt_spans_place needs for these spans. */
size_t gt_spans_size(const gt_span *spans, int count);

/* Have the spans' data lie in `memory`, those of a sharded vector so that they
 * make up the vector. */
void gt_spans_place(gt_span *spans, int count, gt_real *memory);

/* How many sharded vectors a task has, and the reals of number `number`. */
int gt_task_vectors(const gt_task *task);
size_t gt_task_vector_size(const gt_task *task, int number);

/* Gather whole vectors into the spans of rank 0, which are those of
 * gt_task_spans after gt_spans_place or gt_task_use_live_vectors; other ranks
 * give no spans. Collective. */
void gt_task_gather_vectors(const gt_task *task, const gt_span *spans,
                            int count);

/* Scatter one whole vector to the parts of all ranks. `whole` is NULL on all
 * ranks but rank 0. Collective. */
void gt_task_scatter_vector(gt_task *task, int number, const gt_real *whole);

/* If this rank holds whole vectors, set the data of their spans to them: there
 * is nothing to gather then. Local. */
void gt_task_use_live_vectors(const gt_task *task, gt_span *spans, int count);

/* What a span of this name belongs to: the optimizer, or the average of
 * parameters and statistics; else a network. A tensor of an average has the
 * path of the network's tensor behind GT_SPAN_EMA. */
#define GT_SPAN_EMA "/ema"
bool gt_span_is_optimizer(const char *name);
bool gt_span_is_ema(const char *name);

#endif
