/* validation.c: blocks of fixed size are dealt to the ranks, and each block's
 * sums travel apart, to be added in the order of blocks: adding zeros is exact,
 * so the figures do not depend on who computed what. */
#include "train/validation.h"

#include "base/heartbeat.h"
#include "core/arena.h"
#include "data/config.h"

#include <stdlib.h>
#include <string.h>

gt_status gt_validation_new(gt_validation *h, const gt_task *task,
                            const gt_source *source, int64_t most)
{
    *h = (gt_validation){
        .source = source, .count = source->count, .block = task->setup.max_n};
    if (most > 0 && (uint64_t)most < h->count)
        h->count = (uint64_t)most;
    while (task->type->test_keys[h->keys])
        h->keys++;
    h->blocks = (int)((h->count + (uint64_t)h->block - 1) / (uint64_t)h->block);
    h->x = gt_real_alloc((size_t)h->block * gt_shape_size(source->shape));
    h->sums = calloc((size_t)h->blocks * (size_t)h->keys, sizeof *h->sums);
    if (!h->x || !h->sums) {
        gt_validation_free(h);
        return gt_fail(GT_ERR_MEMORY, "cannot allocate held-out samples");
    }
    return GT_OK;
}

void gt_validation_free(gt_validation *h)
{
    free(h->x);
    free(h->sums);
    *h = (gt_validation){0};
}

void gt_validation_run(gt_validation *h, gt_task *task, gt_metrics *metrics)
{
    gt_comm *comm = task->setup.comm;
    const char *before = gt_phase_enter("computing held-out figures");
    gt_range range = (gt_range)gt_data_config_of(task->setup.config)->range;
    size_t size = gt_shape_size(h->source->shape);
    memset(h->sums, 0, (size_t)h->blocks * (size_t)h->keys * sizeof *h->sums);
    for (int b = comm->rank; b < h->blocks; b += comm->size) {
        uint64_t first = (uint64_t)b * (uint64_t)h->block;
        uint64_t left = h->count - first;
        int n = left < (uint64_t)h->block ? (int)left : h->block;
        for (int i = 0; i < n; i++)
            gt_source_read(h->source, first + (uint64_t)i, range,
                           h->x + (size_t)i * size);
        task->type->evaluate(task, first, h->x, n, h->sums + b * h->keys);
    }
    gt_phase_leave(before);
    gt_comm_sum(comm, h->sums, h->blocks * h->keys);
    for (int k = 0; k < h->keys; k++) {
        double sum = 0;
        for (int b = 0; b < h->blocks; b++)
            sum += h->sums[b * h->keys + k];
        gt_metrics_set(metrics, task->type->test_keys[k],
                       sum / (double)h->count);
    }
}
