/* validation.c: the samples are cut into blocks of fixed size, which the ranks
 * take in turn. The sums of each block are sent separately and then added in
 * the order of blocks, so the figures do not depend on which rank computed
 * what. (A block's sums are summed over ranks with zeros, which is exact.) */
#include "train/validation.h"

#include "base/heartbeat.h"
#include "core/arena.h"
#include "data/config.h"

#include <stdlib.h>
#include <string.h>

gt_status gt_validation_new(gt_validation *v, const gt_task *task,
                            const gt_source *source, int64_t most)
{
    *v = (gt_validation){
        .source = source, .count = source->count, .block = task->setup.max_n};
    if (most > 0 && (uint64_t)most < v->count)
        v->count = (uint64_t)most;
    while (task->type->test_keys[v->keys])
        v->keys++;
    v->blocks = (int)((v->count + (uint64_t)v->block - 1) / (uint64_t)v->block);
    v->x = gt_real_alloc((size_t)v->block * gt_shape_size(source->shape));
    v->sums = calloc((size_t)v->blocks * (size_t)v->keys, sizeof *v->sums);
    if (!v->x || !v->sums) {
        gt_validation_free(v);
        return gt_fail(GT_ERR_MEMORY, "cannot allocate samples for validation");
    }
    return GT_OK;
}

void gt_validation_free(gt_validation *v)
{
    free(v->x);
    free(v->sums);
    *v = (gt_validation){0};
}

void gt_validation_run(gt_validation *v, gt_task *task, gt_metrics *metrics)
{
    gt_comm *comm = task->setup.comm;
    const char *before = gt_phase_enter("validating");
    gt_range range = (gt_range)gt_data_config_of(task->setup.config)->range;
    size_t size = gt_shape_size(v->source->shape);
    memset(v->sums, 0, (size_t)v->blocks * (size_t)v->keys * sizeof *v->sums);
    for (int b = comm->rank; b < v->blocks; b += comm->size) {
        uint64_t first = (uint64_t)b * (uint64_t)v->block;
        uint64_t left = v->count - first;
        int n = left < (uint64_t)v->block ? (int)left : v->block;
        for (int i = 0; i < n; i++)
            gt_source_read(v->source, first + (uint64_t)i, range,
                           v->x + (size_t)i * size);
        task->type->evaluate(task, first, v->x, n,
                             v->sums + (size_t)b * (size_t)v->keys);
    }
    gt_phase_leave(before);
    gt_comm_sum(comm, v->sums, v->blocks * v->keys);
    for (int k = 0; k < v->keys; k++) {
        double sum = 0;
        for (int b = 0; b < v->blocks; b++)
            sum += v->sums[b * v->keys + k];
        gt_metrics_set(metrics, task->type->test_keys[k],
                       sum / (double)v->count);
    }
}
