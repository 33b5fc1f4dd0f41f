/* periodic_eval.c: the training's own networks are evaluated, in passes of the
 * size that they are built for, so this takes no second copy of them. All
 * evaluations use the same draws and the same samples of the data, so that
 * steps are compared and not draws. */
#include "train/periodic_eval.h"

#include "base/heartbeat.h"
#include "tasks/average.h"
#include "train/best_figure.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* That of gentrain eval. */
enum { SEED = 1 };

typedef gt_periodic_eval periodic;

static gt_status open_readers(periodic *e, const gt_source *train,
                              const gt_source *test)
{
    const gt_data_config *data = gt_data_config_of(e->task->setup.config);
    gt_status status = gt_reader_open(&e->training, train, data);
    return status == GT_OK && test ? gt_reader_open(&e->held_out, test, data)
                                   : status;
}

static gt_status open_features(periodic *e)
{
    const gt_task_setup *task = &e->task->setup;
    const gt_data_config *data = gt_data_config_of(task->config);
    uint64_t samples = (uint64_t)e->asked->samples;
    gt_eval_features_setup setup = {.comm = task->comm,
                                    .data = data,
                                    .classifier = e->asked->classifier,
                                    .option = "output.classifier",
                                    .block = task->max_n,
                                    .threads = task->blas_threads,
                                    .beside =
                                        gt_eval_features_room(data, samples)};
    return gt_eval_features_open(&e->features, &setup);
}

/* Before the first step: what is never found cannot be the best. */
static gt_status check(const periodic *e)
{
    gt_better better;
    const char *best = e->asked->best, *missing;
    gt_status status = gt_eval_check(&e->choice, &e->subject);
    const gt_eval_metric *of =
        best ? gt_eval_ranked(&e->choice, best, &better) : NULL;
    if (status != GT_OK || !of || !(missing = of->missing(&e->subject)))
        return status;
    return gt_fail(GT_ERR_MISMATCH, "output.best: there will be no %s: %s",
                   best, missing);
}

gt_status gt_periodic_eval_open(gt_periodic_eval *e, gt_task *task,
                                const gt_source *train, const gt_source *test)
{
    gt_comm *comm = task->setup.comm;
    const gt_evaluation_config *asked =
        gt_evaluation_config_of(task->setup.config);
    *e = (periodic){.asked = asked, .task = task};
    gt_status status = gt_evaluation_choose(asked, &e->choice);
    if (status == GT_OK)
        status = open_readers(e, train, test);
    status = gt_comm_agree(comm, status);
    if (status == GT_OK)
        status = open_features(e);
    if (status != GT_OK)
        return status;
    e->subject = (gt_subject){.comm = comm,
                              .task = task,
                              .training = &e->training,
                              .test = test ? &e->held_out : NULL,
                              .features = &e->features.features,
                              .samples = (uint64_t)asked->samples,
                              .seed = SEED,
                              .draws = (int)asked->draws};
    return gt_comm_agree(comm, check(e));
}

void gt_periodic_eval_close(gt_periodic_eval *e)
{
    gt_subject_free(&e->subject);
    gt_eval_features_close(&e->features);
    gt_reader_close(&e->held_out);
    gt_reader_close(&e->training);
    *e = (periodic){0};
}

static void add(periodic *e, gt_metrics *metrics)
{
    for (int i = 0; i < e->found.count; i++) {
        const char *key = e->found.figure[i].key;
        gt_estimate estimate = e->found.figure[i].estimate;
        double there;
        bool taken = gt_metrics_find(metrics, key, &there);
        snprintf(e->key[i], GT_EVAL_KEY, "%s%s", taken ? "eval_" : "", key);
        gt_metrics_set(metrics, e->key[i], estimate.value);
        if (isnan(estimate.error))
            continue;
        snprintf(e->se_key[i], GT_EVAL_KEY, "%.50s_se", e->key[i]);
        gt_metrics_set(metrics, e->se_key[i], estimate.error);
    }
}

/* Some metrics find other figures of other models. */
static gt_status check_found(const periodic *e)
{
    const char *best = e->asked->best;
    gt_estimate estimate;
    gt_better better;
    char list[512] = "";
    size_t used = 0;
    if (!best || !gt_eval_ranked(&e->choice, best, &better) ||
        gt_eval_figures_find(&e->found, best, &estimate))
        return GT_OK;
    for (int i = 0; i < e->found.count && used < sizeof list; i++)
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s",
                                 i ? ", " : "", e->found.figure[i].key);
    return gt_fail(GT_ERR_MISMATCH,
                   "output.best is %s, which this model does not have; an "
                   "evaluation of it finds %s",
                   best, list);
}

gt_status gt_periodic_eval_run(gt_periodic_eval *e, gt_metrics *metrics)
{
    const char *before = gt_phase_enter("evaluating the model");
    e->found.count = 0;
    gt_task_begin_evaluation(e->task);
    gt_status status = gt_eval_run(&e->choice, &e->subject, &e->found);
    gt_task_end_evaluation(e->task);
    gt_subject_forget(&e->subject);
    gt_phase_leave(before);
    if (status == GT_OK)
        add(e, metrics);
    return status == GT_OK ? check_found(e) : status;
}
