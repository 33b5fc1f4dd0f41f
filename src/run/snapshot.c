/* snapshot.c: rank 0's weights are the job's weights, and of the moments every
 * rank sends what it has. A training step pays for this copy; it is checked and
 * written by the writer's thread. */
#include "run/snapshot.h"

#include "base/heartbeat.h"
#include "base/log.h"
#include "core/arena.h"
#include "run/checkpoint_list.h"
#include "run/config.h"
#include "tasks/average.h"
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

static gt_status write_file(const gt_snapshot *s, const char *path)
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
    return gt_checkpoint_write(path, &info, s->copy, s->count);
}

static gt_status write_step(const gt_snapshot *s)
{
    char path[GT_PATH];
    gt_checkpoint_path(s->run, s->step, path);
    return write_file(s, path);
}

/* Only once the run can go on from its step: then best.h5 is never of a step
 * that a crash has undone. */
static gt_status write_best(const gt_snapshot *s)
{
    char path[GT_PATH];
    gt_checkpoint_best_path(s->run, path);
    return write_file(s, path);
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
        status = write_step(s);
    if (status != GT_OK)
        return gt_write_errors_record(s->errors, status, GT_WRITE_CHECKPOINT,
                                      s->step);
    if (s->saved)
        s->saved(s->saved_context, s->step);
    if (s->best)
        status = gt_write_errors_record(s->errors, write_best(s), GT_WRITE_BEST,
                                        s->step);
    if (status != GT_OK)
        return status;
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
    size_t bytes = (size_t)s->count * sizeof *s->copy;
    size_t total = gt_spans_size(s->live, s->count);
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
    gt_spans_place(s->copy, s->count, s->numbers);
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

/* The fingerprint is of the networks; what is sharded comes from all ranks. */
static void copy_live(gt_snapshot *s)
{
    gt_hash_reset(s->hash);
    for (int i = 0; i < s->count; i++) {
        const gt_span *copy = &s->copy[i];
        if (!s->live[i].data)
            continue;
        if (copy->data != s->live[i].data)
            memcpy(copy->data, s->live[i].data,
                   copy->count * sizeof *copy->data);
        if (!gt_span_is_ema(copy->path))
            gt_hash_add_reals(s->hash, copy->data, copy->count);
    }
    gt_hash_text(gt_hash_value(s->hash), s->fingerprint);
}

void gt_snapshot_use_live(gt_snapshot *s)
{
    for (int i = 0; i < s->count; i++)
        if (s->live[i].data)
            s->copy[i].data = s->live[i].data;
    gt_task_use_live_vectors(s->task, s->copy, s->count);
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

/* All but what is sharded, which is there. */
static void copy_rest(gt_snapshot *s, uint64_t step, double epoch)
{
    copy_live(s);
    s->step = step;
    s->epoch = epoch;
    gt_task_updates(s->task, s->updates);
}

void gt_snapshot_take(gt_snapshot *s, gt_writer *writer, uint64_t step,
                      double epoch)
{
    gt_task_gather_vectors(s->task, s->copy, s->count);
    if (!writer || !s->wanted)
        return;
    copy_rest(s, step, epoch);
    gt_info("checkpoint of step %llu%s, fingerprint %s",
            (unsigned long long)step, s->best ? ", the best so far" : "",
            s->fingerprint);
    gt_writer_submit(writer, &s->write);
}

gt_status gt_snapshot_write(gt_snapshot *s, uint64_t step, double epoch)
{
    gt_comm *comm = s->task->setup.comm;
    gt_status status = GT_OK;
    gt_task_gather_vectors(s->task, s->copy, s->count);
    gt_comm_work_begin(comm);
    if (comm->rank == 0) {
        copy_rest(s, step, epoch);
        status = check_finite(s->copy, s->count, step);
    }
    if (comm->rank == 0 && status == GT_OK)
        status = write_step(s);
    return gt_comm_work_end(comm, status);
}

/* --- Reading. */

/* What all ranks have, from rank 0. */
static void broadcast(gt_comm *comm, const gt_span *spans, int count)
{
    for (int i = 0; i < count; i++)
        if (!spans[i].vector)
            gt_comm_broadcast(comm, spans[i].data,
                              spans[i].count * sizeof *spans[i].data);
}

/* Rank 0 has no memory for whole vectors. */
static gt_status read_replicated(gt_task *task, const gt_checkpoint *from,
                                 gt_checkpoint_part part, const gt_span *spans,
                                 int count)
{
    gt_comm *comm = task->setup.comm;
    gt_status status = GT_OK;
    gt_comm_work_begin(comm);
    if (comm->rank == 0)
        status = gt_checkpoint_read(from, spans, count, part);
    status = gt_comm_work_end(comm, status);
    if (status == GT_OK)
        broadcast(comm, spans, count);
    return status;
}

static gt_status allocate_largest_vector(const gt_task *task, gt_real **vector)
{
    size_t most = 0;
    for (int i = 1; i <= gt_task_vectors(task); i++)
        if (gt_task_vector_size(task, i) > most)
            most = gt_task_vector_size(task, i);
    *vector = gt_real_alloc(most);
    if (!*vector)
        return gt_fail(GT_ERR_MEMORY,
                       "cannot allocate %.1f MB for the optimizer's state",
                       (double)most * sizeof(gt_real) / 1e6);
    return GT_OK;
}

/* The spans of one vector. */
static gt_status read_vector(const gt_checkpoint *from, int number,
                             const gt_span *spans, int count, gt_real *vector)
{
    gt_status status = GT_OK;
    for (int i = 0; i < count && status == GT_OK; i++) {
        gt_span span = spans[i];
        span.data = vector + span.offset;
        if (span.vector == number)
            status = gt_checkpoint_read_span(from, &span);
    }
    return status;
}

static bool has_spans(int number, const gt_span *spans, int count)
{
    for (int i = 0; i < count; i++)
        if (spans[i].vector == number)
            return true;
    return false;
}

/* One after the other, as whole ones take memory on rank 0. */
static gt_status read_vectors(gt_task *task, const gt_checkpoint *from,
                              const gt_span *spans, int count)
{
    gt_comm *comm = task->setup.comm;
    gt_real *vector = NULL;
    gt_status status = GT_OK;
    if (comm->rank == 0)
        status = allocate_largest_vector(task, &vector);
    status = gt_comm_agree(comm, status);
    for (int k = 1; k <= gt_task_vectors(task) && status == GT_OK; k++) {
        if (!has_spans(k, spans, count))
            continue;
        gt_comm_work_begin(comm);
        if (comm->rank == 0)
            status = read_vector(from, k, spans, count, vector);
        status = gt_comm_work_end(comm, status);
        if (status == GT_OK)
            gt_task_scatter_vector(task, k, vector);
    }
    free(vector);
    return status;
}

/* --- Averages. */

/* Which networks have an average in the file. */
static void find_averages(const gt_task *task, const gt_checkpoint *from,
                          bool there[GT_TASK_MAX_NETWORKS])
{
    memset(there, 0, GT_TASK_MAX_NETWORKS * sizeof *there);
    for (int i = 0; task->setup.comm->rank == 0 && i < task->n_learners; i++)
        there[i] = gt_checkpoint_has_ema(from, task->learner[i]->net->name);
    gt_comm_broadcast(task->setup.comm, there,
                      GT_TASK_MAX_NETWORKS * sizeof *there);
}

/* Leave out the average of a network, which the file does not have. Returns how
 * many spans are left. */
static int leave_out(const char *network, gt_span *spans, int count)
{
    char group[64];
    size_t n =
        (size_t)snprintf(group, sizeof group, GT_SPAN_EMA "/%s/", network);
    int left = 0;
    for (int i = 0; i < count; i++)
        if (strncmp(spans[i].path, group, n) != 0)
            spans[left++] = spans[i];
    return left;
}

/* An average that is kept here and not in the file begins with the parameters
 * there. One that is in the file alone ends. */
static int match_averages(const gt_task *task, const gt_checkpoint *from,
                          const bool *there, gt_span *spans, int count)
{
    for (int i = 0; i < task->n_learners; i++) {
        const gt_learner *l = task->learner[i];
        const char *name = l->net->name;
        if (l->average_state && !there[i]) {
            count = leave_out(name, spans, count);
            gt_info("%s has no running average of the %s's parameters: it "
                    "begins with the parameters of now",
                    from->path, name);
        } else if (!l->average_state && there[i]) {
            gt_warn("%s holds a running average of the %s's parameters, which "
                    "is given up, as optimizer.ema is 0 for it now",
                    from->path, name);
        }
    }
    return count;
}

static gt_status read_all(gt_task *task, const gt_checkpoint *from,
                          gt_span *spans, int count)
{
    bool there[GT_TASK_MAX_NETWORKS];
    find_averages(task, from, there);
    count = match_averages(task, from, there, spans, count);
    gt_status status =
        read_replicated(task, from, GT_CHECKPOINT_ALL, spans, count);
    if (status == GT_OK)
        status = read_vectors(task, from, spans, count);
    if (status != GT_OK)
        return status;
    for (int i = 0; i < task->n_learners; i++)
        if (!there[i])
            gt_learner_start_average(task->learner[i]);
    gt_task_set_step(task, from->info.step, from->info.updates);
    return GT_OK;
}

gt_status gt_snapshot_read(gt_task *task, const gt_checkpoint *from,
                           gt_checkpoint_part part)
{
    gt_span *spans = NULL;
    int count = 0;
    bool all = part == GT_CHECKPOINT_ALL;
    const char *before = gt_phase_enter("reading a checkpoint");
    gt_status status = gt_comm_agree(task->setup.comm,
                                     gt_task_spans(task, all, &spans, &count));
    if (status == GT_OK)
        status = all ? read_all(task, from, spans, count)
                     : read_replicated(task, from, part, spans, count);
    if (status == GT_OK && !all)
        gt_task_start_averages(task);
    for (int i = 0; status == GT_OK && i < task->n_learners; i++)
        gt_network_parametrize(task->learner[i]->net);
    gt_phase_leave(before);
    free(spans);
    return status;
}
