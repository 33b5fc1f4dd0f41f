/* metric_frechet.c: how far the model's samples are from held-out data, beside
 * how far training data are from these: the floor that sampling alone makes. */
#include "eval/frechet.h"
#include "eval/metrics.h"

static gt_status run(gt_subject *s, gt_eval_figures *figures)
{
    const gt_sample_set *made, *data, *training;
    gt_estimate distance;
    gt_status status = gt_subject_get(s, GT_SET_MODEL, &made);
    if (status == GT_OK)
        status = gt_subject_get(s, gt_subject_reference(s), &data);
    if (status == GT_OK)
        status = gt_frechet_distance(s->comm, &data->points, &made->points,
                                     &distance);
    if (status != GT_OK)
        return status;
    gt_eval_figures_set(figures, "frechet_distance", distance);
    if (!s->test)
        return GT_OK;
    status = gt_subject_get(s, GT_SET_TRAINING, &training);
    if (status == GT_OK)
        status = gt_frechet_distance(s->comm, &data->points, &training->points,
                                     &distance);
    if (status == GT_OK)
        gt_eval_figures_set(figures, "frechet_floor", distance);
    return status;
}

const gt_eval_metric gt__metric_frechet = {
    .name = "frechet",
    .help = "Frechet distance of Gaussians fitted to the features (Heusel et "
            "al. 2017), and its floor: training data against held-out data",
    .missing = gt__missing_samples,
    .run = run,
};
