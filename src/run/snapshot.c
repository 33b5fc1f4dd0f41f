/* snapshot.c: rank 0's weights are the job's weights, and of the moments every
 * rank sends what it has. A training step pays for this copy; it is checked and
 * written by the writer's thread. */
#include "run/snapshot.h"

#include "base/heartbeat.h"
#include "base/log.h"
#include "core/arena.h"
#include "run/checkpoint_list.h"
#include "run/config.h"
#include "tasks/config.h"
#include "tasks/state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A checkpoint with NaN in it would replace a good one. */
static gt_status check_finite(const gt_span *spans, int count, uint64_t step)
{
    for (int i = 0; i < count; i++)
        for (size_t j = 0; j < spans[i].count; j++)
            if (!isfinite(spans[i].data[j]))
                return gt_fail(GT_ERR_NUMERIC,
                               "step %llu: %s holds NaN or infinity; lower "
                               "optimizer.lr or set optimizer.clip_norm, and "
                               "resume from the last checkpoint, or start "
                               "again if there is none",
                               (unsigned long long)step, spans[i].path + 1);
    return GT_OK;
}

static gt_status write_file(const gt_snapshot *s)
{
    const gt_config *config = s->task->setup.config;
    gt_checkpoint_info info = {.step = s->step,
                               .epoch = s->epoch,
                               .counted = true,
                               .samples = s->samples,
                               .batches = s->batches,
                               .data = s->data,
                               .parent = s->parent,
                               .seed =
                                   (uint64_t)gt_train_config_of(config)->seed,
                               .config = config->text};
    snprintf(info.task, sizeof info.task, "%s", s->task->type->name);
    snprintf(info.updates, sizeof info.updates, "%s", s->updates);
    snprintf(info.fingerprint, sizeof info.fingerprint, "%s", s->fingerprint);
    memcpy(info.provenance, s->provenance, sizeof info.provenance);
    char path[GT_PATH];
    gt_checkpoint_path(s->run, s->step, path);
    return gt_checkpoint_write(path, &info, s->copy, s->count);
}

/* The lines of metrics are in the system's hands since before the copy was
 * made, and on the disk before a checkpoint is: who resumes finds them. */
static gt_status write_copy(void *context)
{
    gt_snapshot *s = context;
    gt_status status = check_finite(s->copy, s->count, s->step);
    if (status == GT_OK)
        status = gt_metrics_log_sync(s->metrics_log);
    if (status == GT_OK)
        status = write_file(s);
    if (status != GT_OK)
        return gt_write_errors_record(s->errors, status, GT_WRITE_CHECKPOINT,
                                      s->step);
    if (s->saved)
        s->saved(s->saved_context, s->step);
    status = gt_checkpoint_prune(
        s->run, (int)gt_output_config_of(s->task->setup.config)->keep);
    return gt_write_errors_record(s->errors, status, GT_WRITE_REMOVAL, s->step);
}

/* The last checkpoint is written from the state itself. Where it is the only
 * one, this memory is not touched, and so the system gives none. */
static gt_real *allocate_copy(const gt_task *task, size_t count)
{
    if (gt_output_config_of(task->setup.config)->checkpoint_every > 0)
        return gt_real_alloc(count);
    return malloc(count * sizeof(gt_real));
}

gt_status gt_snapshot_new(gt_snapshot *s, const gt_task *task, const char *run,
                          gt_metrics_log *metrics_log, gt_write_errors *errors)
{
    *s = (gt_snapshot){
        .task = task, .run = run, .metrics_log = metrics_log, .errors = errors};
    if (task->setup.comm->rank != 0)
        return GT_OK;
    gt_provenance_find(task, s->provenance);
    s->write = (gt_write_job){
        .name = "write checkpoint", .run = write_copy, .context = s};
    gt_status status = gt_task_spans(task, true, &s->live, &s->count);
    if (status != GT_OK)
        return status;
    size_t total = 0, bytes = (size_t)s->count * sizeof *s->copy;
    for (int i = 0; i < s->count; i++)
        total += s->live[i].count;
    s->copy = malloc(bytes);
    s->numbers = allocate_copy(task, total);
    s->hash = gt_hash_new();
    if (!s->copy || !s->numbers || !s->hash) {
        gt_snapshot_free(s);
        return gt_fail(GT_ERR_MEMORY,
                       "cannot allocate %.1f MB for a copy of the state",
                       (double)total * sizeof(gt_real) / 1e6);
    }
    memcpy(s->copy, s->live, bytes);
    gt_real *to = s->numbers;
    for (int i = 0; i < s->count; to += s->live[i++].count)
        s->copy[i].data = to;
    return GT_OK;
}

void gt_snapshot_free(gt_snapshot *s)
{
    free(s->live);
    free(s->copy);
    free(s->numbers);
    gt_hash_free(s->hash);
    *s = (gt_snapshot){0};
}

/* The fingerprint is of the networks; their moments come from all ranks. */
static void copy_networks(gt_snapshot *s)
{
    gt_hash_reset(s->hash);
    for (int i = 0; i < s->count; i++) {
        const gt_span *copy = &s->copy[i];
        if (!s->live[i].data)
            continue;
        if (copy->data != s->live[i].data)
            memcpy(copy->data, s->live[i].data,
                   copy->count * sizeof *copy->data);
        gt_hash_add_reals(s->hash, copy->data, copy->count);
    }
    gt_hash_text(gt_hash_value(s->hash), s->fingerprint);
}

void gt_snapshot_use_live(gt_snapshot *s)
{
    for (int i = 0; i < s->count; i++)
        if (s->live[i].data)
            s->copy[i].data = s->live[i].data;
    gt_task_use_live_moments(s->task, s->copy, s->count);
}

gt_status gt_snapshot_reserve(gt_snapshot *s, gt_writer *writer, uint64_t step)
{
    gt_status status = gt_writer_reserve(writer, &s->write);
    if (status != GT_OK)
        return status;
    status = gt_metrics_log_flush(s->metrics_log);
    s->wanted = status == GT_OK;
    return gt_write_errors_record(s->errors, status, GT_WRITE_CHECKPOINT, step);
}

/* All but the moments, which are there. */
static void copy_rest(gt_snapshot *s, uint64_t step, double epoch)
{
    copy_networks(s);
    s->step = step;
    s->epoch = epoch;
    gt_task_updates(s->task, s->updates);
}

void gt_snapshot_take(gt_snapshot *s, gt_writer *writer, uint64_t step,
                      double epoch)
{
    gt_task_gather_moments(s->task, s->copy, s->count);
    if (!writer || !s->wanted)
        return;
    copy_rest(s, step, epoch);
    gt_info("checkpoint of step %llu, fingerprint %s", (unsigned long long)step,
            s->fingerprint);
    gt_writer_submit(writer, &s->write);
}

gt_status gt_snapshot_write(gt_snapshot *s, uint64_t step, double epoch)
{
    gt_comm *comm = s->task->setup.comm;
    gt_status status = GT_OK;
    gt_task_gather_moments(s->task, s->copy, s->count);
    gt_comm_work_begin(comm);
    if (comm->rank == 0) {
        copy_rest(s, step, epoch);
        status = check_finite(s->copy, s->count, step);
    }
    if (comm->rank == 0 && status == GT_OK)
        status = write_file(s);
    return gt_comm_work_end(comm, status);
}

/* --- Reading. */

static void broadcast(gt_comm *comm, const gt_span *spans, int count)
{
    for (int i = 0; i < count; i++)
        if (!gt_span_is_optimizer(spans[i].path))
            gt_comm_broadcast(comm, spans[i].data,
                              spans[i].count * sizeof *spans[i].data);
}

static gt_status read_networks(gt_task *task, const gt_checkpoint *from,
                               bool optimizer, const gt_span *spans, int count)
{
    gt_comm *comm = task->setup.comm;
    gt_status status = GT_OK;
    gt_comm_work_begin(comm);
    if (comm->rank == 0)
        status = gt_checkpoint_read(from, spans, count, optimizer);
    status = gt_comm_work_end(comm, status);
    if (status == GT_OK)
        broadcast(comm, spans, count);
    return status;
}

static gt_status allocate_largest_moment(const gt_span *spans, int count,
                                         gt_real **moment)
{
    size_t most = 0;
    for (int i = 0; i < count; i++)
        if (gt_span_is_optimizer(spans[i].path) && spans[i].count > most)
            most = spans[i].count;
    *moment = gt_real_alloc(most);
    if (!*moment)
        return gt_fail(GT_ERR_MEMORY,
                       "cannot allocate %.1f MB for the optimizer's state",
                       (double)most * sizeof(gt_real) / 1e6);
    return GT_OK;
}

/* One after the other, as whole ones take memory on rank 0. */
static gt_status read_moments(gt_task *task, const gt_checkpoint *from,
                              const gt_span *spans, int count)
{
    gt_comm *comm = task->setup.comm;
    gt_real *moment = NULL;
    gt_status status = GT_OK;
    if (comm->rank == 0)
        status = allocate_largest_moment(spans, count, &moment);
    status = gt_comm_agree(comm, status);
    for (int i = 0, number = 0; i < count && status == GT_OK; i++) {
        if (!gt_span_is_optimizer(spans[i].path))
            continue;
        gt_comm_work_begin(comm);
        if (comm->rank == 0) {
            gt_span whole = spans[i];
            whole.data = moment;
            status = gt_checkpoint_read_span(from, &whole);
        }
        status = gt_comm_work_end(comm, status);
        if (status == GT_OK)
            gt_task_scatter_moment(task, number++, moment);
    }
    free(moment);
    return status;
}

gt_status gt_snapshot_read(gt_task *task, const gt_checkpoint *from,
                           bool optimizer)
{
    gt_span *spans = NULL;
    int count = 0;
    const char *before = gt_phase_enter("reading a checkpoint");
    gt_status status = gt_comm_agree(
        task->setup.comm, gt_task_spans(task, optimizer, &spans, &count));
    if (status == GT_OK)
        status = read_networks(task, from, optimizer, spans, count);
    if (status == GT_OK && optimizer)
        status = read_moments(task, from, spans, count);
    if (status == GT_OK && optimizer)
        gt_task_set_step(task, from->info.step, from->info.updates);
    gt_phase_leave(before);
    free(spans);
    return status;
}
