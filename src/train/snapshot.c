/* snapshot.c: replicas are equal, so rank 0's state is the job's state. */
#include "train/snapshot.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* A checkpoint with NaN in it would replace a good one. */
static gt_status check_finite(const gt_span *spans, int count, uint64_t step)
{
    for (int i = 0; i < count; i++)
        for (size_t j = 0; j < spans[i].count; j++)
            if (!isfinite(spans[i].data[j]))
                return gt_fail(GT_ERR_NUMERIC,
                               "step %llu: %s holds NaN or infinity; lower "
                               "optimizer.lr or set optimizer.clip_norm, and "
                               "resume from the last checkpoint",
                               (unsigned long long)step, spans[i].path + 1);
    return GT_OK;
}

static gt_status write_file(const gt_task *task, const char *run, uint64_t step,
                            double epoch, const gt_span *spans, int count)
{
    const gt_config *config = task->setup.config;
    gt_checkpoint_info info = {.step = step,
                               .epoch = epoch,
                               .seed = (uint64_t)config->train.seed,
                               .config = config->text};
    snprintf(info.task, sizeof info.task, "%s", task->type->name);
    char path[GT_PATH];
    gt_checkpoint_path(run, step, path);
    gt_status status = gt_checkpoint_write(path, &info, spans, count);
    if (status == GT_OK)
        status = gt_checkpoint_prune(run, (int)config->output.keep);
    return status;
}

gt_status gt_snapshot_write(const gt_task *task, const char *run, uint64_t step,
                            double epoch)
{
    gt_status status = GT_OK;
    if (task->setup.comm->rank == 0) {
        gt_span *spans = NULL;
        int count;
        status = gt_task_spans(task, true, &spans, &count);
        if (status == GT_OK)
            status = check_finite(spans, count, step);
        if (status == GT_OK)
            status = write_file(task, run, step, epoch, spans, count);
        free(spans);
    }
    return gt_comm_agree(task->setup.comm, status);
}

static gt_status read_file(const char *path, bool optimizer,
                           const gt_span *spans, int count, uint64_t *step)
{
    gt_checkpoint_info info = {0};
    gt_status status = gt_checkpoint_read_info(path, &info);
    if (status == GT_OK)
        status = gt_checkpoint_read(path, spans, count, optimizer);
    *step = info.step;
    gt_checkpoint_info_free(&info);
    return status;
}

gt_status gt_snapshot_read(gt_task *task, const char *path, bool optimizer,
                           uint64_t *step)
{
    gt_comm *comm = task->setup.comm;
    gt_span *spans = NULL;
    int count = 0;
    gt_status status = gt_task_spans(task, optimizer, &spans, &count);
    if (status == GT_OK && comm->rank == 0)
        status = read_file(path, optimizer, spans, count, step);
    status = gt_comm_agree(comm, status);
    if (status == GT_OK) {
        gt_comm_broadcast(comm, step, sizeof *step);
        for (int i = 0; i < count; i++)
            gt_comm_broadcast(comm, spans[i].data,
                              spans[i].count * sizeof *spans[i].data);
        gt_task_set_step(task, *step);
    }
    free(spans);
    return status;
}
