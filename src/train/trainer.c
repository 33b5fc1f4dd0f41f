/* trainer.c: the loop. It joins data, task, checkpoints and reports, and does
 * not know what kind of model it trains. */
#include "train/trainer.h"

#include "base/clock.h"
#include "base/heartbeat.h"
#include "base/json.h"
#include "base/log.h"
#include "base/trace.h"
#include "run/checkpoint_list.h"
#include "train/banner.h"
#include "train/interrupt.h"
#include "train/memory_need.h"
#include "train/prepare.h"
#include "train/watchdog.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef gt__training trainer;

/* --- While training. */

static bool every(uint64_t step, int64_t interval)
{
    return interval > 0 && step % (uint64_t)interval == 0;
}

static bool epoch_ended(const trainer *t)
{
    uint64_t count = t->source->count;
    return gt__training_samples(t, t->step) / count !=
           gt__training_samples(t, t->step - 1) / count;
}

/* Samples per second, to a tenth. */
static double rate_since(const trainer *t, uint64_t step, double seconds)
{
    uint64_t samples =
        gt__training_samples(t, t->step) - gt__training_samples(t, step);
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
    gt_outputs_line(&t->outputs, t->step, gt__training_epochs(t), &all);
    if (t->comm->rank == 0 && t->options->report == GT_REPORT_JSON &&
        gt_log_ready(STDOUT_FILENO))
        gt_metrics_print(stdout, t->step, gt__training_epochs(t), &all);
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
    gt_outputs_set_place(&t->outputs, gt__training_samples(t, t->step),
                         gt__training_batch(t, t->step));
    if (ends)
        gt_outputs_last(&t->outputs, last ? 0 : t->last);
    return gt_outputs_write(&t->outputs, t->step, gt__training_epochs(t),
                            picture, checkpoint);
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
           (unsigned long long)(t->step - t->start), gt__training_epochs(t),
           seconds, rate, t->comm->size, t->comm->size == 1 ? "" : "s");
}

static void summarise_json(const trainer *t, double seconds, double rate,
                           const char *picture, const char *checkpoint)
{
    printf("{\"event\": \"%s\", \"run\": ",
           t->step < t->last ? "interrupted" : "done");
    gt_json_string(stdout, t->run->path);
    printf(", \"step\": %llu, \"epoch\": ", (unsigned long long)t->step);
    gt_json_number(stdout, gt__training_epochs(t));
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

static void tell_parent(const gt_run *run)
{
    if (run->branch)
        gt_info("  begins with   %s of %s",
                run->branch == GT_BRANCH_WEIGHTS ? "the weights"
                                                 : "all of the state",
                run->resumed.path);
}

static gt_status train(trainer *t)
{
    gt_status status = gt__training_prepare_outputs(t);
    if (status != GT_OK)
        return status;
    gt_banner_print(t->task, t->options->threads, t->shards, t->source,
                    t->test_source, t->last);
    gt_info("  run           %s", t->run->path);
    tell_parent(t->run);
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
        status = gt__training_prepare(&t);
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
