/* metrics.c: who asks for nothing gets all that the model and the data allow;
 * who names a metric hears why it cannot be had. */
#include "eval/metrics.h"

#include "base/nearest.h"

#include <stdio.h>
#include <string.h>

const gt_eval_metric *const gt_eval_metrics[] = {&gt__metric_frechet,
                                                 &gt__metric_kernel,
                                                 &gt__metric_sliced,
                                                 &gt__metric_coverage,
                                                 &gt__metric_two_sample,
                                                 &gt__metric_nearest,
                                                 &gt__metric_auc,
                                                 &gt__metric_modes,
                                                 &gt__metric_classes,
                                                 &gt__metric_agreement,
                                                 &gt__metric_likelihood,
                                                 &gt__metric_disentanglement,
                                                 NULL};

const char *gt__missing_samples(const gt_subject *subject)
{
    return subject->task->type->generate ? NULL : "the model makes no samples";
}

const char *gt__missing_classes(const gt_subject *subject)
{
    if (!subject->task->type->generate)
        return gt__missing_samples(subject);
    return subject->features->classes > 0
               ? NULL
               : "there is no classifier of the data; name one (--classifier, "
                 "output.classifier)";
}

/* Of points that were found elsewhere there is nothing but these. */
static const char *missing(const gt_eval_metric *m, const gt_subject *subject)
{
    return subject->given && !m->points
               ? "it looks at samples, and --features FILE gives features alone"
               : m->missing(subject);
}

/* --- The choice. */

static gt_status find(const char *name, size_t n, const gt_eval_metric **out)
{
    const char *names[GT_EVAL_METRICS_MAX];
    char wanted[64], suggestion[GT_SUGGESTION];
    int i = 0;
    for (; gt_eval_metrics[i]; i++) {
        names[i] = gt_eval_metrics[i]->name;
        if (strlen(names[i]) == n && !memcmp(names[i], name, n)) {
            *out = gt_eval_metrics[i];
            return GT_OK;
        }
    }
    snprintf(wanted, sizeof wanted, "%.*s", n < 40 ? (int)n : 40, name);
    return gt_fail(GT_ERR_USAGE,
                   "unknown metric \"%s\" (see gentrain help metrics)%s",
                   wanted, gt_suggestion(wanted, names, i, suggestion));
}

static bool is_chosen(const gt_eval_choice *choice, const gt_eval_metric *m)
{
    for (int i = 0; i < choice->count; i++)
        if (choice->metric[i] == m)
            return true;
    return false;
}

gt_status gt_eval_choose(const char *list, gt_eval_choice *choice)
{
    *choice = (gt_eval_choice){.named = list != NULL};
    for (int i = 0; !list && gt_eval_metrics[i]; i++)
        if (!gt_eval_metrics[i]->costly)
            choice->metric[choice->count++] = gt_eval_metrics[i];
    while (list) {
        const gt_eval_metric *m;
        size_t n = strcspn(list, ",");
        gt_status status = find(list, n, &m);
        if (status != GT_OK)
            return status;
        if (!is_chosen(choice, m))
            choice->metric[choice->count++] = m;
        list = list[n] ? list + n + 1 : NULL;
    }
    return GT_OK;
}

bool gt_eval_wants_features(const gt_eval_choice *choice, bool stacked)
{
    for (int i = 0; i < choice->count; i++)
        if (!choice->metric[i]->plain || (stacked && choice->metric[i]->stacks))
            return true;
    return false;
}

const gt_eval_metric *gt_eval_ranked(const gt_eval_choice *choice,
                                     const char *key, gt_better *better)
{
    for (int i = 0; i < choice->count; i++) {
        const gt_eval_rank *rank = choice->metric[i]->ranks;
        for (int k = 0; k < GT_EVAL_RANKS && rank[k].key; k++)
            if (rank[k].better && !strcmp(rank[k].key, key)) {
                *better = rank[k].better;
                return choice->metric[i];
            }
    }
    return NULL;
}

const char *gt_eval_why_not_ranked(const char *key)
{
    for (int i = 0; gt_eval_metrics[i]; i++) {
        const gt_eval_rank *rank = gt_eval_metrics[i]->ranks;
        for (int k = 0; k < GT_EVAL_RANKS && rank[k].key; k++)
            if (!strcmp(rank[k].key, key))
                return rank[k].why;
    }
    return NULL;
}

gt_status gt_eval_check(const gt_eval_choice *choice, const gt_subject *subject)
{
    for (int i = 0; choice->named && i < choice->count; i++) {
        const char *lacks = missing(choice->metric[i], subject);
        if (lacks)
            return gt_fail(GT_ERR_MISMATCH, "metric %s cannot be had: %s",
                           choice->metric[i]->name, lacks);
    }
    return GT_OK;
}

/* --- The work. */

gt_status gt_eval_run(const gt_eval_choice *choice, gt_subject *subject,
                      gt_eval_figures *figures)
{
    gt_status status = GT_OK;
    for (int i = 0; i < choice->count && status == GT_OK; i++)
        if (!missing(choice->metric[i], subject))
            status = choice->metric[i]->run(subject, figures);
    return status;
}
