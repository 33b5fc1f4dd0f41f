/* resized.c: a source of its own, like a stack. An image is read into memory of
 * its reading, as many threads may read at the same time. */
#include "data/resized.h"

#include "core/hash.h"
#include "data/stored_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static gt_status refuse(const gt_source *from, gt_shape shape, const char *why)
{
    char has[GT_SHAPE_TEXT], wants[GT_SHAPE_TEXT];
    return gt_fail(GT_ERR_MISMATCH,
                   "data '%s': %s are %s, and %s, so they cannot become %s",
                   from->uri, gt_shape_noun(from->shape),
                   gt_shape_text(from->shape, has), why,
                   gt_shape_text(shape, wants));
}

static bool is_image(gt_shape shape)
{
    return !gt_shape_is_volume(shape) && !gt_shape_is_flat(shape);
}

static gt_status check(const gt_source *from, gt_shape shape)
{
    if (!is_image(from->shape) || from->shape.c > 4)
        return refuse(from, shape,
                      "only images of 1 to 4 channels are resized");
    if (from->element != GT_ELEMENT_BYTES)
        return refuse(from, shape, "only images of bytes are resized");
    if (!is_image(shape) || shape.c == 2 || shape.c > 4)
        return refuse(from, shape, "resized images have 1, 3 or 4 channels");
    return GT_OK;
}

gt_status gt__resized_new(gt_source **source, gt_shape shape, gt_fit fit)
{
    gt_source *from = *source;
    char text[128], shape_text[GT_SHAPE_TEXT];
    gt_status status = check(from, shape);
    if (status != GT_OK)
        return status;
    gt_source *resized = malloc(sizeof *resized);
    char *uri = strdup(from->uri);
    if (!resized || !uri) {
        free(resized);
        free(uri);
        return gt_fail(GT_ERR_MEMORY, "no memory to open data '%s'", from->uri);
    }
    int n = snprintf(text, sizeof text, "%016llx as %s by %s",
                     (unsigned long long)from->digest,
                     gt_shape_text(shape, shape_text), gt_fit_names[fit]);
    *resized = *from;
    resized->uri = uri;
    resized->shape = shape;
    resized->digest = gt_hash_of(text, (size_t)n);
    resized->contents = resized->digest;
    resized->part = (gt_subset){0};
    resized->costly = true;
    resized->form = NULL;
    resized->form_size = 0;
    resized->inner = from;
    resized->resized = true;
    resized->fit = fit;
    *source = resized;
    return GT_OK;
}

/* One image, of which `buffer` holds the bytes. */
static gt_status resize(const gt_source *resized, uint8_t *buffer, uint8_t *to)
{
    gt_shape of = resized->inner->shape;
    gt__pixels pixels = {.width = of.w,
                         .height = of.h,
                         .channels = of.c,
                         .bits = 8,
                         .step_x = of.c,
                         .step_y = (ptrdiff_t)of.w * of.c,
                         .values = buffer};
    return gt__picture_fit(&pixels, (gt_fit)resized->fit, resized->shape, to,
                           NULL);
}

gt_status gt__resized_read(const gt_source *resized, const uint64_t *numbers,
                           int n, const gt_source_rows *to)
{
    const gt_source *from = resized->inner;
    size_t size = gt_shape_size(from->shape);
    gt_source_rows rows = *to;
    rows.bytes = to->bytes ? malloc((size_t)n * size) : NULL;
    if (to->bytes && !rows.bytes)
        return gt_fail(GT_ERR_MEMORY, "data '%s': no memory to resize images",
                       resized->uri);
    gt_status status = gt__stored_read(from, numbers, n, &rows);
    for (int i = 0; i < n && to->bytes && status == GT_OK; i++)
        status = resize(resized, rows.bytes + (size_t)i * size,
                        to->bytes + (size_t)i * gt_shape_size(resized->shape));
    free(rows.bytes);
    return status;
}
