/* metric_auc.c: whether a classifier can be trained that tells the model's
 * samples from data. */
#include "eval/classifier_test.h"
#include "eval/metrics.h"

_Static_assert(GT_CLASSIFIER_TEST_LEAST == 50, "as a message says");

static const char *missing(const gt_subject *s)
{
    uint64_t least = GT_CLASSIFIER_TEST_LEAST;
    if (gt__missing_samples(s))
        return gt__missing_samples(s);
    if (s->given)
        return s->set[GT_SET_MODEL].points.n < least ||
                       s->set[GT_SET_TEST].points.n < least
                   ? "it needs 50 samples of the model and of the data"
                   : NULL;
    return s->samples < least ||
                   gt_subject_reference_reader(s)->source->count < least
               ? "it needs 50 samples of the model and of the data"
               : NULL;
}

static gt_status run(gt_subject *s, gt_eval_figures *figures)
{
    const gt_sample_set *made, *data;
    gt_estimate auc;
    gt_status status = gt_subject_get_pair(s, &data, &made);
    if (status == GT_OK)
        status = gt_classifier_test(s->comm, &data->points, &made->points,
                                    s->seed, &auc);
    if (status == GT_OK)
        gt_eval_figures_set(figures, "auc", auc);
    return status;
}

const gt_eval_metric gt__metric_auc = {
    .name = "auc",
    .help = "area under the curve of a classifier that is trained on the "
            "features to tell the model's samples from data (Lopez-Paz, Oquab "
            "2017): 0.5 where it cannot",
    .missing = missing,
    .run = run,
    .points = true,
    .ranks = {{"auc", GT_BETTER_LESS}},
};
