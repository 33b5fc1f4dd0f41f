/* pictures.c: which pictures a model has is in a table. */
#include "evaluate/pictures.h"

#include "base/heartbeat.h"
#include "base/log.h"
#include "eval/copies.h"
#include "evaluate/between.h"
#include "evaluate/neighbours.h"
#include "evaluate/plots.h"
#include "evaluate/samples.h"

#include <stdio.h>

static const char *missing_made(const gt_evaluator *e)
{
    return e->task->type->generate ? NULL : "the model makes no samples";
}

static const char *missing_sheet(const gt_evaluator *e)
{
    if (!e->task->type->generate)
        return missing_made(e);
    return gt_shape_is_point(e->data->image) ? "points are in scatter.png"
                                             : NULL;
}

static const char *missing_scatter(const gt_evaluator *e)
{
    if (!e->task->type->generate)
        return missing_made(e);
    return gt_shape_is_point(e->data->image)
               ? NULL
               : "samples are not points of the plane";
}

static const char *missing_neighbours(const gt_evaluator *e)
{
    if (missing_sheet(e))
        return missing_sheet(e);
    return gt_copies_missing(&e->subject);
}

static const char *missing_pairs(const gt_evaluator *e)
{
    if (gt_shape_is_point(e->data->image))
        return missing_sheet(e);
    return e->task->type->reconstruct ? NULL
                                      : "the model reconstructs no samples";
}

static const char *missing_between(const gt_evaluator *e)
{
    if (missing_sheet(e))
        return missing_sheet(e);
    const gt_source *reference = e->test ? e->test : e->train;
    return reference->count > 1 ? NULL : "there is one sample of the data";
}

const gt__picture gt__pictures[GT_EVALUATION_PICTURES] = {
    {"samples", "samples.png", NULL, missing_sheet, gt__draw_samples},
    {"neighbours", "neighbours.png", NULL, missing_neighbours,
     gt__draw_neighbours},
    {"scatter", "scatter.png", NULL, missing_scatter, gt__draw_scatter},
    {"histogram", "histogram.png", "histogram.csv", missing_made,
     gt__draw_histogram},
    {"reconstructions", "reconstructions.png", NULL, missing_pairs,
     gt__draw_pairs},
    {"interpolation", "interpolation.png", NULL, missing_between,
     gt__draw_between},
};

/* "scatter.png (samples are not points of the plane), ..." */
static void tell_missing(const gt_evaluation_pictures *pictures)
{
    char text[1024] = "";
    size_t n = 0;
    for (int i = 0; i < GT_EVALUATION_PICTURES; i++)
        if (pictures->missing[i] && n < sizeof text)
            n += (size_t)snprintf(text + n, sizeof text - n, "%s%s (%s)",
                                  n > 0 ? ", " : "", gt__pictures[i].file,
                                  pictures->missing[i]);
    if (n > 0)
        gt_info("not drawn: %s", text);
}

static gt_status make_folder(const gt_evaluator *e, const char *folder,
                             gt_evaluation_pictures *pictures)
{
    gt_status status = GT_OK;
    int n = snprintf(pictures->folder, GT_PATH, "%s", folder);
    if (n >= GT_PATH)
        status = gt_fail(GT_ERR_IO, "%s: the path is too long", folder);
    if (status == GT_OK && e->comm->rank == 0)
        status = gt_directory_make(folder);
    return gt_comm_agree(e->comm, status);
}

gt_status gt_evaluation_draw(gt_evaluator *e, const char *folder,
                             gt_evaluation_pictures *pictures)
{
    const char *before = gt_phase_enter("drawing pictures");
    gt_status status = make_folder(e, folder, pictures);
    for (int i = 0; i < GT_EVALUATION_PICTURES && status == GT_OK; i++) {
        const char *missing = gt__pictures[i].missing(e);
        bool drawn = false;
        if (!missing)
            status = gt__pictures[i].draw(e, folder, &drawn);
        if (!missing && !drawn)
            missing = "see the warning";
        pictures->missing[i] = missing;
    }
    gt_phase_leave(before);
    if (status == GT_OK && e->comm->rank == 0)
        tell_missing(pictures);
    return status;
}
