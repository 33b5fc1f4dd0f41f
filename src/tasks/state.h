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
} gt_span;

/* The state as named spans of this rank's memory: parameters and statistics,
 * and if `optimizer` the moments. The data of moments is NULL, because each
 * rank has only a part of them. The array is malloc'ed; the caller frees it.
 * GT_ERR_MEMORY. Local. */
gt_status gt_task_spans(const gt_task *task, bool optimizer, gt_span **spans,
                        int *count);

/* Gather whole moments into the spans of rank 0, which are those of
 * gt_task_spans with memory of the caller as the data of moments; other ranks
 * give no spans. Collective. */
void gt_task_gather_moments(const gt_task *task, const gt_span *spans,
                            int count);

/* Scatter one whole moment, `number` of the moments in the order of their
 * spans, to the parts of all ranks. `whole` is NULL on all ranks but rank 0.
 * Collective. */
void gt_task_scatter_moment(gt_task *task, int number, const gt_real *whole);

/* If this rank holds whole moments, set the data of their spans to them: there
 * is nothing to gather then. Local. */
void gt_task_use_live_moments(const gt_task *task, gt_span *spans, int count);

/* Whether a span of this name is the optimizer's, not a network's. */
bool gt_span_is_optimizer(const char *name);

#endif
