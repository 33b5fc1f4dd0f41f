/* read_one.h: one sample of a source, by its number. */
#ifndef GT_TESTS_READ_ONE_H
#define GT_TESTS_READ_ONE_H

#include "data/source.h"

#include <stdlib.h>

static inline void read_bytes(const gt_source *source, uint64_t number,
                              uint8_t *out)
{
    gt_source_rows rows = {.bytes = out};
    if (gt_source_read(source, &number, 1, &rows) != GT_OK)
        abort();
}

/* Bytes are scaled to `range`. */
static inline void read_one(const gt_source *source, uint64_t number,
                            gt_range range, gt_real *out)
{
    size_t n = gt_shape_size(source->shape);
    gt_source_rows rows = {.reals = out};
    if (source->element == GT_ELEMENT_REALS) {
        if (gt_source_read(source, &number, 1, &rows) != GT_OK)
            abort();
        return;
    }
    uint8_t *bytes = malloc(n);
    if (!bytes)
        abort();
    read_bytes(source, number, bytes);
    gt_range_from_bytes(range, bytes, n, out);
    free(bytes);
}

static inline int label_of(const gt_source *source, uint64_t number)
{
    int label = -2;
    gt_source_rows rows = {.labels = &label};
    if (gt_source_read(source, &number, 1, &rows) != GT_OK)
        abort();
    return label;
}

#endif
