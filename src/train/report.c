/* report.c: figures of a step are on the line that is drawn again; those of
 * held-out data come rarely and stay to be read. */
#include "train/report.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/plural.h"
#include "data/config.h"
#include "run/checkpoint_list.h"
#include "tasks/metrics.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Seconds between two lines of held-out figures, but for the last. */
static const double held_out_rest = 2;

/* What the data are made of. */
static const char *unit(const gt_task *task)
{
    return gt_shape_noun(gt_data_config_of(task->setup.config)->image);
}

void gt_report_start(gt_report *r, const gt_task *task, gt_outputs *outputs,
                     gt_report_kind kind, const gt_place *begin, uint64_t last,
                     const gt_best *best)
{
    double now = gt_seconds();
    *r = (gt_report){.task = task,
                     .outputs = outputs,
                     .kind = kind,
                     .speaks = task->setup.comm->rank == 0,
                     .last = last,
                     .best = best,
                     .begin = *begin,
                     .started = now,
                     .lined = now,
                     .lined_samples = begin->samples};
    gt_progress_start(&r->progress, r->speaks && kind != GT_REPORT_QUIET,
                      "step", begin->step, last, unit(task), begin->samples);
}

/* Samples per second, to a tenth. */
static double rate_since(const gt_place *place, uint64_t samples,
                         double seconds)
{
    return round(10 * (double)(place->samples - samples) / seconds) / 10;
}

/* --- A step. */

static void write_line(gt_report *r, const gt_place *place,
                       const gt_metrics *figures)
{
    double now = gt_seconds();
    gt_metrics all = {0};
    gt_metrics_set(&all, "samples_per_s",
                   rate_since(place, r->lined_samples, now - r->lined));
    for (int i = 0; i < figures->count; i++)
        gt_metrics_set(&all, figures->entry[i].key, figures->entry[i].value);
    gt_outputs_line(r->outputs, place->step, place->epoch, &all);
    if (r->speaks && r->kind == GT_REPORT_JSON && gt_log_ready(STDOUT_FILENO))
        gt_metrics_print(stdout, place->step, place->epoch, &all);
    r->lined = now;
    r->lined_samples = place->samples;
}

static void show_progress(gt_report *r, const gt_place *place,
                          const gt_metrics *figures)
{
    char text[GT_METRICS_MAX][GT_METRIC_TEXT];
    const char *texts[GT_METRICS_MAX];
    int n = 0;
    double value;
    if (!gt_progress_due(&r->progress, place->step))
        return;
    for (const char *const *key = r->task->type->shown; *key; key++)
        if (gt_metrics_find(figures, *key, &value)) {
            texts[n] = gt_metric_text(*key, value, text[n]);
            n++;
        }
    gt_progress_show(&r->progress, &(gt_progress_place){.done = place->step,
                                                        .units = place->samples,
                                                        .figures = texts,
                                                        .n_figures = n});
}

static size_t add_figures(const gt_metrics *figures, const gt_metric *metric,
                          bool training, const char *before, char *line,
                          size_t size)
{
    char text[GT_METRIC_TEXT];
    size_t used = strlen(line);
    double value;
    for (; metric->test && used < size; metric++) {
        const char *key = training ? metric->train : metric->test;
        if (gt_metrics_find(figures, key, &value)) {
            used += (size_t)snprintf(line + used, size - used, "%s%s", before,
                                     gt_metric_text(key, value, text));
            before = " ";
        }
    }
    return used;
}

/* Both are taken in evaluation, and so are not those of the step. */
static void compare_with_training(const gt_metrics *figures,
                                  const gt_task_type *type, char *line,
                                  size_t size)
{
    size_t held_out = strlen(line);
    held_out += (size_t)snprintf(line + held_out, size - held_out, " held out");
    size_t used = add_figures(figures, type->metrics, true, ", ", line, size);
    if (used > held_out)
        snprintf(line + used, size - used, " training");
}

/* How a figure that was just found compares with the best one. */
static void compare_with_best(const gt_report *r, const gt_place *place,
                              char *line, size_t size)
{
    const gt_best *best = r->best;
    char text[GT_METRIC_TEXT];
    size_t used = strlen(line);
    if (best->any && best->step == place->step)
        snprintf(line + used, size - used, "  the best so far");
    else if (best->any)
        snprintf(line + used, size - used, "  best%s at %llu",
                 strchr(gt_metric_text(best->key, best->value, text), ' '),
                 (unsigned long long)best->step);
}

/* "step  850 WHAT:" */
static void begin_line(const gt_report *r, const gt_place *place,
                       const char *what, char *line, size_t size)
{
    int width = snprintf(NULL, 0, "%llu", (unsigned long long)r->last);
    snprintf(line, size, "step %*llu %s:", width,
             (unsigned long long)place->step, what);
}

/* Where the task has no best one, those of training images tell what held-out
 * figures mean. */
static void show_held_out(gt_report *r, const gt_place *place,
                          const gt_metrics *figures)
{
    const gt_task_type *type = r->task->type;
    char line[GT_PROGRESS_LINE];
    double now = gt_seconds(), value;
    if (!r->progress.enabled ||
        (now - r->held_out_shown < held_out_rest && place->step != r->last))
        return;
    r->held_out_shown = now;
    begin_line(r, place, type->best ? "held out" : "evaluation", line,
               sizeof line);
    add_figures(figures, type->metrics, false, " ", line, sizeof line);
    if (!type->best)
        compare_with_training(figures, type, line, sizeof line);
    else if (gt_metrics_find(figures, r->best->key, &value))
        compare_with_best(r, place, line, sizeof line);
    gt_info("%s", line);
}

void gt_report_evaluation(gt_report *r, const gt_place *place,
                          const gt_eval_figures *figures)
{
    char line[GT_PROGRESS_LINE], text[GT_METRIC_TEXT];
    gt_estimate found;
    r->evaluated = true;
    if (!r->progress.enabled)
        return;
    begin_line(r, place, "evaluation", line, sizeof line);
    for (int i = 0; i < figures->count; i++) {
        size_t used = strlen(line);
        snprintf(line + used, sizeof line - used, "%s %s", i > 0 ? "," : "",
                 gt_metric_text(figures->figure[i].key,
                                figures->figure[i].estimate.value, text));
    }
    if (r->best->key && gt_eval_figures_find(figures, r->best->key, &found))
        compare_with_best(r, place, line, sizeof line);
    gt_info("%s", line);
}

void gt_report_step(gt_report *r, const gt_place *place,
                    const gt_metrics *figures, bool line, bool tested)
{
    if (line)
        write_line(r, place, figures);
    if (tested)
        show_held_out(r, place, figures);
    show_progress(r, place, figures);
}

void gt_report_note(gt_report *r, uint64_t step, const char *what)
{
    char text[64];
    snprintf(text, sizeof text, "looking at held-out %s", unit(r->task));
    gt_progress_note(&r->progress, step, what ? what : text);
}

void gt_report_end(gt_report *r, uint64_t last)
{
    r->last = last;
    r->ended_early = true;
}

void gt_report_pause(gt_report *r, double seconds)
{
    r->lined += seconds; /* the rate is that of training */
    gt_progress_pause(&r->progress, seconds);
}

void gt_report_stop(gt_report *r)
{
    gt_progress_stop(&r->progress);
}

/* --- The end. */

static void summarise_best(const gt_report *r)
{
    const gt_best *best = r->best;
    char text[GT_METRIC_TEXT];
    if (!best->any)
        return;
    bool held_out = !strncmp(best->key, "test_", 5);
    printf("%-11s the best %s, after step %llu%s\n",
           held_out ? "held out" : "evaluation",
           gt_metric_text(best->key, best->value, text),
           (unsigned long long)best->step,
           best->kept ? ": checkpoints/best.h5" : "");
    if (r->ended_early)
        printf("            ended early: not better in %llu evaluations in a "
               "row (output.patience)\n",
               (unsigned long long)best->since);
}

static void summarise_text(const gt_report *r, const gt_place *place,
                           double seconds, double rate, const char *name)
{
    const gt_task *task = r->task;
    char shape[GT_SHAPE_TEXT];
    int ranks = task->setup.comm->size;
    double paused = r->progress.paused;
    gt_shape_of_data(gt_data_config_of(task->setup.config)->image, shape);
    printf("trained     %s: %s, %s of %s, %zu parameters\n", name,
           task->type->name, unit(task), shape, gt_task_parameters(task));
    char epochs[32] = "";
    if (r->begin.step == 0)
        snprintf(epochs, sizeof epochs, ", %.2f epochs", place->epoch);
    printf("            %llu step%s%s in %.1f s, %.0f %s/s on %d rank%s\n",
           (unsigned long long)(place->step - r->begin.step),
           gt_plural(place->step - r->begin.step), epochs, seconds, rate,
           unit(task), ranks, gt_plural((unsigned long long)ranks));
    if (r->begin.step > 0)
        printf("            %llu steps, %.2f epochs in all\n",
               (unsigned long long)place->step, place->epoch);
    if (paused > seconds / 20)
        printf("            %.1f s of it were for held-out figures%s\n", paused,
               r->evaluated ? " and evaluations" : "");
    summarise_best(r);
}

static void summarise_json(const gt_report *r, const gt_place *place,
                           double seconds, double rate, const char *run)
{
    printf("{\"event\": \"%s\", \"run\": ",
           place->step < r->last ? "interrupted" : "done");
    gt_json_string(stdout, run);
    printf(", \"step\": %llu, \"epoch\": ", (unsigned long long)place->step);
    gt_json_number(stdout, place->epoch);
    printf(", \"seconds\": ");
    gt_json_number(stdout, seconds);
    printf(", \"samples_per_s\": ");
    gt_json_number(stdout, rate);
    if (r->best->kept && r->best->any)
        printf(", \"best_step\": %llu", (unsigned long long)r->best->step);
    if (r->ended_early)
        printf(", \"ended_early\": true");
}

void gt_report_summary(const gt_report *r, const gt_place *place,
                       uint64_t skipped, const char *name, const char *run)
{
    if (!r->speaks || r->kind == GT_REPORT_QUIET || r->kind == GT_REPORT_BRIEF)
        return;
    double seconds = gt_seconds() - r->started;
    double rate =
        rate_since(place, r->begin.samples, seconds - r->progress.paused);
    char picture[GT_PATH], checkpoint[GT_PATH];
    bool pictures = r->task->type->generate;
    gt_sample_grid_path(run, place->step, ".png", picture);
    gt_checkpoint_path(run, place->step, checkpoint);
    if (r->kind == GT_REPORT_JSON) {
        summarise_json(r, place, seconds, rate, run);
        if (skipped > 0)
            printf(", \"skipped\": %llu", (unsigned long long)skipped);
        if (pictures) {
            printf(", \"picture\": ");
            gt_json_string(stdout, picture);
        }
        printf(", \"checkpoint\": ");
        gt_json_string(stdout, checkpoint);
        printf("}\n");
    } else {
        summarise_text(r, place, seconds, rate, name);
        if (skipped > 0)
            printf("skipped     %llu samples that could not be read; the next "
                   "ones took their place\n",
                   (unsigned long long)skipped);
        if (pictures)
            printf("picture     %s\n", picture);
        printf("checkpoint  %s\n", checkpoint);
    }
    fflush(stdout);
}
