/* trainer.c: the loop. It joins data, task, checkpoints and reports, and does
 * not know what kind of model it trains. Everything that may fail on one rank
 * is agreed on before the next collective call, so that all ranks leave
 * together. */
#include "train/trainer.h"

#include "base/clock.h"
#include "base/heartbeat.h"
#include "base/json.h"
#include "base/log.h"
#include "base/trace.h"
#include "core/gemm.h"
#include "data/config.h"
#include "run/checkpoint_list.h"
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
#include "train/progress.h"
#include "train/resume.h"
#include "train/sizes.h"
#include "train/tracefile.h"
#include "train/validation.h"
#include "train/watchdog.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

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
    gt_progress progress;
    gt_tracefile trace;
    gt_run *run;          /* borrowed */
    gt_position position; /* in the data, at the start */
    uint64_t batches_per_step;
    uint64_t start, step, last; /* steps done at the start, now, at the end */
    double started, lined;      /* seconds: start, last line of metrics */
    uint64_t lined_step;
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

static double epochs_done(const trainer *t)
{
    return (double)samples_until(t, t->step) / (double)t->source->count;
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
        gt_warn("output.test_every is %lld, but %s holds no samples out",
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
    t->step = t->lined_step = t->start = from->info.step;
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

/* Samples per second, to a tenth. */
static double rate_since(const trainer *t, uint64_t step, double seconds)
{
    uint64_t samples = samples_until(t, t->step) - samples_until(t, step);
    return round(10 * (double)samples / seconds) / 10;
}

static void report(trainer *t, gt_metrics *figures, bool line)
{
    double now = gt_seconds();
    double rate = rate_since(t, t->lined_step, now - t->lined);
    gt_progress_step(&t->progress, t->step, rate, figures, t->task->type->shown,
                     line);
    if (!line)
        return;
    gt_metrics all = {0};
    gt_metrics_set(&all, "samples_per_s", rate);
    for (int i = 0; i < figures->count; i++)
        gt_metrics_set(&all, figures->entry[i].key, figures->entry[i].value);
    gt_outputs_line(&t->outputs, t->step, epochs_done(t), &all);
    if (t->comm->rank == 0 && t->options->report == GT_REPORT_JSON &&
        gt_log_ready(STDOUT_FILENO))
        gt_metrics_print(stdout, t->step, epochs_done(t), &all);
    t->lined = now;
    t->lined_step = t->step;
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
        t->lined += gt_seconds() - start; /* the rate is that of training */
    }
    /* Lines do not tell where a run was stopped and resumed. */
    report(t, &figures, test || last || every(t->step, t->output->log_every));
    bool picture = every(t->step, t->output->sample_every) || ends;
    bool checkpoint = every(t->step, t->output->checkpoint_every) || ends;
    if (!picture && !checkpoint)
        return GT_OK;
    gt_outputs_set_place(&t->outputs, samples_until(t, t->step),
                         batch_of(t, t->step));
    if (ends)
        gt_outputs_last(&t->outputs, last ? 0 : t->last);
    return gt_outputs_write(&t->outputs, t->step, epochs_done(t), picture,
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
    t->lined += gt_seconds() - start;
    return GT_OK;
}

static gt_status loop(trainer *t)
{
    gt_status status = GT_OK;
    bool stop = false;
    gt_progress_start(&t->progress,
                      t->comm->rank == 0 &&
                          t->options->report != GT_REPORT_QUIET,
                      t->start, t->last);
    t->started = t->lined = gt_seconds();
    gt_interrupt_watch(t->progress.enabled);
    while (status == GT_OK && t->step < t->last && !stop)
        status = traced_step(t, &stop);
    status = gt_outputs_finish(&t->outputs, status);
    gt_progress_stop(&t->progress);
    return status == GT_OK ? gt_tracefile_write(&t->trace) : status;
}

/* --- After the last step. */

static void summarise_text(const trainer *t, double seconds, double rate,
                           const char *picture, const char *checkpoint)
{
    char image[GT_SHAPE_TEXT];
    gt_shape_text(t->data->image, image);
    printf("picture     %s\ncheckpoint  %s\n", picture, checkpoint);
    printf("trained     %s (%s, %s, %zu parameters): %llu steps, %.2f epochs "
           "in %.1f s, %.0f images/s on %d rank%s\n",
           t->options->name, t->task->type->name, image,
           gt_task_parameters(t->task),
           (unsigned long long)(t->step - t->start), epochs_done(t), seconds,
           rate, t->comm->size, t->comm->size == 1 ? "" : "s");
}

static void summarise_json(const trainer *t, double seconds, double rate,
                           const char *picture, const char *checkpoint)
{
    printf("{\"event\": \"%s\", \"run\": ",
           t->step < t->last ? "interrupted" : "done");
    gt_json_string(stdout, t->run->path);
    printf(", \"step\": %llu, \"epoch\": ", (unsigned long long)t->step);
    gt_json_number(stdout, epochs_done(t));
    printf(", \"seconds\": ");
    gt_json_number(stdout, seconds);
    printf(", \"samples_per_s\": ");
    gt_json_number(stdout, rate);
    printf(", \"picture\": ");
    gt_json_string(stdout, picture);
    printf(", \"checkpoint\": ");
    gt_json_string(stdout, checkpoint);
    printf("}\n");
}

static void summarise(const trainer *t)
{
    if (t->comm->rank != 0 || t->options->report == GT_REPORT_QUIET)
        return;
    double seconds = gt_seconds() - t->started;
    double rate = rate_since(t, t->start, seconds);
    char picture[GT_PATH], checkpoint[GT_PATH];
    gt_sample_grid_path(t->run->path, t->step, ".png", picture);
    gt_checkpoint_path(t->run->path, t->step, checkpoint);
    if (t->options->report == GT_REPORT_JSON)
        summarise_json(t, seconds, rate, picture, checkpoint);
    else
        summarise_text(t, seconds, rate, picture, checkpoint);
    fflush(stdout);
}

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
    if (status == GT_OK)
        summarise(t);
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
