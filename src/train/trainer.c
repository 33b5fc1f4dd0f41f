/* trainer.c: the loop. It joins data, task, checkpoints and reports, and does
 * not know what kind of model it trains. Everything that may fail on one rank
 * is agreed on before the next collective call, so that all ranks leave
 * together. */
#include "train/trainer.h"

#include "base/clock.h"
#include "base/heartbeat.h"
#include "base/log.h"
#include "base/trace.h"
#include "core/gemm.h"
#include "data/config.h"
#include "run/config.h"
#include "run/outputs.h"
#include "tasks/advice.h"
#include "tasks/config.h"
#include "tasks/shards.h"
#include "train/banner.h"
#include "train/config.h"
#include "train/data_agree.h"
#include "train/interrupt.h"
#include "train/memory_need.h"
#include "train/report.h"
#include "train/resume.h"
#include "train/sizes.h"
#include "train/tracefile.h"
#include "train/validation.h"
#include "train/watchdog.h"

typedef struct trainer {
    gt_comm *comm;           /* borrowed */
    const gt_config *config; /* borrowed; and its sections: */
    const gt_data_config *data;
    const gt_train_config *train;
    const gt_output_config *output;
    const gt_validation_config *validate;
    const gt_train_options *options; /* borrowed */
    gt_source *source, *test_source; /* test_source NULL: none held out */
    int shards;
    gt_task *task;
    gt_loader *loader;
    gt_validation validation;
    gt_outputs outputs;
    gt_report report;
    gt_tracefile trace;
    gt_run *run;          /* borrowed */
    gt_position position; /* in the data, at the start */
    uint64_t batches_per_step;
    uint64_t start, step, last; /* steps done at the start, now, at the end */
} trainer;

/* The number of the first batch of a step. */
static uint64_t batch_of(const trainer *t, uint64_t step)
{
    return t->position.number + (step - t->start) * t->batches_per_step;
}

/* Samples taken before a step; an epoch's last batch may be short. */
static uint64_t samples_until(const trainer *t, uint64_t step)
{
    return gt_position_samples(&t->position, batch_of(t, step));
}

static gt_place place(const trainer *t)
{
    uint64_t samples = samples_until(t, t->step);
    return (gt_place){.step = t->step,
                      .samples = samples,
                      .epoch = (double)samples / (double)t->source->count};
}

/* --- Before the first step. */

static gt_status open_data(trainer *t)
{
    gt_shape image = t->data->image;
    const char *before = gt_phase_enter("opening the data");
    gt_comm_work_begin(t->comm);
    gt_status status =
        gt_source_open(&t->source, t->data->uri, GT_SPLIT_TRAIN, image);
    if (status == GT_OK)
        status =
            gt_source_open(&t->test_source, t->data->uri, GT_SPLIT_TEST, image);
    status = gt_comm_work_end(t->comm, status);
    gt_phase_leave(before);
    if (status == GT_OK)
        status = gt_data_agree(t->comm, t->source, t->test_source);
    return status;
}

static gt_status fits(void *context, const gt_task *task, size_t bytes)
{
    trainer *t = context;
    double beside = gt_bytes_beside(task, t->source, t->shards);
    return gt_memory_check(t->comm, (double)bytes + beside, beside);
}

/* BLAS may have fewer threads than it is asked for. */
static int running_threads(const trainer *t)
{
    int threads = gt_blas_threads();
    return threads > 0 ? threads : t->options->threads;
}

static gt_status build_task(trainer *t)
{
    int batch = (int)t->train->batch;
    gt_status status =
        gt_shards_choose((int)t->train->shards, (int)t->train->accumulate,
                         batch, t->comm->size, &t->shards);
    if (status != GT_OK)
        return status;
    gt_task_setup setup = {.config = t->config,
                           .comm = t->comm,
                           .n_shards = t->shards / t->comm->size,
                           .max_n = gt_largest_pass(t->config, t->source,
                                                    t->test_source, t->shards),
                           .blas_threads = running_threads(t),
                           .training = true,
                           .fits = fits,
                           .context = t};
    return gt_task_new(&t->task, &setup);
}

static uint64_t last_step(const trainer *t)
{
    uint64_t per_step = t->batches_per_step;
    if (t->train->steps > 0)
        return (uint64_t)t->train->steps;
    uint64_t end = gt_position_after(&t->position, (uint64_t)t->train->epochs);
    return t->start + (end - t->position.number + per_step - 1) / per_step;
}

static gt_status resume(trainer *t)
{
    gt_checkpoint *from = &t->run->resumed;
    gt_status status = gt_snapshot_read(t->task, from, true);
    gt_checkpoint_release(from);
    if (status != GT_OK)
        return status;
    gt_provenance_compare(t->task, from->info.provenance);
    gt_resume_check_data(&from->info, t->source);
    return gt_resume_check_end(from, &t->position, t->train,
                               t->batches_per_step);
}

static gt_status prepare_outputs(trainer *t)
{
    gt_status status = GT_OK;
    const char *before = gt_phase_enter("opening the run directory");
    gt_comm_work_begin(t->comm);
    if (t->test_source)
        status = gt_validation_new(&t->validation, t->task, t->test_source,
                                   t->source, t->validate->test_samples);
    if (status == GT_OK)
        status = gt_outputs_new(&t->outputs, t->task, t->run,
                                t->test_source ? t->test_source : t->source);
    gt_loader_config loader = {.source = t->source,
                               .range = (gt_range)t->data->range,
                               .seed = (uint64_t)t->train->seed,
                               .batch = (int)t->train->batch,
                               .shards = t->shards,
                               .first_shard =
                                   t->comm->rank * (t->shards / t->comm->size),
                               .n_shards = t->shards / t->comm->size,
                               .start = t->position.number,
                               .from = t->position.number,
                               .from_samples = t->position.samples};
    if (status == GT_OK)
        status = gt_loader_open(&t->loader, &loader);
    gt_outputs_set_data(&t->outputs, t->source);
    /* The directory comes last: nothing is left behind, nor taken from another
     * job, by a run that could not have started. */
    status = gt_comm_work_end(t->comm, status);
    gt_comm_work_begin(t->comm);
    if (status == GT_OK && t->comm->rank == 0)
        status = gt_outputs_open(&t->outputs, t->config->text);
    status = gt_comm_work_end(t->comm, status);
    gt_phase_leave(before);
    gt_comm_broadcast(t->comm, t->run->path, sizeof t->run->path);
    return status;
}

/* What is asked for and cannot be had from this data, though training can. */
static void warn_of_data(const trainer *t)
{
    const char *uri = t->data->uri;
    if (t->validate->test_every > 0 && !t->test_source)
        gt_warn("output.test_every is %lld, but %s has no held-out samples",
                (long long)t->validate->test_every, uri);
    if ((uint64_t)t->train->batch > t->source->count)
        gt_warn("train.batch is %lld, but %s has %llu samples; every batch is "
                "all of them",
                (long long)t->train->batch, uri,
                (unsigned long long)t->source->count);
}

static gt_status prepare(trainer *t)
{
    gt_status status = open_data(t);
    if (status == GT_OK)
        warn_of_data(t);
    if (status == GT_OK)
        status = build_task(t);
    if (status != GT_OK)
        return status;
    const gt_checkpoint *from = &t->run->resumed;
    t->position = (gt_position){.count = t->source->count,
                                .batch = (uint64_t)t->train->batch};
    if (from->path[0])
        gt_resume_position(&from->info, t->options->settings, t->config,
                           &t->position);
    t->step = t->start = from->info.step;
    t->batches_per_step = gt_task_batches(t->config);
    t->last = last_step(t);
    /* Batch numbers are 32 bits of the address of random numbers. */
    if (t->last > t->start &&
        (t->last - t->start > UINT32_MAX / t->batches_per_step ||
         batch_of(t, t->last) > UINT32_MAX))
        return gt_fail(GT_ERR_CONFIG,
                       "%llu steps take more than 2^32 batches; lower "
                       "train.steps or train.epochs",
                       (unsigned long long)t->last);
    if (from->path[0])
        return resume(t);
    gt_task_advise(t->task);
    return GT_OK;
}

/* --- While training. */

static bool every(uint64_t step, int64_t interval)
{
    return interval > 0 && step % (uint64_t)interval == 0;
}

static bool epoch_ended(const trainer *t)
{
    uint64_t count = t->source->count;
    return samples_until(t, t->step) / count !=
           samples_until(t, t->step - 1) / count;
}

static gt_status one_step(trainer *t, bool *stop)
{
    gt_metrics figures = {0};
    t->task->stop = gt_interrupted() || gt_outputs_failed(&t->outputs);
    gt_status status =
        t->task->type->step(t->task, t->step, t->loader, &figures);
    if (status != GT_OK)
        return status;
    t->step++;
    gt_heartbeat();
    *stop = t->task->stop;
    bool last = t->step == t->last, ends = *stop || last;
    int64_t test_every = t->validate->test_every;
    bool test = t->test_source && (test_every > 0 ? every(t->step, test_every)
                                                  : epoch_ended(t) || last);
    if (test) {
        double start = gt_seconds();
        int64_t begin = gt_trace_begin();
        gt_validation_run(&t->validation, t->task, &figures);
        gt_trace_end(begin, NULL, "held-out figures");
        gt_report_pause(&t->report, gt_seconds() - start);
    }
    gt_place here = place(t);
    /* Lines do not tell where a run was stopped and resumed. */
    gt_report_step(&t->report, &here, &figures,
                   test || last || every(t->step, t->output->log_every), test);
    bool picture = every(t->step, t->output->sample_every) || ends;
    bool checkpoint = every(t->step, t->output->checkpoint_every) || ends;
    if (!picture && !checkpoint)
        return GT_OK;
    gt_outputs_set_place(&t->outputs, here.samples, batch_of(t, t->step));
    if (ends)
        gt_outputs_last(&t->outputs, last ? 0 : t->last);
    return gt_outputs_write(&t->outputs, t->step, here.epoch, picture,
                            checkpoint);
}

static gt_status traced_step(trainer *t, bool *stop)
{
    int64_t begin = gt_trace_begin();
    gt_status status = one_step(t, stop);
    if (status != GT_OK)
        return status;
    double start = gt_seconds();
    gt_outputs_trace(&t->outputs, t->step,
                     gt_tracefile_step(&t->trace, begin, t->step));
    gt_report_pause(&t->report, gt_seconds() - start);
    return GT_OK;
}

static gt_status loop(trainer *t)
{
    gt_status status = GT_OK;
    bool stop = false;
    gt_place here = place(t);
    gt_report_start(&t->report, t->task, &t->outputs, t->options->report, &here,
                    t->last);
    gt_interrupt_watch(t->report.progress.enabled);
    while (status == GT_OK && t->step < t->last && !stop)
        status = traced_step(t, &stop);
    status = gt_outputs_finish(&t->outputs, status);
    gt_report_stop(&t->report);
    return status == GT_OK ? gt_tracefile_write(&t->trace) : status;
}

/* --- After the last step. */

static void release(trainer *t)
{
    gt_outputs_free(&t->outputs);
    gt_validation_free(&t->validation);
    gt_loader_close(t->loader);
    gt_task_free(t->task);
    gt_source_close(t->test_source);
    gt_source_close(t->source);
    gt_tracefile_close(&t->trace);
}

static gt_status train(trainer *t)
{
    gt_status status = prepare_outputs(t);
    if (status != GT_OK)
        return status;
    gt_banner_print(t->task, t->options->threads, t->shards, t->source,
                    t->test_source, t->last);
    gt_info("  run           %s", t->run->path);
    status = loop(t);
    gt_place here = place(t);
    if (status == GT_OK)
        gt_report_summary(&t->report, &here, t->options->name, t->run->path);
    return status;
}

gt_status gt_train(gt_comm *comm, const gt_config *config, gt_run *run,
                   const gt_train_options *options)
{
    trainer t = {.comm = comm,
                 .config = config,
                 .run = run,
                 .data = gt_data_config_of(config),
                 .train = gt_train_config_of(config),
                 .output = gt_output_config_of(config),
                 .validate = gt_validation_config_of(config),
                 .options = options};
    gt_watchdog *watchdog = NULL;
    gt_status status =
        gt_comm_agree(comm, gt_memory_start_libraries(options->threads));
    if (status == GT_OK)
        status = gt_watchdog_start(&watchdog, comm, t.train->watchdog_s);
    if (status == GT_OK)
        status = gt_tracefile_open(&t.trace, comm, options->trace,
                                   options->trace_steps, run->path);
    if (status == GT_OK)
        status = prepare(&t);
    if (status == GT_OK && t.start == t.last)
        gt_warn("nothing to do: %s has done %llu of %llu steps; give a larger "
                "--steps or --epochs to train on",
                run->resumed.path, (unsigned long long)t.start,
                (unsigned long long)t.last);
    else if (status == GT_OK)
        status = train(&t);
    gt_watchdog_stop(watchdog);
    release(&t);
    return status;
}
