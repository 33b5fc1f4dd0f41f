/* data_figures.c: labels and conditions are few bytes a sample, so all of them
 * are read. Values may be terabytes: then some samples tell enough. */
#include "cli/data_figures.h"

#include "core/arena.h"

#include <math.h>
#include <stdlib.h>

enum { PIECE = 256, FEW = 1024, MOST = 1 << 28, BUFFER = 1 << 22 };

double gt__extent_usual(const gt__extent *e)
{
    return e->sized ? exp2(e->powers / (double)e->sized + 0.5) : 0;
}

bool gt__extent_spans(const gt__extent *e)
{
    enum { TIMES = 100 };
    double most = fmax(fabs(e->least), fabs(e->most));
    return e->sized > 0 && most >= TIMES * gt__extent_usual(e);
}

static void add(gt__extent *e, double value)
{
    if (!isfinite(value)) {
        e->not_finite++;
        return;
    }
    e->least = e->count ? fmin(e->least, value) : value;
    e->most = e->count ? fmax(e->most, value) : value;
    e->sum += value;
    e->count++;
}

/* --- Labels and conditions. */

static gt_status add_piece(gt__data_figures *f, const gt_source *source,
                           uint64_t first, int n, const gt_source_rows *rows)
{
    uint64_t numbers[PIECE];
    int columns = source->n_conditions;
    for (int i = 0; i < n; i++)
        numbers[i] = first + (uint64_t)i;
    gt_status status = gt_source_read(source, numbers, n, rows);
    if (status != GT_OK)
        return status;
    for (int i = 0; rows->labels && i < n; i++)
        if (rows->labels[i] >= 0)
            f->labels[rows->labels[i]]++;
    for (int i = 0; i < n * columns; i++)
        add(&f->columns[i % columns], (double)rows->conditions[i]);
    return GT_OK;
}

static gt_status look_at_columns(gt__data_figures *f, const gt_source *source)
{
    int labels[PIECE];
    size_t columns = (size_t)source->n_conditions;
    gt_source_rows rows = {.labels = source->classes > 0 ? labels : NULL};
    gt_status status = GT_OK;
    if (columns)
        rows.conditions = gt_real_alloc(PIECE * columns);
    if (columns && !rows.conditions)
        return gt_fail(GT_ERR_MEMORY, "cannot look at conditions");
    bool any = rows.labels || rows.conditions;
    for (uint64_t i = 0; any && i < source->count && status == GT_OK;
         i += PIECE) {
        uint64_t left = source->count - i;
        status =
            add_piece(f, source, i, left < PIECE ? (int)left : PIECE, &rows);
    }
    free(rows.conditions);
    return status;
}

/* --- Values. */

static void add_values(gt__extent *e, const gt_source_rows *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double value =
            rows->bytes ? (double)rows->bytes[i] : (double)rows->reals[i];
        add(e, value);
        if (rows->reals && isfinite(value) && value != 0) {
            e->powers += ilogb(value);
            e->sized++;
        }
    }
}

/* Samples that cannot be read are counted; the first is warned of by the
 * caller. */
static gt_status look_at_each(gt__data_figures *f, const gt_source *source,
                              const uint64_t *numbers, int n,
                              const gt_source_rows *rows)
{
    for (int i = 0; i < n; i++) {
        gt_status status = gt_source_read(source, &numbers[i], 1, rows);
        if (status != GT_OK && status != GT_ERR_IO && status != GT_ERR_FORMAT)
            return status;
        if (status == GT_OK)
            add_values(&f->values, rows, gt_shape_size(source->shape));
        else
            f->unreadable++;
    }
    return GT_OK;
}

/* Sample number `i` of those that are looked at. */
static uint64_t pick(const gt__data_figures *f, const gt_source *source,
                     uint64_t i)
{
    return (uint64_t)((double)i * (double)source->count / (double)f->some);
}

static gt_status look_at_values(gt__data_figures *f, const gt_source *source)
{
    size_t size = gt_shape_size(source->shape);
    bool bytes = source->element == GT_ELEMENT_BYTES;
    size_t each = size * (bytes ? 1 : sizeof(gt_real));
    bool slow = source->type->default_count > 0 || source->costly;
    uint64_t most = slow ? FEW : MOST / each + 1;
    size_t fit = BUFFER / each;
    int room = fit < 1 ? 1 : fit < PIECE ? (int)fit : PIECE;
    f->some = source->count < most ? source->count : most;
    void *memory = malloc((size_t)room * each);
    if (!memory)
        return gt_fail(GT_ERR_MEMORY, "cannot look at samples");
    gt_source_rows rows = {.bytes = bytes ? memory : NULL,
                           .reals = bytes ? NULL : memory};
    gt_status status = GT_OK;
    for (uint64_t i = 0; i < f->some && status == GT_OK; i += (uint64_t)room) {
        uint64_t numbers[PIECE], left = f->some - i;
        int n = left < (uint64_t)room ? (int)left : room;
        for (int j = 0; j < n; j++)
            numbers[j] = pick(f, source, i + (uint64_t)j);
        if (gt_source_read(source, numbers, n, &rows) == GT_OK)
            add_values(&f->values, &rows, (size_t)n * size);
        else
            status = look_at_each(f, source, numbers, n, &rows);
    }
    free(memory);
    return status;
}

gt_status gt__data_figures_find(gt__data_figures *f, const gt_source *source)
{
    size_t columns = (size_t)source->n_conditions;
    *f = (gt__data_figures){
        .labels = calloc((size_t)source->classes + 1, sizeof *f->labels),
        .columns = calloc(columns + 1, sizeof *f->columns)};
    if (!f->labels || !f->columns)
        return gt_fail(GT_ERR_MEMORY, "cannot count labels");
    gt_status status = look_at_columns(f, source);
    return status == GT_OK ? look_at_values(f, source) : status;
}

void gt__data_figures_free(gt__data_figures *f)
{
    free(f->labels);
    free(f->columns);
    *f = (gt__data_figures){0};
}
