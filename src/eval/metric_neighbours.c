/* metric_neighbours.c: what the nearest neighbours of samples tell: quality and
 * variety apart, and whether two sets can be told apart at all. */
#include "eval/metrics.h"
#include "eval/prdc.h"
#include "eval/two_sample.h"

static gt_status run_coverage(gt_subject *s, gt_eval_figures *figures)
{
    const gt_sample_set *made, *data;
    gt_prdc found;
    gt_status status = gt_subject_get_pair(s, &data, &made);
    if (status == GT_OK)
        status = gt_prdc_find(s->comm, &data->points, &made->points, &found);
    if (status != GT_OK)
        return status;
    gt_eval_figures_set(figures, "precision", found.precision);
    gt_eval_figures_set(figures, "recall", found.recall);
    gt_eval_figures_set(figures, "density", found.density);
    gt_eval_figures_set(figures, "coverage", found.coverage);
    return GT_OK;
}

static gt_status run_two_sample(gt_subject *s, gt_eval_figures *figures)
{
    const gt_sample_set *made, *data;
    gt_two_sample found;
    gt_status status = gt_subject_get_pair(s, &data, &made);
    if (status == GT_OK)
        status =
            gt_two_sample_test(s->comm, &data->points, &made->points, &found);
    if (status != GT_OK)
        return status;
    gt_eval_figures_set(figures, "neighbour_accuracy", found.all);
    gt_eval_figures_set(figures, "neighbour_accuracy_data", found.real);
    gt_eval_figures_set(figures, "neighbour_accuracy_model", found.generated);
    return GT_OK;
}

#define BOTH_ENDS                                                              \
    "it is best at 0.5; more says that samples and data can be told apart, "   \
    "less that samples repeat the data"

const gt_eval_metric gt__metric_coverage = {
    .name = "coverage",
    .help = "precision and recall (Kynkaanniemi et al. 2019), density and "
            "coverage (Naeem et al. 2020) by nearest neighbours",
    .missing = gt__missing_samples,
    .run = run_coverage,
    .points = true,
    .ranks = {{"precision", GT_BETTER_MORE},
              {"recall", GT_BETTER_MORE},
              {"density", GT_BETTER_MORE},
              {"coverage", GT_BETTER_MORE}},
};

const gt_eval_metric gt__metric_two_sample = {
    .name = "two_sample",
    .help = "how often the nearest neighbour of a sample is of its own set "
            "(Lopez-Paz, Oquab 2017): 0.5 where the sets are alike",
    .missing = gt__missing_samples,
    .run = run_two_sample,
    .points = true,
    .ranks = {{"neighbour_accuracy", GT_BETTER_NEITHER, BOTH_ENDS},
              {"neighbour_accuracy_data", GT_BETTER_NEITHER, BOTH_ENDS},
              {"neighbour_accuracy_model", GT_BETTER_NEITHER, BOTH_ENDS}},
};
