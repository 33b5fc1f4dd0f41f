/* report.h: what a training tells while it runs: lines of metrics, progress,
 * held-out figures, and a summary. metrics.jsonl goes by steps, what people see
 * by time.
 */
#ifndef GT_TRAIN_REPORT_H
#define GT_TRAIN_REPORT_H

#include "base/progress.h"
#include "eval/figures.h"
#include "run/outputs.h"
#include "train/best.h"
#include "train/options.h"

/* How far a training is. */
typedef struct gt_place {
    uint64_t step;
    uint64_t samples; /* taken from the data so far */
    double epoch;
} gt_place;

typedef struct gt_report {
    const gt_task *task; /* borrowed */
    gt_outputs *outputs; /* borrowed */
    gt_report_kind kind;
    bool speaks; /* on this rank */
    uint64_t last;
    gt_place begin;
    gt_progress progress;
    double started, lined; /* seconds: start, last line of metrics */
    uint64_t lined_samples;
    const gt_best *best;   /* borrowed */
    bool evaluated;        /* gt_report_evaluation */
    bool ended_early;      /* before the step that was asked for */
    double held_out_shown; /* seconds */
} gt_report;

/* Begin a training that goes on from `begin` to step `last`. `best` is what the
 * trainer follows. Local; other ranks than 0 say nothing. */
void gt_report_start(gt_report *report, const gt_task *task,
                     gt_outputs *outputs, gt_report_kind kind,
                     const gt_place *begin, uint64_t last, const gt_best *best);

/* It ends after step `last`, before all that was asked for. Local. */
void gt_report_end(gt_report *report, uint64_t last);

/* A step is done. `line`: it has a line in metrics.jsonl; `tested`: the figures
 * of validation are among them. Local. */
void gt_report_step(gt_report *report, const gt_place *place,
                    const gt_metrics *figures, bool line, bool tested);

/* The model was evaluated after that step. Local. */
void gt_report_evaluation(gt_report *report, const gt_place *place,
                          const gt_eval_figures *figures);

/* After `step` steps something is done that may take a while; NULL: held-out
 * data are looked at. Local. */
void gt_report_note(gt_report *report, uint64_t step, const char *what);

/* So many seconds were not spent on training. Local. */
void gt_report_pause(gt_report *report, double seconds);

/* Nothing more will be drawn. Local. */
void gt_report_stop(gt_report *report);

/* The end of a training called `name`, in `run`, in which others took the place
 * of `skipped` samples. Local. */
void gt_report_summary(const gt_report *report, const gt_place *place,
                       uint64_t skipped, const char *name, const char *run);

#endif
