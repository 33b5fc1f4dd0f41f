/* metric_modes.c: which modes of a mixture the model has found, where the data
 * are one and say where its modes are. Those are in the units of the data, so
 * samples are brought back to these. */
#include "core/arena.h"
#include "eval/metrics.h"
#include "eval/modes.h"

#include <stdlib.h>

static const char *missing(const gt_subject *s)
{
    if (gt__missing_samples(s))
        return gt__missing_samples(s);
    if (!s->training->source->type->mode)
        return "nobody knows the modes of the data, only of ring and grid";
    if (s->features->kind != GT_FEATURES_VALUES)
        return "modes are counted without a classifier";
    return gt_transform_needs_conditions(&s->training->transform)
               ? "the values of data.transform depend on conditions"
               : NULL;
}

/* Owned by the caller, and like `points` but for the units. */
static gt_status to_data(const gt_reader *reader, const gt_points *points,
                         gt_real **out)
{
    *out = gt_real_alloc(points->n * (size_t)points->dim);
    if (!*out)
        return gt_fail(GT_ERR_MEMORY, "no memory for %zu points", points->n);
    gt_transform_to_data(&reader->transform, points->x, NULL, 0, points->n,
                         *out);
    return GT_OK;
}

static gt_status count(gt_subject *s, const gt_points *made,
                       gt_mode_figures *found)
{
    gt_modes modes = {0};
    gt_real *x = NULL;
    gt_status status = gt_modes_new(&modes, s->training->source);
    if (status == GT_OK)
        status = to_data(s->training, made, &x);
    if (status == GT_OK) {
        gt_points points = {made->n, made->dim, x};
        status = gt_modes_count(&modes, &points, found);
    }
    free(x);
    gt_modes_free(&modes);
    return status;
}

static gt_status run(gt_subject *s, gt_eval_figures *figures)
{
    const gt_sample_set *made;
    gt_mode_figures found;
    gt_status status = gt_subject_get(s, GT_SET_MODEL, &made);
    if (status != GT_OK)
        return status;
    status = gt_comm_agree(s->comm, count(s, &made->points, &found));
    if (status != GT_OK)
        return status;
    gt_eval_figures_set_value(figures, "modes", found.found);
    gt_eval_figures_set(figures, "mode_quality", found.quality);
    gt_eval_figures_set(figures, "mode_kl", found.divergence);
    return GT_OK;
}

const gt_eval_metric gt__metric_modes = {
    .name = "modes",
    .help =
        "modes of ring and grid that have a sample within 3 sigma, the part "
        "of the samples that are so near to one, and KL of their shares to "
        "equal ones (Lin et al. 2018)",
    .missing = missing,
    .run = run,
    .ranks = {{"modes", GT_BETTER_MORE},
              {"mode_quality", GT_BETTER_MORE},
              {"mode_kl", GT_BETTER_LESS}},
    .plain = true,
};
