/* metric_nearest.c: a model that repeats training samples makes some that are
 * nearer to these than held-out data are. How near held-out data are depends on
 * the data alone, so it is beside it. */
#include "eval/copies.h"
#include "eval/metrics.h"

#include <math.h>
#include <stdlib.h>

static const char *missing(const gt_subject *s)
{
    if (gt_copies_missing(s))
        return gt_copies_missing(s);
    return s->test ? NULL
                   : "nothing is held out that samples can be compared with";
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Of n >= 1 numbers, which are sorted. The error is that of the rank: half of
 * what is between the quantiles one standard deviation around the median. */
static gt_estimate median_of(double *x, size_t n)
{
    qsort(x, n, sizeof *x, by_size);
    double part = 0.5 / sqrt((double)n), last = (double)(n - 1);
    double low = x[(size_t)(fmax(0.5 - part, 0) * last + 0.5)];
    double high = x[(size_t)(fmin(0.5 + part, 1) * last + 0.5)];
    double middle = (x[(n - 1) / 2] + x[n / 2]) / 2;
    return (gt_estimate){middle, n > 3 ? (high - low) / 2 : NAN};
}

static gt_status find(gt_subject *s, gt_subject_set which, gt_estimate *out)
{
    size_t n = gt_copies_queries(s, which);
    gt_neighbour *found = malloc(n * sizeof *found);
    double *distance = malloc(n * sizeof *distance);
    gt_status status =
        found && distance
            ? GT_OK
            : gt_fail(GT_ERR_MEMORY, "no memory for neighbours of samples");
    status = gt_comm_agree(s->comm, status);
    if (status == GT_OK)
        status = gt_copies_find(s, which, n, 1, found);
    for (size_t i = 0; status == GT_OK && i < n; i++)
        distance[i] = sqrt(found[i].square);
    if (status == GT_OK)
        *out = median_of(distance, n);
    free(found);
    free(distance);
    return status;
}

static gt_status run(gt_subject *s, gt_eval_figures *figures)
{
    gt_estimate model, data;
    gt_status status = find(s, GT_SET_MODEL, &model);
    if (status == GT_OK)
        status = find(s, GT_SET_TEST, &data);
    if (status != GT_OK)
        return status;
    double ratio = model.value / data.value;
    gt_eval_figures_set(figures, "nearest_model", model);
    gt_eval_figures_set(figures, "nearest_held_out", data);
    gt_eval_figures_set(
        figures, "nearest_ratio",
        (gt_estimate){ratio, hypot(model.error / data.value,
                                   ratio * data.error / data.value)});
    return GT_OK;
}

const gt_eval_metric gt__metric_nearest = {
    .name = "nearest",
    .help = "median distance of samples to the nearest training sample, and of "
            "held-out samples; a ratio far below 1 tells of copies",
    .missing = missing,
    .run = run,
    .plain = true,
    .ranks = {{"nearest_ratio", GT_BETTER_NEITHER,
               "it is best at about 1; less says that samples repeat the "
               "training, more that they lie beside the data"},
              {"nearest_model", GT_BETTER_NEITHER,
               "samples may be too near to those of the training, or too "
               "far"}},
};
