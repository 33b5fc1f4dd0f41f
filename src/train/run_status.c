/* run_status.c: what is asked for is in config.yaml; how far the run has come,
 * in its checkpoints and metrics. */
#include "train/run_status.h"

#include "base/json.h"
#include "base/plural.h"
#include "base/utf8.h"
#include "data/position.h"
#include "model/config.h"
#include "run/activity.h"
#include "run/checkpoint_choose.h"
#include "run/checkpoint_list.h"
#include "run/inspect.h"
#include "run/metrics_read.h"
#include "tasks/config.h"
#include "tasks/metrics.h"
#include "tasks/task.h"
#include "train/best.h"
#include "train/schema.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const state_names[] = {
    [GT_RUN_FINISHED] = "finished", [GT_RUN_INTERRUPTED] = "interrupted",
    [GT_RUN_RUNNING] = "running",   [GT_RUN_CUT_OFF] = "cut off",
    [GT_RUN_ELSEWHERE] = "unknown",
};

typedef struct run_status {
    const char *run; /* borrowed */
    gt_run_activity activity;
    gt_config *config;    /* NULL: it is not there, or refused by now */
    uint64_t done, asked; /* steps; asked 0: not known */
    uint64_t *steps;      /* of checkpoints */
    size_t n_steps;
    gt_checkpoint newest; /* path "": none */
    gt_metrics_file metrics;
    const gt_task_type *task; /* NULL: not known */
    gt_best best;             /* key NULL: not known */
    bool early;               /* it ended before all that was asked for */
    bool best_file;           /* there is a best.h5 */
} run_status;

/* --- What there is. */

gt_config *gt_run_config_read(const char *run)
{
    char path[GT_PATH + 16], *text = NULL;
    size_t size = 0;
    gt_config *config = NULL;
    snprintf(path, sizeof path, "%s/config.yaml", run);
    if (gt_file_read(path, &text, &size) != GT_OK ||
        gt_config_parse(&config, &gt_train_schema, path, text, size, NULL, 0) !=
            GT_OK)
        config = NULL;
    free(text);
    return config;
}

/* Epochs are counted from the checkpoint on, as the trainer does. */
static uint64_t asked_steps(const run_status *s)
{
    const gt_checkpoint_info *info = &s->newest.info;
    if (!s->config)
        return 0;
    const gt_train_config *train = gt_train_config_of(s->config);
    if (train->steps > 0)
        return (uint64_t)train->steps;
    if (!s->newest.path[0] || !info->counted || info->data.count == 0)
        return 0;
    uint64_t per_step = gt_task_batches(s->config);
    gt_position at = {.count = info->data.count,
                      .batch = (uint64_t)train->batch,
                      .number = info->batches,
                      .samples = info->samples};
    uint64_t left = gt_position_after(&at, (uint64_t)train->epochs) - at.number;
    return info->step + (left + per_step - 1) / per_step;
}

/* What the lines tell, and whether those up to the newest checkpoint ended the
 * run. */
static void look_at_best(run_status *s)
{
    char path[GT_PATH];
    if (!s->config)
        return;
    gt_best_init(&s->best, s->config);
    gt_best_read(&s->best, &s->metrics, s->done);
    s->early = s->done < s->asked && gt_best_is_over(&s->best);
    gt_best_read(&s->best, &s->metrics, UINT64_MAX);
    gt_checkpoint_best_path(s->run, path);
    s->best_file = access(path, F_OK) == 0;
}

/* A checkpoint that cannot be read leaves the rest to be told. */
static gt_status look(run_status *s)
{
    gt_status bad = GT_OK;
    gt_status status = gt_checkpoint_steps(s->run, &s->steps, &s->n_steps);
    if (status == GT_OK)
        status = gt_metrics_file_read(&s->metrics, s->run);
    if (status != GT_OK)
        return status;
    s->config = gt_run_config_read(s->run);
    s->task = s->config ? gt_task_type_of(s->config) : NULL;
    if (s->n_steps > 0)
        bad = gt_checkpoint_choose(&s->newest, s->run);
    s->asked = asked_steps(s);
    double lined = 0;
    gt_metrics_line_find(s->metrics.last, "step", &lined);
    s->done = s->n_steps > 0 ? s->steps[s->n_steps - 1] : 0;
    look_at_best(s);
    s->activity =
        gt_run_activity_of(s->run, s->done, s->early ? s->done : s->asked);
    if (s->done < (uint64_t)lined)
        s->done = (uint64_t)lined;
    return bad;
}

static void release(run_status *s)
{
    gt_config_free(s->config);
    gt_checkpoint_close(&s->newest);
    gt_metrics_file_free(&s->metrics);
    free(s->steps);
}

/* --- For people. */

static void print_steps(FILE *out, const run_status *s)
{
    fprintf(out, "%llu", (unsigned long long)s->done);
    if (s->asked > 0)
        fprintf(out, " of %llu", (unsigned long long)s->asked);
    fprintf(out, " step%s", gt_plural(s->asked > 0 ? s->asked : s->done));
    int64_t epochs = s->config ? gt_train_config_of(s->config)->epochs : 0;
    if (s->asked == 0 && epochs > 0)
        fprintf(out, ", %lld epoch%s asked for", (long long)epochs,
                epochs == 1 ? " is" : "s are");
}

static void print_state(FILE *out, const run_status *s)
{
    char run[GT_PATH];
    fprintf(out, "%s\n  %-17s ", gt_utf8_show(s->run, "", run, sizeof run),
            "state");
    switch (s->activity.state) {
    case GT_RUN_RUNNING:
        fprintf(out, "running, as process %ld: ", s->activity.process);
        break;
    case GT_RUN_ELSEWHERE:
        fprintf(out, "running on %s, or cut off there: ", s->activity.host);
        break;
    case GT_RUN_FINISHED:
    case GT_RUN_INTERRUPTED:
    case GT_RUN_CUT_OFF:
        fprintf(out, "%s after ", state_names[s->activity.state]);
    }
    print_steps(out, s);
    fputc('\n', out);
}

/* As many figures as a line has room for. */
static void print_last(FILE *out, const run_status *s)
{
    enum { ROOM = 55 };
    double step, value;
    if (!s->task || !gt_metrics_line_find(s->metrics.last, "step", &step))
        return;
    int used = fprintf(out, "  %-17s step %.0f:", "last figures", step) - 22;
    for (const char *const *key = s->task->shown; *key; key++) {
        char text[GT_METRIC_TEXT];
        if (!gt_metrics_line_find(s->metrics.last, *key, &value))
            continue;
        gt_metric_text(*key, value, text);
        if (used + 1 + (int)strlen(text) > ROOM)
            break;
        used += fprintf(out, " %s", text);
    }
    fputc('\n', out);
}

/* The newest ones: a run may keep a thousand. */
static void print_checkpoints(FILE *out, const run_status *s)
{
    enum { SHOWN = 5 };
    size_t first = s->n_steps > SHOWN ? s->n_steps - SHOWN : 0;
    fprintf(out, "  %-17s ", "checkpoints");
    if (s->n_steps == 0)
        fputs("none yet", out);
    else
        fputs(s->n_steps == 1 ? "of step " : "of steps ", out);
    if (first > 0)
        fprintf(out, "%llu, ... (%zu of them) ... ",
                (unsigned long long)s->steps[0], s->n_steps);
    for (size_t i = first; i < s->n_steps; i++)
        fprintf(out, "%s%llu", i > first ? ", " : "",
                (unsigned long long)s->steps[i]);
    fputc('\n', out);
}

static void print_best(FILE *out, const run_status *s)
{
    const gt_best *best = &s->best;
    char text[GT_METRIC_TEXT];
    bool held_out = best->any && !strncmp(best->key, "test_", 5);
    if (best->any)
        fprintf(out, "  %-17s %s%s, after step %llu%s\n", "best",
                held_out ? "held-out " : "",
                gt_metric_text(best->key, best->value, text),
                (unsigned long long)best->step,
                best->kept && s->best_file ? ": checkpoints/best.h5" : "");
    if (s->early)
        fprintf(out,
                "  %-17s not better in %llu evaluations in a row "
                "(output.patience)\n",
                "ended early", (unsigned long long)best->since);
}

static void print_text(FILE *out, const run_status *s)
{
    char run[GT_PATH];
    print_state(out, s);
    print_last(out, s);
    print_best(out, s);
    print_checkpoints(out, s);
    if (s->activity.state == GT_RUN_INTERRUPTED ||
        s->activity.state == GT_RUN_CUT_OFF)
        fprintf(out, "  %-17s gentrain train --resume %s\n", "go on with",
                gt_utf8_show(s->run, "", run, sizeof run));
}

/* --- For programs. */

static void print_number(FILE *out, const char *key, uint64_t n, bool known)
{
    fprintf(out, ", \"%s\": ", key);
    if (known)
        fprintf(out, "%llu", (unsigned long long)n);
    else
        fputs("null", out);
}

static void print_json(FILE *out, const run_status *s)
{
    fputs("\"run\": {\"path\": ", out);
    gt_json_string(out, s->run);
    fprintf(out, ", \"state\": \"%s\"", state_names[s->activity.state]);
    print_number(out, "steps_done", s->done, true);
    print_number(out, "steps", s->asked, s->asked > 0);
    fprintf(out, ", \"last\": %s, \"best\": ",
            s->metrics.last ? s->metrics.last : "null");
    if (s->best.any) {
        fprintf(out,
                "{\"step\": %llu, \"%s\": ", (unsigned long long)s->best.step,
                s->best.key);
        gt_json_number(out, s->best.value);
        fprintf(out, ", \"kept\": %s}",
                s->best.kept && s->best_file ? "true" : "false");
    } else {
        fputs("null", out);
    }
    fprintf(out, ", \"ended_early\": %s, \"checkpoints\": [",
            s->early ? "true" : "false");
    for (size_t i = 0; i < s->n_steps; i++)
        fprintf(out, "%s%llu", i ? ", " : "", (unsigned long long)s->steps[i]);
    fputs("]}", out);
}

/* The state in `*text` (owned), as the first part of what is printed. */
static gt_status print_head(const run_status *s, bool json, char **text)
{
    size_t size = 0;
    FILE *head = open_memstream(text, &size);
    if (!head)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate a description");
    if (json)
        print_json(head, s);
    else
        print_text(head, s);
    return fclose(head) == 0
               ? GT_OK
               : gt_fail(GT_ERR_MEMORY, "cannot allocate a description");
}

gt_status gt_run_describe(FILE *out, const char *run, bool json)
{
    run_status s = {.run = run};
    gt_failure bad = {0};
    char *head = NULL;
    gt_failure_keep(&bad, look(&s));
    gt_status status = print_head(&s, json, &head);
    if (status == GT_OK && s.newest.path[0])
        status = gt_inspect_checkpoint(out, &s.newest, head, json);
    else if (status == GT_OK && (!json || bad.status == GT_OK))
        fprintf(out, json ? "{%s}\n" : "%s", head);
    free(head);
    release(&s);
    return bad.status != GT_OK ? gt_failure_tell(&bad) : status;
}
