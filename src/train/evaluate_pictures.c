/* evaluate_pictures.c: which pictures a model has is in a table. Figures are
 * worth more than pictures of them, so a picture that cannot be written ends
 * nothing. */
#include "train/evaluate_pictures.h"

#include "base/heartbeat.h"
#include "base/log.h"
#include "core/arena.h"
#include "run/picture/picture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *gt__missing_made(const gt_evaluator *e)
{
    return e->task->type->generate ? NULL : "the model makes no samples";
}

const char *gt__missing_sheet(const gt_evaluator *e)
{
    if (!e->task->type->generate)
        return gt__missing_made(e);
    return gt_shape_is_point(e->data->image) ? "points are in scatter.png"
                                             : NULL;
}

const gt__picture gt__pictures[] = {
    {"samples", "samples.png", NULL, gt__missing_sheet, gt__draw_samples},
    {"histogram", "histogram.csv", NULL, gt__missing_made, gt__draw_histogram},
};
_Static_assert(sizeof gt__pictures / sizeof *gt__pictures ==
                   GT_EVALUATION_PICTURES,
               "each has a place in a result");

bool gt__drawn(gt_status status, const char *path)
{
    if (status == GT_OK)
        gt_info("wrote %s", path);
    else
        gt_warn("no picture: %s", gt_message());
    return status == GT_OK;
}

gt_status gt__draw_units(const gt_evaluator *e, const char *path,
                         const gt_real *units, size_t n, int columns)
{
    const gt_source *source = e->train;
    size_t count = n * gt_shape_size(e->data->image);
    gt_picture_values values = {.n = n,
                                .shape = e->data->image,
                                .reals = units,
                                .low = source->low,
                                .high = source->high};
    if (source->element == GT_ELEMENT_REALS)
        return gt_picture_write(path, &values, columns);
    uint8_t *bytes = malloc(count);
    if (!bytes)
        return gt_fail(GT_ERR_MEMORY, "%s: no memory for its pixels", path);
    for (size_t i = 0; i < count; i++)
        bytes[i] = (uint8_t)units[i];
    values.reals = NULL;
    values.bytes = bytes;
    gt_status status = gt_picture_write(path, &values, columns);
    free(bytes);
    return status;
}

/* "samples.png (points are in scatter.png), ..." */
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

gt_status gt__evaluation_draw(gt_evaluator *e, gt_evaluation_pictures *pictures)
{
    const char *before = gt_phase_enter("drawing pictures");
    gt_status status = GT_OK;
    for (int i = 0; i < GT_EVALUATION_PICTURES && status == GT_OK; i++) {
        const char *missing = gt__pictures[i].missing(e);
        bool drawn = false;
        if (!missing)
            status = gt__pictures[i].draw(e, pictures->folder, &drawn);
        if (!missing && !drawn)
            missing = "it cannot be written";
        pictures->missing[i] = missing;
    }
    gt_phase_leave(before);
    if (status == GT_OK && e->comm->rank == 0)
        tell_missing(pictures);
    return status;
}
