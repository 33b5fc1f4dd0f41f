/* contact_sheet.c: data are often stored class by class, so the first samples
 * would all be alike. */
#include "run/contact_sheet.h"

#include "base/log.h"
#include "core/arena.h"
#include "run/picture/picture.h"
#include "run/picture/scatter.h"

#include <stdlib.h>
#include <string.h>

typedef struct sheet {
    size_t n, size; /* samples; their values */
    bool reals;
    uint8_t *bytes; /* [n x size], or */
    gt_real *x;     /* [n x size] */
    size_t blank;   /* samples that could not be read */
    gt_failure first;
} sheet;

static gt_status allocate(sheet *s)
{
    if (s->reals)
        s->x = gt_real_alloc(s->n * s->size);
    else
        s->bytes = calloc(s->n, s->size);
    if (s->x || s->bytes)
        return GT_OK;
    return gt_fail(GT_ERR_MEMORY, "no memory for a picture of %zu samples",
                   s->n);
}

static gt_status read_sample(sheet *s, const gt_source *source, size_t i)
{
    uint64_t number = source->count / s->n * i;
    gt_source_rows rows = {0};
    if (s->reals)
        rows.reals = s->x + i * s->size;
    else
        rows.bytes = s->bytes + i * s->size;
    gt_status status = gt_source_read(source, &number, 1, &rows);
    if (status != GT_ERR_IO && status != GT_ERR_FORMAT)
        return status;
    if (s->reals)
        memset(rows.reals, 0, s->size * sizeof *rows.reals);
    else
        memset(rows.bytes, 0, s->size);
    s->blank++;
    gt_failure_keep(&s->first, status);
    return GT_OK;
}

static gt_status fill(sheet *s, const gt_source *source)
{
    gt_status status = allocate(s);
    for (size_t i = 0; i < s->n && status == GT_OK; i++)
        status = read_sample(s, source, i);
    if (status != GT_OK || s->blank == 0)
        return status;
    if (s->blank == s->n)
        return gt_fail(GT_ERR_FORMAT, "no sample can be read: %s",
                       s->first.message);
    gt_warn("%zu of the %zu samples of the picture cannot be read, and are "
            "blank, the first because %s",
            s->blank, s->n, s->first.message);
    return GT_OK;
}

static gt_status draw(const char *path, const sheet *s, const gt_source *source)
{
    gt_shape shape = source->shape;
    if (gt_shape_is_point(shape) && s->reals)
        return gt_scatter_write(path, s->x, s->n, NULL, 0);
    gt_picture_values values = {.n = s->n,
                                .shape = source->shape,
                                .bytes = s->bytes,
                                .reals = s->x,
                                .low = source->low,
                                .high = source->high};
    return gt_picture_write(path, &values,
                            gt_picture_columns(s->n, 1, shape, s->reals));
}

gt_status gt_contact_sheet_write(const char *path, const gt_source *source)
{
    size_t most =
        gt_shape_is_point(source->shape) ? GT_CONTACT_POINTS : GT_CONTACT_SHEET;
    sheet s = {.n = source->count < most ? (size_t)source->count : most,
               .size = gt_shape_size(source->shape),
               .reals = source->element == GT_ELEMENT_REALS};
    gt_status status = gt_picture_check_path(path);
    if (status == GT_OK)
        status = fill(&s, source);
    if (status == GT_OK)
        status = draw(path, &s, source);
    free(s.bytes);
    free(s.x);
    return status;
}
