/* metric_classes.c: which classes the model's samples are of, how evenly and
 * how clearly, in the eyes of a classifier. The data are judged by the same
 * one: its mistakes are then in both. */
#include "eval/blocks.h"
#include "eval/classes.h"
#include "eval/metrics.h"

#include <math.h>
#include <stdlib.h>

/* The mean probability of the class that is found. */
static gt_estimate mean_confidence(const gt_sample_set *set)
{
    double sum = 0, squares = 0, n = (double)set->points.n;
    for (size_t i = 0; i < set->points.n; i++) {
        double confidence = set->found[i].confidence;
        sum += confidence;
        squares += confidence * confidence;
    }
    double mean = sum / n, variance = fmax(squares / n - mean * mean, 0);
    return (gt_estimate){mean, sqrt(variance / n)};
}

/* The share of each class, where these are few enough to be read. */
static void set_shares(const gt_sample_set *made, const double *counts,
                       int classes, gt_eval_figures *figures)
{
    static const char *const keys[] = {
        "class_share_0", "class_share_1", "class_share_2",  "class_share_3",
        "class_share_4", "class_share_5", "class_share_6",  "class_share_7",
        "class_share_8", "class_share_9", "class_share_10", "class_share_11"};
    double n = (double)made->points.n;
    if (classes > (int)(sizeof keys / sizeof *keys))
        return;
    for (int c = 0; c < classes; c++) {
        double share = counts[c] / n;
        gt_eval_figures_set(
            figures, keys[c],
            (gt_estimate){share, sqrt(share * (1 - share) / n)});
    }
}

static gt_status find(const gt_sample_set *data, const gt_sample_set *made,
                      int classes, gt_class_figures *of_data,
                      gt_class_figures *of_made, gt_eval_figures *figures)
{
    double *counts;
    gt_status status =
        gt_blocks_alloc(&counts, 2 * (size_t)classes, "counts of classes");
    if (status != GT_OK)
        return status;
    double *expected = counts + classes;
    gt_sample_set_count(data, classes, expected);
    gt_sample_set_count(made, classes, counts);
    status = gt_class_figures_of(expected, NULL, classes, of_data);
    if (status == GT_OK)
        status = gt_class_figures_of(counts, expected, classes, of_made);
    if (status == GT_OK)
        set_shares(made, counts, classes, figures);
    free(counts);
    return status;
}

static gt_status run(gt_subject *s, gt_eval_figures *figures)
{
    const gt_sample_set *data, *made;
    gt_class_figures of_data, of_made;
    gt_status status = gt_subject_get_pair(s, &data, &made);
    if (status != GT_OK)
        return status;
    status = gt_comm_agree(s->comm, find(data, made, s->features->classes,
                                         &of_data, &of_made, figures));
    if (status != GT_OK)
        return status;
    gt_eval_figures_set_value(figures, "classes_seen", of_made.seen);
    gt_eval_figures_set(figures, "class_entropy", of_made.entropy);
    gt_eval_figures_set(figures, "class_entropy_data", of_data.entropy);
    gt_eval_figures_set(figures, "class_kl", of_made.divergence);
    gt_eval_figures_set(figures, "class_confidence", mean_confidence(made));
    gt_eval_figures_set(figures, "class_confidence_data",
                        mean_confidence(data));
    return GT_OK;
}

const gt_eval_metric gt__metric_classes = {
    .name = "classes",
    .help =
        "classes that the classifier finds in the samples, the share of each, "
        "entropy of shares, KL to those of the data, mean confidence",
    .missing = gt__missing_classes,
    .run = run,
    .ranks = {{"classes_seen", GT_BETTER_MORE}, {"class_kl", GT_BETTER_LESS}},
};
