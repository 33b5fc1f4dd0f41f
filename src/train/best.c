/* best.c: a figure that equals the best one is not better, so of several steps
 * the first one counts. One that is no number is worse than all others. */
#include "train/best.h"

#include "train/best_figure.h"
#include "train/config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void gt_best_init(gt_best *b, const gt_config *config)
{
    const gt_evaluation_config *asked = gt_evaluation_config_of(config);
    const gt_task_type *type = gt_task_type_of(config);
    gt_eval_choice choice = {0};
    *b = (gt_best){.key = asked->best ? asked->best : type->best,
                   .kept = asked->best != NULL,
                   .patience = asked->patience};
    if (asked->every > 0)
        gt_evaluation_choose(asked, &choice);
    if (b->key && gt_best_find(type, &choice, b->key, &b->better) != GT_OK)
        b->key = NULL; /* the section's check has refused it */
    snprintf(b->record, sizeof b->record, "best_%s", b->key ? b->key : "");
}

/* --- Following it. */

static bool is_better(const gt_best *b, double value)
{
    if (!isfinite(value))
        return false;
    return !b->any ||
           (b->better == GT_BETTER_LESS ? value < b->value : value > b->value);
}

static bool note(gt_best *b, uint64_t step, double value)
{
    bool better = is_better(b, value);
    if (!better) {
        b->since++;
        return false;
    }
    b->any = true;
    b->value = value;
    b->step = step;
    b->since = 0;
    return true;
}

bool gt_best_add(gt_best *b, uint64_t step, gt_metrics *figures)
{
    double value;
    if (!b->key || !gt_metrics_find(figures, b->key, &value))
        return false;
    bool better = note(b, step, value);
    if (b->kept) {
        gt_metrics_set(figures, b->record, b->any ? b->value : NAN);
        gt_metrics_set(figures, "best_step", (double)b->step);
        gt_metrics_set(figures, "since_best", (double)b->since);
    }
    return better;
}

bool gt_best_is_over(const gt_best *b)
{
    return b->patience > 0 && b->since >= (uint64_t)b->patience;
}

/* --- After a resume. */

void gt_best_forget(gt_best *b)
{
    b->any = false;
    b->value = 0;
    b->step = b->since = 0;
}

/* A line that tells how things stood decides. Others do, too, for whoever first
 * asks for the best in the middle of a run. */
static void read_line(gt_best *b, const char *line, uint64_t step)
{
    double at, since, value;
    if (b->kept && gt_metrics_line_has(line, b->record) &&
        gt_metrics_line_find(line, "best_step", &at) &&
        gt_metrics_line_find(line, "since_best", &since)) {
        b->any = gt_metrics_line_find(line, b->record, &b->value);
        b->step = (uint64_t)at;
        b->since = (uint64_t)since;
    } else if (gt_metrics_line_find(line, b->key, &value)) {
        note(b, step, value);
    } else if (gt_metrics_line_has(line, b->key)) {
        note(b, step, NAN);
    }
}

void gt_best_read(gt_best *b, const gt_metrics_file *file, uint64_t step)
{
    const char *line = file->text;
    gt_best_forget(b);
    for (; b->key && line < file->end; line += strlen(line) + 1) {
        double at;
        if (!gt_metrics_line_find(line, "step", &at) || at > (double)step)
            break;
        read_line(b, line, (uint64_t)at);
    }
}

void gt_best_recall(gt_best *b, gt_comm *comm, const char *run, uint64_t step)
{
    gt_metrics_file file;
    gt_best_forget(b);
    if (comm->rank == 0 && gt_metrics_file_read(&file, run) == GT_OK) {
        gt_best_read(b, &file, step);
        gt_metrics_file_free(&file);
    }
    gt_comm_broadcast(comm, &b->any, sizeof b->any);
    gt_comm_broadcast(comm, &b->value, sizeof b->value);
    gt_comm_broadcast(comm, &b->step, sizeof b->step);
    gt_comm_broadcast(comm, &b->since, sizeof b->since);
}
