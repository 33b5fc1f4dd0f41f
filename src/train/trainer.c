/* trainer.c: the loop. It joins data, task, checkpoints and reports, and does
 * not know what kind of model it trains. */
#include "train/trainer.h"

#include "base/clock.h"
#include "base/heartbeat.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/plural.h"
#include "base/trace.h"
#include "train/banner.h"
#include "train/data_errors.h"
#include "train/memory_need.h"
#include "train/prepare.h"
#include "train/report.h"
#include "train/watchdog.h"

#include <stdlib.h>

typedef gt__training trainer;

/* Those that a rank starts: watchdog, loader, writer. */
enum { THREADS = 3 };

static const char interrupted[] = "\ngentrain: saving a checkpoint after this "
                                  "step; Ctrl-C again ends without "
                                  "one\n";

static gt_place place(const trainer *t)
{
    return (gt_place){.step = t->step,
                      .samples = gt__training_samples(t, t->step),
                      .epoch = gt__training_epochs(t)};
}

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

/* False: held-out data cannot be read, which ends the training. */
static bool validate(trainer *t, gt_metrics *figures)
{
    double start = gt_seconds();
    int64_t begin = gt_trace_begin();
    gt_report_validation(&t->report, t->step);
    gt_status status = gt_validation_run(&t->validation, t->task, figures);
    gt_trace_end(begin, NULL, "held-out figures");
    gt_report_pause(&t->report, gt_seconds() - start);
    if (status != GT_OK)
        gt__data_agree_on_failure(t, status);
    return status == GT_OK;
}

static gt_status one_step(trainer *t, bool *stop)
{
    gt_metrics figures = {0};
    t->task->stop = gt_interrupted() || gt_outputs_failed(&t->outputs) ||
                    !gt__data_ahead(t);
    gt_status status = gt_task_step(t->task, t->step, t->loader, &figures);
    if (status != GT_OK)
        return status;
    t->step++;
    gt_heartbeat();
    if (t->task->stop)
        gt__data_agree_on_failure(t, gt_loader_failure(t->loader));
    bool last = t->step == t->last;
    int64_t test_every = t->validate->test_every;
    bool test = t->test_source && (test_every > 0 ? every(t->step, test_every)
                                                  : epoch_ended(t) || last);
    if (test)
        test = validate(t, &figures);
    gt_place here = place(t);
    /* Lines do not tell where a run was stopped and resumed. */
    bool line = test || last || every(t->step, t->output->log_every);
    if (line)
        gt__data_count_skipped(t, &figures);
    gt_report_step(&t->report, &here, &figures, line, test);
    *stop = t->task->stop || t->unreadable.status != GT_OK;
    bool ends = *stop || last;
    bool picture = t->task->type->generate &&
                   (every(t->step, t->output->sample_every) || ends);
    bool checkpoint = every(t->step, t->output->checkpoint_every) || ends;
    if (!picture && !checkpoint)
        return GT_OK;
    gt_outputs_set_place(&t->outputs, here.samples,
                         gt__training_batch(t, t->step));
    if (ends)
        gt_outputs_last(&t->outputs,
                        last || t->unreadable.status != GT_OK ? 0 : t->last);
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
    gt_interrupt_watch(t->report.progress.enabled ? interrupted : NULL);
    while (status == GT_OK && t->step < t->last && !stop)
        status = traced_step(t, &stop);
    status = gt_outputs_finish(&t->outputs, status);
    gt_report_stop(&t->report);
    status = gt__data_failure(t, status);
    return status == GT_OK ? gt_tracefile_write(&t->trace) : status;
}

/* --- The whole. */

static void release(trainer *t)
{
    gt_outputs_free(&t->outputs);
    gt_validation_free(&t->validation);
    gt_loader_close(t->loader);
    gt_task_free(t->task);
    gt_source_close(t->test_source);
    gt_source_close(t->source);
    free(t->figures);
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
    gt_place here = place(t);
    if (status == GT_OK)
        gt_report_summary(&t->report, &here, t->skipped, t->options->name,
                          t->run->path);
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
    gt_status status = gt_comm_agree(
        comm, gt_memory_start_libraries(options->threads, THREADS));
    if (status == GT_OK)
        status = gt_watchdog_start(&watchdog, comm, t.train->watchdog_s);
    if (status == GT_OK)
        status = gt_tracefile_open(&t.trace, comm, options->trace,
                                   options->trace_steps, run->path);
    if (status == GT_OK)
        status = gt__training_prepare(&t);
    if (status == GT_OK && t.start == t.last)
        gt_warn("nothing to do: %s has done %llu of %llu step%s; give a larger "
                "--steps or --epochs to train on",
                run->resumed.path, (unsigned long long)t.start,
                (unsigned long long)t.last, gt_plural(t.last));
    else if (status == GT_OK)
        status = train(&t);
    gt_watchdog_stop(watchdog);
    release(&t);
    return status;
}
