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
    gt_report_note(&t->report, t->step, NULL);
    gt_status status = gt_validation_run(&t->validation, t->task, figures);
    gt_trace_end(begin, NULL, "held-out figures");
    gt_report_pause(&t->report, gt_seconds() - start);
    if (status != GT_OK)
        gt__data_agree_on_failure(t, status);
    return status == GT_OK;
}

static gt_status evaluate(trainer *t, gt_metrics *figures)
{
    double start = gt_seconds();
    int64_t begin = gt_trace_begin();
    gt_report_note(&t->report, t->step, "evaluating the model");
    gt_status status = gt_periodic_eval_run(&t->eval, figures);
    gt_trace_end(begin, NULL, "evaluation");
    gt_report_pause(&t->report, gt_seconds() - start);
    if (status != GT_ERR_IO && status != GT_ERR_FORMAT)
        return status;
    gt__data_agree_on_failure(t, status);
    return GT_OK;
}

/* What is found of the model after a step. */
typedef struct findings {
    gt_metrics figures;
    bool tested, evaluated, best;
} findings;

/* Figures that are due after this step and have not been found yet; `early`: it
 * turns out to be the last one. */
static gt_status find_figures(trainer *t, findings *f, bool early)
{
    int64_t test_every = t->validate->test_every;
    gt_status status = GT_OK;
    if (t->test_source && !f->tested &&
        (test_every > 0 ? every(t->step, test_every)
                        : epoch_ended(t) || early || t->step == t->last))
        f->tested = validate(t, &f->figures);
    if (!f->evaluated && (every(t->step, t->evaluate->every) ||
                          (early && t->evaluate->every > 0))) {
        int before = f->figures.count;
        status = evaluate(t, &f->figures);
        f->evaluated = f->figures.count > before;
    }
    return status;
}

/* What is found of a step that patience ends at is found after the figure that
 * ran out of it, which is not among it; so a run that goes on with more
 * patience has the same best steps. */
static gt_status look(trainer *t, findings *f)
{
    gt_status status = find_figures(t, f, false);
    f->best = gt_best_add(&t->best, t->step, &f->figures);
    if (status != GT_OK || !gt_best_is_over(&t->best) || t->step >= t->last ||
        t->unreadable.status != GT_OK)
        return status;
    t->last = t->step;
    gt_report_end(&t->report, t->step);
    return find_figures(t, f, true);
}

static gt_status write_outputs(trainer *t, const gt_place *here, bool ends,
                               bool best)
{
    bool picture = t->task->type->generate &&
                   (every(t->step, t->output->sample_every) || ends);
    bool checkpoint =
        every(t->step, t->output->checkpoint_every) || ends || best;
    bool last = t->step == t->last;
    if (!picture && !checkpoint)
        return GT_OK;
    gt_outputs_set_place(&t->outputs, here->samples,
                         gt__training_batch(t, t->step));
    if (best)
        gt_outputs_set_best(&t->outputs);
    if (ends)
        gt_outputs_last(&t->outputs,
                        last || t->unreadable.status != GT_OK ? 0 : t->last);
    return gt_outputs_write(&t->outputs, t->step, here->epoch, picture,
                            checkpoint);
}

static gt_status one_step(trainer *t, bool *stop)
{
    findings f = {0};
    t->task->stop = gt_interrupted() || gt_outputs_failed(&t->outputs) ||
                    !gt__data_ahead(t);
    gt_status status = gt_task_step(t->task, t->step, t->loader, &f.figures);
    if (status != GT_OK)
        return status;
    t->step++;
    gt_heartbeat();
    if (t->task->stop)
        gt__data_agree_on_failure(t, gt_loader_failure(t->loader));
    status = look(t, &f);
    if (status != GT_OK)
        return status;
    gt_place here = place(t);
    bool last = t->step == t->last;
    /* Lines do not tell where a run was stopped and resumed. */
    bool line =
        f.tested || f.evaluated || last || every(t->step, t->output->log_every);
    if (line)
        gt__data_count_skipped(t, &f.figures);
    gt_report_step(&t->report, &here, &f.figures, line, f.tested);
    if (f.evaluated)
        gt_report_evaluation(&t->report, &here, &t->eval.found);
    *stop = t->task->stop || t->unreadable.status != GT_OK;
    return write_outputs(t, &here, *stop || last, f.best && t->best.kept);
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
                    t->last, &t->best);
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
    gt_periodic_eval_close(&t->eval);
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

static void tell_begin(const trainer *t)
{
    if (t->options->report == GT_REPORT_BRIEF)
        return;
    gt_banner_print(t->task, t->options->threads, t->shards, t->source,
                    t->test_source, t->last);
    gt_info("  run           %s", t->run->path);
    tell_parent(t->run);
}

static gt_status train(trainer *t)
{
    gt_status status = gt__training_prepare_outputs(t);
    if (status != GT_OK)
        return status;
    tell_begin(t);
    status = loop(t);
    gt_place here = place(t);
    if (status == GT_OK)
        gt_report_summary(&t->report, &here, t->skipped, t->options->name,
                          t->run->path);
    return status;
}

/* A process may have died between its last checkpoint and best.h5: then the run
 * is taken for that alone. */
static gt_status settle_best(const trainer *t)
{
    gt_status status = GT_OK;
    bool settled = true;
    gt_comm_work_begin(t->comm);
    if (t->comm->rank == 0 && t->best.kept && !t->run->branch)
        status =
            gt_best_file_look(t->run->path, t->step, &t->run->best, &settled);
    if (status == GT_OK && !settled)
        status = gt_run_take(t->run, t->config->text);
    return gt_comm_work_end(t->comm, status);
}

/* A job that is sent off again and again comes to its end, too. */
static gt_status leave(const trainer *t)
{
    if (t->start == t->last)
        gt_warn("nothing to do: %s has done %llu of %llu step%s; give a larger "
                "--steps or --epochs to train on",
                t->run->resumed.path, (unsigned long long)t->start,
                (unsigned long long)t->last, gt_plural(t->last));
    else
        gt_warn(
            "nothing to do: %s ended early, as %s was not better in %llu "
            "evaluations in a row than after step %llu; train on with a larger "
            "patience: --set output.patience=N, 0: without end",
            t->run->resumed.path, t->best.key,
            (unsigned long long)t->best.since,
            (unsigned long long)t->best.step);
    return settle_best(t);
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
                 .evaluate = gt_evaluation_config_of(config),
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
    if (status == GT_OK && (t.start == t.last || gt_best_is_over(&t.best)))
        status = leave(&t);
    else if (status == GT_OK)
        status = train(&t);
    gt_watchdog_stop(watchdog);
    release(&t);
    return status;
}
