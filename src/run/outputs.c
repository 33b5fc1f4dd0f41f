/* outputs.c: where the ranks hear how rank 0's writer fares. That takes an
 * agreement, and no step pays for one that writes nothing. It comes before they
 * send what they have of a checkpoint, which nothing can keep from ending. */
#include "run/outputs.h"

#include "base/heartbeat.h"
#include "base/log.h"
#include "base/trace.h"
#include "store/h5file.h"
#include "store/h5rehearse.h"
#include "tasks/average.h"

gt_status gt_outputs_new(gt_outputs *o, gt_task *task, gt_run *run,
                         const gt_source *source)
{
    *o = (gt_outputs){.comm = task->setup.comm,
                      .task = task,
                      .run = run,
                      .metrics_log = {.fd = -1}};
    gt_write_errors_init(&o->write_errors, &run->fence);
    gt_status status = gt_snapshot_new(&o->snapshot, task, run->path,
                                       &o->metrics_log, &o->write_errors);
    if (o->comm->rank != 0)
        return status;
    if (status == GT_OK)
        o->snapshot.parent = gt_run_parent(run);
    if (status == GT_OK && task->type->generate)
        status = gt_sample_grid_new(&o->sample_grid, task, run->path, source,
                                    &o->write_errors);
    if (status == GT_OK)
        status = gt_h5_start();
    return status == GT_OK ? gt_writer_open(&o->writer) : status;
}

static gt_status rehearse(void *context)
{
    (void)context;
    return gt_h5_rehearse();
}

gt_status gt_outputs_rehearse(gt_outputs *o)
{
    gt_write_job job = {.name = "try a file in memory", .run = rehearse};
    if (!o->writer)
        return GT_OK;
    gt_writer_submit(o->writer, &job);
    return gt_writer_drain(o->writer);
}

void gt_outputs_free(gt_outputs *o)
{
    gt_writer_close(o->writer);
    gt_snapshot_free(&o->snapshot);
    gt_sample_grid_free(&o->sample_grid);
    gt_metrics_log_close(&o->metrics_log);
    gt_write_errors_free(&o->write_errors);
    *o = (gt_outputs){0};
}

/* Rank 0's part; of a branch, before and after its first checkpoint. */
static gt_status take_run(gt_outputs *o, const char *config, uint64_t step)
{
    gt_status status = gt_run_take(o->run, config);
    if (status != GT_OK || o->run->branch)
        return status;
    return gt_metrics_log_open(&o->metrics_log, o->run->path,
                               gt_run_begin(&o->run->resumed.info), step);
}

static gt_status begin_branch(gt_outputs *o, const char *config, uint64_t step)
{
    gt_status status = gt_run_write_config(o->run, config);
    return status == GT_OK
               ? gt_metrics_log_open(&o->metrics_log, o->run->path, step, step)
               : status;
}

gt_status gt_outputs_open(gt_outputs *o, const char *config, uint64_t step,
                          double epoch)
{
    gt_status status = GT_OK;
    gt_comm_work_begin(o->comm);
    if (o->comm->rank == 0)
        status = take_run(o, config, step);
    status = gt_comm_work_end(o->comm, status);
    if (status != GT_OK || !o->run->branch)
        return status;
    o->snapshot.samples = o->samples;
    o->snapshot.batches = o->batches;
    status = gt_snapshot_write(&o->snapshot, step, epoch);
    if (status != GT_OK)
        return status;
    gt_comm_work_begin(o->comm);
    if (o->comm->rank == 0)
        status = begin_branch(o, config, step);
    return gt_comm_work_end(o->comm, status);
}

void gt_outputs_set_data(gt_outputs *o, const gt_source *source)
{
    o->snapshot.data =
        gt_checkpoint_data_of(source, gt_data_config_of(o->task->setup.config));
    o->sample_grid.data = &o->snapshot.data;
}

void gt_outputs_set_place(gt_outputs *o, uint64_t samples, uint64_t batches)
{
    o->samples = samples;
    o->batches = batches;
}

void gt_outputs_set_best(gt_outputs *o)
{
    o->best = true;
}

void gt_outputs_line(gt_outputs *o, uint64_t step, double epoch,
                     const gt_metrics *metrics)
{
    if (!o->writer)
        return;
    gt_status status = gt_fence_check(&o->run->fence);
    if (status == GT_OK)
        status = gt_write_errors_record(
            &o->write_errors,
            gt_metrics_log_add(&o->metrics_log, step, epoch, metrics),
            GT_WRITE_METRICS, step);
    gt_failure_keep(&o->fatal, status);
}

void gt_outputs_trace(gt_outputs *o, uint64_t step, gt_status status)
{
    if (o->writer)
        gt_failure_keep(&o->fatal,
                        gt_write_errors_record(&o->write_errors, status,
                                               GT_WRITE_TRACE, step));
}

/* The writer's: a run that was stopped can go on from here. */
static void mark(void *outputs, uint64_t step)
{
    gt_outputs *o = outputs;
    gt_status status = gt_write_errors_record(
        &o->write_errors, gt_run_mark_interrupted(o->run, step), GT_WRITE_MARK,
        step);
    gt_failure_keep(&o->mark_failure, status);
    gt_info("interrupted after step %llu of %llu; go on with\n"
            "  gentrain train --resume %s",
            (unsigned long long)step, (unsigned long long)o->asked_for,
            o->run->path);
}

void gt_outputs_last(gt_outputs *o, uint64_t asked_for)
{
    o->last = true;
    o->asked_for = asked_for;
}

/* The writer is done with the checkpoint before, so what it reads may change:
 * the mark is that of the last one alone. */
static void prepare_last_checkpoint(gt_outputs *o)
{
    gt_snapshot_use_live(&o->snapshot);
    o->snapshot.saved = o->asked_for > 0 ? mark : NULL;
    o->snapshot.saved_context = o;
}

static gt_status write_picture(gt_outputs *o, uint64_t step)
{
    int64_t begin = gt_trace_begin();
    gt_status status = gt_sample_grid_write(&o->sample_grid, o->writer, step);
    gt_trace_end(begin, NULL, "pictures");
    return status;
}

/* The writer reads the last checkpoint from where the state is, which is about
 * to change places with the averages. */
static gt_status await_checkpoint(gt_outputs *o)
{
    gt_status status = GT_OK;
    if (!gt_task_has_averages(o->task))
        return GT_OK;
    gt_comm_work_begin(o->comm);
    if (o->writer)
        status = gt_writer_drain(o->writer);
    return gt_comm_work_end(o->comm, status);
}

/* The last checkpoint does not wait for pictures: somebody may be about to kill
 * the job. */
static gt_status write_last_picture(gt_outputs *o, uint64_t step)
{
    gt_status status = await_checkpoint(o);
    if (status != GT_OK)
        return status;
    gt_task_begin_evaluation(o->task);
    gt_comm_work_begin(o->comm);
    if (o->writer)
        status = write_picture(o, step);
    status = gt_comm_work_end(o->comm, status);
    gt_task_end_evaluation(o->task);
    return status;
}

gt_status gt_outputs_write(gt_outputs *o, uint64_t step, double epoch,
                           bool picture, bool checkpoint)
{
    gt_status status = gt_failure_tell(&o->fatal);
    int64_t begin = gt_trace_begin();
    const char *before = gt_phase_enter("writing pictures and checkpoints");
    bool draws = picture && !o->last;
    if (draws)
        gt_task_begin_evaluation(o->task);
    gt_comm_work_begin(o->comm);
    if (o->writer && draws && status == GT_OK) {
        status = write_picture(o, step);
        begin = gt_trace_begin();
    }
    if (o->writer && checkpoint && status == GT_OK) {
        status = gt_snapshot_reserve(&o->snapshot, o->writer, step);
        if (o->last)
            prepare_last_checkpoint(o);
        gt_trace_end(begin, NULL, "wait for the writer");
        begin = gt_trace_begin();
    }
    status = gt_comm_work_end(o->comm, status);
    if (draws)
        gt_task_end_evaluation(o->task);
    gt_trace_end(begin, NULL, "agree on outputs");
    begin = gt_trace_begin();
    if (checkpoint && status == GT_OK) {
        o->snapshot.samples = o->samples;
        o->snapshot.batches = o->batches;
        o->snapshot.best = o->best;
        o->best = false;
        gt_snapshot_take(&o->snapshot, o->writer, step, epoch);
        gt_trace_end(begin, NULL, "checkpoint");
    }
    if (picture && o->last && status == GT_OK)
        status = write_last_picture(o, step);
    gt_phase_leave(before);
    return status;
}

bool gt_outputs_failed(gt_outputs *o)
{
    if (!o->writer)
        return false;
    gt_write_errors_print(&o->write_errors);
    return o->fatal.status != GT_OK || gt_writer_failed(o->writer);
}

/* Lines that could not be written get their last chance. */
static gt_status finish_metrics(gt_outputs *o)
{
    gt_status status = gt_metrics_log_flush(&o->metrics_log);
    if (status == GT_OK)
        status = gt_metrics_log_sync(&o->metrics_log);
    if (status == GT_OK && !o->metrics_log.gaps)
        gt_write_errors_clear(&o->write_errors, GT_WRITE_METRICS);
    return gt_write_errors_record(&o->write_errors, status, GT_WRITE_METRICS,
                                  o->snapshot.step);
}

gt_status gt_outputs_finish(gt_outputs *o, gt_status status)
{
    gt_status written = GT_OK, missing = GT_OK;
    const char *before = gt_phase_enter("writing the last files");
    gt_comm_work_begin(o->comm);
    if (o->writer) {
        written = gt_writer_drain(o->writer);
        if (written == GT_OK)
            written = gt_failure_tell(&o->fatal);
        if (written == GT_OK)
            written = finish_metrics(o);
        gt_write_errors_print(&o->write_errors);
        if (written == GT_OK)
            written = gt_failure_tell(&o->mark_failure);
    }
    written = gt_comm_work_end(o->comm, written);
    gt_phase_leave(before);
    if (written != GT_OK || status != GT_OK)
        return written != GT_OK ? written : status;
    if (o->writer)
        missing = gt_write_errors_status(&o->write_errors);
    return gt_comm_agree(o->comm, missing);
}
