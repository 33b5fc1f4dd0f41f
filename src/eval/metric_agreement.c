/* metric_agreement.c: whether a conditional model makes what it is asked for,
 * in the eyes of a classifier. It cannot be more right than the classifier is,
 * whose accuracy is told beside it. */
#include "data/config.h"
#include "eval/metrics.h"

static const char *missing(const gt_subject *s)
{
    const gt_config *config = s->task->setup.config;
    if (gt__missing_classes(s))
        return gt__missing_classes(s);
    return gt_data_config_of(config)->classes > 0
               ? NULL
               : "the model is not asked for classes (data.classes)";
}

static gt_status run(gt_subject *s, gt_eval_figures *figures)
{
    const gt_sample_set *made;
    gt_status status = gt_subject_get(s, GT_SET_MODEL, &made);
    if (status == GT_OK)
        gt_eval_figures_set(figures, "class_agreement",
                            gt_sample_set_agreement(made));
    return status;
}

const gt_eval_metric gt__metric_agreement = {
    .name = "agreement",
    .help = "part of the samples in which the classifier finds the class that "
            "the model was asked for",
    .missing = missing,
    .run = run,
    .ranks = {{"class_agreement", GT_BETTER_MORE}},
};
