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

static void add_set(gt_validation *v, const gt_source *source, uint64_t most,
                    const char *const *keys)
{
    gt_validation_set *set = &v->set[v->sets++];
    *set = (gt_validation_set){.source = source,
                               .keys = keys,
                               .count =
                                   source->count < most ? source->count : most};
    set->blocks =
        (int)((set->count + (uint64_t)v->block - 1) / (uint64_t)v->block);
}

gt_status gt_validation_new(gt_validation *v, const gt_task *task,
                            const gt_source *source, const gt_source *training,
                            int64_t most)
{
    *v = (gt_validation){.block = task->setup.max_n};
    while (task->type->test_keys[v->keys])
        v->keys++;
    add_set(v, source, most > 0 ? (uint64_t)most : UINT64_MAX,
            task->type->test_keys);
    if (gt_task_trains_apart(task))
        add_set(v, training, v->set[0].count, task->type->train_keys);
    size_t blocks = 0;
    for (int i = 0; i < v->sets; i++)
        blocks += (size_t)v->set[i].blocks;
    v->x = gt_real_alloc((size_t)v->block * gt_shape_size(source->shape));
    v->sums = calloc(blocks * (size_t)v->keys, sizeof *v->sums);
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

/* This rank's blocks of one set. */
static void evaluate(const gt_validation *v, const gt_validation_set *set,
                     gt_task *task, double *sums)
{
    const gt_comm *comm = task->setup.comm;
    gt_range range = (gt_range)gt_data_config_of(task->setup.config)->range;
    size_t size = gt_shape_size(set->source->shape);
    for (int b = comm->rank; b < set->blocks; b += comm->size) {
        uint64_t first = (uint64_t)b * (uint64_t)v->block;
        uint64_t left = set->count - first;
        int n = left < (uint64_t)v->block ? (int)left : v->block;
        for (int i = 0; i < n; i++)
            gt_source_read(set->source, first + (uint64_t)i, range,
                           v->x + (size_t)i * size);
        gt_samples samples = {.n = n, .x = v->x};
        task->type->evaluate(task, first, &samples,
                             sums + (size_t)b * (size_t)v->keys);
    }
}

void gt_validation_run(gt_validation *v, gt_task *task, gt_metrics *metrics)
{
    const char *before = gt_phase_enter("validating");
    int blocks = 0;
    for (int i = 0; i < v->sets; i++)
        blocks += v->set[i].blocks;
    memset(v->sums, 0, (size_t)blocks * (size_t)v->keys * sizeof *v->sums);
    double *sums = v->sums;
    for (int i = 0; i < v->sets; i++) {
        evaluate(v, &v->set[i], task, sums);
        sums += (size_t)v->set[i].blocks * (size_t)v->keys;
    }
    gt_phase_leave(before);
    gt_comm_sum(task->setup.comm, v->sums, blocks * v->keys);
    sums = v->sums;
    for (int i = 0; i < v->sets; i++) {
        const gt_validation_set *set = &v->set[i];
        for (int k = 0; k < v->keys; k++) {
            double sum = 0;
            for (int b = 0; b < set->blocks; b++)
                sum += sums[b * v->keys + k];
            gt_metrics_set(metrics, set->keys[k], sum / (double)set->count);
        }
        sums += (size_t)set->blocks * (size_t)v->keys;
    }
}
