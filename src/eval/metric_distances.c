/* metric_distances.c: how far the model's samples are from data, by three
 * distances, each beside its floor: how far training data are from held-out
 * data. What sampling alone makes is in both. */
#include "eval/frechet.h"
#include "eval/kernel_distance.h"
#include "eval/metrics.h"
#include "eval/sliced.h"

/* A distance of two sets of points. Collective. */
typedef gt_status distance(gt_comm *comm, const gt_points *a,
                           const gt_points *b, gt_estimate *out);

/* Of all models that a subject has in turn there is one floor. */
static gt_status find_floor(gt_subject *s, distance *find,
                            const gt_points *data, const char *key,
                            gt_estimate *found)
{
    const gt_estimate *before = gt_subject_floor_of(s, key);
    const gt_sample_set *training;
    if (before) {
        *found = *before;
        return GT_OK;
    }
    gt_status status = gt_subject_get(s, GT_SET_TRAINING, &training);
    if (status == GT_OK)
        status = find(s->comm, data, &training->points, found);
    if (status == GT_OK)
        gt_subject_keep_floor(s, key, *found);
    return status;
}

static gt_status run_distance(gt_subject *s, distance *find, const char *key,
                              const char *floor, gt_eval_figures *figures)
{
    const gt_sample_set *made, *data;
    gt_estimate found;
    gt_status status = gt_subject_get_pair(s, &data, &made);
    if (status == GT_OK)
        status = find(s->comm, &data->points, &made->points, &found);
    if (status != GT_OK)
        return status;
    gt_eval_figures_set(figures, key, found);
    if (!gt_subject_has_floor(s))
        return GT_OK;
    status = find_floor(s, find, &data->points, floor, &found);
    if (status == GT_OK)
        gt_eval_figures_set(figures, floor, found);
    return status;
}

static gt_status run_frechet(gt_subject *s, gt_eval_figures *figures)
{
    return run_distance(s, gt_frechet_distance, "frechet_distance",
                        "frechet_floor", figures);
}

static gt_status run_kernel(gt_subject *s, gt_eval_figures *figures)
{
    return run_distance(s, gt_kernel_distance, "kernel_distance",
                        "kernel_floor", figures);
}

static gt_status find_sliced(gt_comm *comm, const gt_points *a,
                             const gt_points *b, gt_estimate *out)
{
    return gt_sliced_wasserstein(comm, a, b, GT_SLICED_DIRECTIONS, 1, out);
}

static gt_status run_sliced(gt_subject *s, gt_eval_figures *figures)
{
    return run_distance(s, find_sliced, "sliced_distance", "sliced_floor",
                        figures);
}

const gt_eval_metric gt__metric_frechet = {
    .name = "frechet",
    .help = "squared Frechet distance of Gaussians fitted to the features "
            "(Heusel et al. 2017)",
    .missing = gt__missing_samples,
    .run = run_frechet,
    .points = true,
    .ranks = {{"frechet_distance", GT_BETTER_LESS}},
};

const gt_eval_metric gt__metric_kernel = {
    .name = "kernel",
    .help = "squared maximum mean discrepancy of the features with the cubic "
            "kernel (Binkowski et al. 2018); about 0, and also below, where "
            "nothing tells the sets apart",
    .missing = gt__missing_samples,
    .run = run_kernel,
    .points = true,
    .ranks = {{"kernel_distance", GT_BETTER_LESS}},
};

const gt_eval_metric gt__metric_sliced = {
    .name = "sliced",
    .help = "sliced Wasserstein distance of order 2 of the features (Rabin et "
            "al. 2011)",
    .missing = gt__missing_samples,
    .run = run_sliced,
    .points = true,
    .ranks = {{"sliced_distance", GT_BETTER_LESS}},
};
