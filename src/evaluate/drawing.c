/* drawing.c: figures are worth more than pictures of them, so a
 * picture that cannot be written ends nothing. */
#include "evaluate/drawing.h"

#include "base/log.h"
#include "core/arena.h"
#include "run/picture/picture.h"

#include <stdio.h>
#include <stdlib.h>

size_t gt__sheet_most(const gt_evaluator *e, size_t most)
{
    return gt_shape_is_volume(e->data->image) ? most / 4 : most;
}

bool gt__drawn(gt_status status, const char *path)
{
    if (status == GT_OK)
        gt_info("wrote %s", path);
    else
        gt_warn("there is no %s: %s", path, gt_message());
    return status == GT_OK;
}

/* Samples of bytes are numbers 0 .. 255 here. */
static gt_status write_sheet(const gt_evaluator *e, const char *path,
                             const gt_real *units, const gt__sheet *sheet)
{
    const gt_source *source = e->train;
    size_t count = sheet->n * gt_shape_size(e->data->image);
    gt_picture_values values = {.n = sheet->n,
                                .shape = e->data->image,
                                .reals = units,
                                .low = source->low,
                                .high = source->high,
                                .apart = sheet->apart};
    if (source->element == GT_ELEMENT_REALS)
        return gt_picture_write(path, &values, sheet->columns);
    uint8_t *bytes = malloc(count);
    if (!bytes)
        return gt_fail(GT_ERR_MEMORY, "no memory for its pixels");
    for (size_t i = 0; i < count; i++)
        bytes[i] = (uint8_t)units[i];
    values.reals = NULL;
    values.bytes = bytes;
    gt_status status = gt_picture_write(path, &values, sheet->columns);
    free(bytes);
    return status;
}

gt_status gt__sheet_write(const gt_evaluator *e, const char *folder,
                          const char *file, const gt_real *units,
                          const gt__sheet *sheet, bool *drawn)
{
    char path[GT_PATH + 32];
    *drawn = false;
    if (e->comm->rank == 0) {
        snprintf(path, sizeof path, "%s/%s", folder, file);
        *drawn = gt__drawn(write_sheet(e, path, units, sheet), path);
    }
    gt_comm_broadcast(e->comm, drawn, sizeof *drawn);
    return GT_OK;
}

gt_status gt__sheet_write_results(const gt_evaluator *e, const char *folder,
                                  const char *file, const double *results,
                                  const gt__sheet *sheet, bool *drawn)
{
    size_t count = sheet->n * gt_shape_size(e->data->image);
    gt_real *units = gt_real_alloc(count);
    gt_status status =
        units ? GT_OK : gt_fail(GT_ERR_MEMORY, "no memory for %s", file);
    status = gt_comm_agree(e->comm, status);
    for (size_t i = 0; status == GT_OK && i < count; i++)
        units[i] = (gt_real)results[i];
    if (status == GT_OK)
        status = gt__sheet_write(e, folder, file, units, sheet, drawn);
    free(units);
    return status;
}
