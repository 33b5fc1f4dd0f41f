/* metric_modes.c: which modes of the data the model has found, where it is
 * known how many there are. Those of a mixture lie where the data say, in their
 * units, so samples are brought back to these. Those of stacked samples are
 * their classes, as a classifier of single ones sees them channel by channel.
 */
#include "core/arena.h"
#include "data/config.h"
#include "eval/blocks.h"
#include "eval/classes.h"
#include "eval/metrics.h"
#include "eval/modes.h"

#include <stdlib.h>

static bool is_stacked(const gt_subject *s)
{
    return gt_data_config_of(s->task->setup.config)->stack > 1;
}

static const char *missing(const gt_subject *s)
{
    if (gt__missing_samples(s))
        return gt__missing_samples(s);
    if (is_stacked(s))
        return gt__missing_classes(s);
    if (!s->training->source->type->mode)
        return "nobody knows the modes of the data, only of ring, grid and "
               "stacked samples (data.stack)";
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

/* Shares of classes against equal ones. */
static gt_status count_classes(const gt_subject *s, const gt_sample_set *made,
                               gt_class_figures *found)
{
    double *counts;
    int classes = s->features->classes;
    gt_status status =
        gt_blocks_alloc(&counts, (size_t)classes, "counts of classes");
    if (status != GT_OK)
        return status;
    gt_sample_set_count(made, classes, counts);
    status = gt_class_figures_of(counts, NULL, classes, found);
    free(counts);
    return status;
}

static gt_status run_stacked(const gt_subject *s, const gt_sample_set *made,
                             gt_eval_figures *figures)
{
    gt_class_figures found;
    gt_status status = gt_comm_agree(s->comm, count_classes(s, made, &found));
    if (status != GT_OK)
        return status;
    gt_eval_figures_set_value(figures, "modes", found.seen);
    gt_eval_figures_set(figures, "mode_kl", found.divergence);
    return GT_OK;
}

static gt_status run(gt_subject *s, gt_eval_figures *figures)
{
    const gt_sample_set *made;
    gt_mode_figures found;
    gt_status status = gt_subject_get(s, GT_SET_MODEL, &made);
    if (status != GT_OK)
        return status;
    if (is_stacked(s))
        return run_stacked(s, made, figures);
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
        "equal ones (Lin et al. 2018); of stacked samples, classes that are "
        "found, and the same KL",
    .missing = missing,
    .run = run,
    .ranks = {{"modes", GT_BETTER_MORE},
              {"mode_quality", GT_BETTER_MORE},
              {"mode_kl", GT_BETTER_LESS}},
    .plain = true,
    .stacks = true,
};
