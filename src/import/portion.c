/* portion.c: samples are read some at a time, as that is how sources like it. A
 * read that fails says nothing of the others, so each is tried alone then. */
#include "import/portion.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SOME = 32, ALIGN = 64 };

gt__geometry gt__geometry_of(const gt_source *source)
{
    if (!source)
        return (gt__geometry){0};
    return (gt__geometry){.count = source->count,
                          .shape = source->shape,
                          .element = source->element,
                          .classes = source->classes,
                          .columns = source->n_conditions,
                          .low = source->low,
                          .high = source->high};
}

size_t gt__geometry_sample(const gt__geometry *g)
{
    size_t number = g->element == GT_ELEMENT_BYTES ? 1 : sizeof(gt_real);
    return gt_shape_size(g->shape) * number;
}

size_t gt__geometry_row(const gt__geometry *g)
{
    return gt__geometry_sample(g) + sizeof(int) +
           (size_t)g->columns * sizeof(gt_real);
}

static size_t aligned(size_t size)
{
    return (size + ALIGN - 1) / ALIGN * ALIGN;
}

static size_t columns_size(const gt__geometry *g, int most)
{
    return aligned((size_t)most * (size_t)g->columns * sizeof(gt_real));
}

size_t gt__portion_size(const gt__geometry *g, int most)
{
    return ALIGN + 2 * aligned((size_t)most * sizeof(int)) +
           columns_size(g, most) +
           aligned((size_t)most * gt__geometry_sample(g));
}

void gt__portion_view(gt__portion *p, const gt__geometry *g, int most,
                      void *block)
{
    char *at = block;
    *p = (gt__portion){.most = most, .size = gt__portion_size(g, most)};
    p->kept = (int64_t *)(void *)at;
    at += ALIGN;
    p->places = (int *)(void *)at;
    at += aligned((size_t)most * sizeof(int));
    p->labels = (int *)(void *)at;
    at += aligned((size_t)most * sizeof(int));
    p->columns = (gt_real *)(void *)at;
    p->samples = at + columns_size(g, most);
}

gt_status gt__portion_new(gt__portion *p, const gt__geometry *g, int most)
{
    size_t size = gt__portion_size(g, most);
    void *block = calloc(1, size);
    *p = (gt__portion){0};
    if (!block)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate %.0f MB for samples",
                       (double)size / 1e6);
    gt__portion_view(p, g, most, block);
    p->block = block;
    return GT_OK;
}

void gt__portion_free(gt__portion *p)
{
    free(p->block);
    gt__text_free(&p->skipped);
    *p = (gt__portion){0};
}

static gt_status skip_one(gt__portion *p, uint64_t number)
{
    char line[GT_MESSAGE + 32];
    int n = snprintf(line, sizeof line, "%llu: %s\n",
                     (unsigned long long)number, gt_message());
    for (int i = 0; i < n - 1; i++)
        if (line[i] == '\n')
            line[i] = ' ';
    return gt__text_add(&p->skipped, line, (size_t)n);
}

/* Behind those that are there, from `place` on. */
static gt_status read_some(gt__portion *p, const gt_source *source,
                           uint64_t first, int place, int n)
{
    uint64_t numbers[SOME];
    gt__geometry g = gt__geometry_of(source);
    size_t kept = (size_t)*p->kept, size = gt_shape_size(g.shape);
    bool bytes = g.element == GT_ELEMENT_BYTES;
    for (int i = 0; i < n; i++)
        numbers[i] = first + (uint64_t)(place + i);
    gt_source_rows rows = {
        .bytes = bytes ? p->samples : NULL,
        .reals = bytes ? NULL : p->samples,
        .labels = g.classes ? p->labels : NULL,
        .conditions = g.columns ? p->columns : NULL,
    };
    rows = gt_source_rows_from(&rows, kept, size, g.columns);
    gt_status status = gt_source_read(source, numbers, n, &rows);
    for (int i = 0; i < n && status == GT_OK; i++)
        p->places[(*p->kept)++] = place + i;
    return status;
}

gt_status gt__portion_read(gt__portion *p, const gt_source *source,
                           uint64_t first, int n, bool skip)
{
    *p->kept = 0;
    gt__text_clear(&p->skipped);
    gt_status status = GT_OK;
    for (int i = 0; i < n && status == GT_OK; i += SOME) {
        int some = n - i < SOME ? n - i : SOME;
        if (read_some(p, source, first, i, some) == GT_OK)
            continue;
        for (int j = i; j < i + some && status == GT_OK; j++) {
            uint64_t number = first + (uint64_t)j;
            status = read_some(p, source, first, j, 1);
            if (status == GT_OK || status == GT_ERR_MEMORY)
                continue;
            status = skip ? skip_one(p, number)
                          : gt_fail_in(status, "sample %llu",
                                       (unsigned long long)number);
        }
    }
    return status;
}
