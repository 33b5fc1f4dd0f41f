/* array_set.c: labels and columns are read with the samples, where they lie,
 * and gone through once when they are opened, so that what is wrong with them
 * is known before a run begins. */
#include "data/array/array_set.h"

#include "base/collective_tick.h"
#include "base/log.h"
#include "base/plural.h"
#include "data/source.h"
#include "store/files.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PIECE = 1024 };

gt__array_set *gt__array_set_of(const gt_source *source)
{
    return source->data;
}

static gt_status no_memory(const gt_source *source)
{
    return gt_fail(GT_ERR_MEMORY, "no memory to open data '%s'", source->uri);
}

gt_status gt__array_set_new(gt_source *source)
{
    gt__array_set *set = calloc(1, sizeof *set);
    source->data = set;
    if (!set)
        return no_memory(source);
    set->samples.file = set->labels.file = -1;
    return GT_OK;
}

void gt__array_set_close(gt_source *source)
{
    gt__array_set *set = source->data;
    if (!set)
        return;
    gt__array_close(&set->samples);
    gt__array_close(&set->labels);
    for (int i = 0; i < set->n_columns; i++) {
        gt__array_close(&set->columns[i]);
        free((void *)set->conditions[i].name);
    }
    free(set->columns);
    free(set->conditions);
    free(set);
    source->data = NULL;
}

/* --- Opening. */

gt_status gt__array_set_samples(gt_source *source, const gt_data_config *config,
                                gt__array array)
{
    gt__array_set *set = source->data;
    set->samples = array;
    gt_status status = gt_layout_choose(
        array.name, array.dims, array.n_dims, (gt_layout)config->layout,
        config->image, &set->layout, &source->shape);
    if (status == GT_OK && array.fortran)
        status = gt__array_hold(&set->samples, &source->region, &set->held);
    if (status != GT_OK)
        return status;
    source->count = array.dims[0];
    source->element =
        gt_number_is_byte(array.number) ? GT_ELEMENT_BYTES : GT_ELEMENT_REALS;
    return GT_OK;
}

/* Whether there is a number for each sample. */
static gt_status check_column(const gt_source *source, const gt__array *a,
                              const char *what)
{
    const gt__array_set *set = source->data;
    char dims[GT_LAYOUT_TEXT];
    if (!gt__array_is_column(a))
        return gt_fail(GT_ERR_FORMAT,
                       "%s: an array of %s is no %s, which have 1 dimension",
                       a->name, gt_layout_dims_text(a->dims, a->n_dims, dims),
                       what);
    if (a->dims[0] != source->count)
        return gt_fail(GT_ERR_FORMAT,
                       "%s holds %llu %s, but %s holds %llu sample%s; they do "
                       "not belong together",
                       a->name, (unsigned long long)a->dims[0], what,
                       set->samples.name, (unsigned long long)source->count,
                       gt_plural(source->count));
    return GT_OK;
}

gt_status gt__array_set_labels(gt_source *source, gt__array array)
{
    gt__array_set *set = source->data;
    int labels[PIECE], classes = 0;
    set->labels = array;
    gt_status status = check_column(source, &array, "labels");
    for (uint64_t i = 0; status == GT_OK && i < array.count; i += PIECE) {
        size_t n = array.count - i < PIECE ? (size_t)(array.count - i) : PIECE;
        status =
            gt__array_read_labels(&array, source->region.base, i, n, labels);
        for (size_t j = 0; status == GT_OK && j < n; j++)
            classes = labels[j] >= classes ? labels[j] + 1 : classes;
        gt_collective_tick();
    }
    if (status != GT_OK) {
        gt__array_close(&set->labels);
        return status;
    }
    set->labelled = true;
    source->classes = classes;
    return GT_OK;
}

gt_status gt__array_set_unlabelled(const gt_data_config *config,
                                   gt_status status)
{
    bool asked = config->classes > 0 || config->labels;
    if (status == GT_OK || status == GT_ERR_MEMORY || asked)
        return status;
    gt_warn("%s; going on without labels", gt_message());
    return GT_OK;
}

/* Room for one more. */
static gt_status grow(const gt_source *source, gt__array_set *set)
{
    size_t n = (size_t)set->n_columns + 1;
    gt__array *columns = realloc(set->columns, n * sizeof *columns);
    if (columns)
        set->columns = columns;
    gt_condition *conditions = realloc(set->conditions, n * sizeof *conditions);
    if (conditions)
        set->conditions = conditions;
    return columns && conditions ? GT_OK : no_memory(source);
}

gt_status gt__array_set_column(gt_source *source, const char *name,
                               gt__array array)
{
    gt__array_set *set = source->data;
    gt_status status = check_column(source, &array, "numbers of a condition");
    if (status == GT_OK)
        status = grow(source, set);
    char *own = status == GT_OK ? strdup(name) : NULL;
    if (status == GT_OK && !own)
        status = no_memory(source);
    if (status != GT_OK) {
        gt__array_close(&array);
        return status;
    }
    set->columns[set->n_columns] = array;
    set->conditions[set->n_columns] = (gt_condition){own, ""};
    source->n_conditions = ++set->n_columns;
    source->conditions = set->conditions;
    return GT_OK;
}

bool gt__array_set_find(const char *beside, const char *name, char *out)
{
    const char *slash = strrchr(beside, '/');
    int folder = slash ? (int)(slash - beside + 1) : 0;
    int n = *name == '/'
                ? -1
                : snprintf(out, GT_PATH, "%.*s%s", folder, beside, name);
    if (n >= 0 && n < GT_PATH && access(out, F_OK) == 0)
        return true;
    n = snprintf(out, GT_PATH, "%s", name);
    return n >= 0 && n < GT_PATH && access(out, F_OK) == 0;
}

/* --- Reading. */

/* Of one run of samples that lie one behind the other. */
static gt_status read_run(const gt_source *source, uint64_t first, size_t n,
                          const gt_source_rows *to)
{
    const gt__array_set *set = source->data;
    const void *memory = source->region.base;
    int columns = set->n_columns;
    gt_real column[PIECE];
    gt_status status = GT_OK;
    assert(n <= PIECE);
    if (to->bytes || to->reals)
        status = gt__array_read_samples(&set->samples, memory, set->layout,
                                        source->shape, first, n, to);
    if (status == GT_OK && to->labels && set->labelled)
        status =
            gt__array_read_labels(&set->labels, memory, first, n, to->labels);
    for (size_t i = 0; to->labels && !set->labelled && i < n; i++)
        to->labels[i] = -1;
    for (int c = 0; to->conditions && c < columns && status == GT_OK; c++) {
        status = gt__array_read(&set->columns[c], memory, first, n, column);
        for (size_t i = 0; status == GT_OK && i < n; i++)
            to->conditions[i * (size_t)columns + (size_t)c] = column[i];
    }
    return status;
}

gt_status gt__array_set_read(const gt_source *source, const uint64_t *numbers,
                             int n, const gt_source_rows *to)
{
    size_t size = gt_shape_size(source->shape);
    gt_status status = GT_OK;
    for (int i = 0, run; i < n && status == GT_OK; i += run) {
        run = 1;
        while (i + run < n && run < PIECE &&
               numbers[i + run] == numbers[i] + (uint64_t)run)
            run++;
        gt_source_rows rows =
            gt_source_rows_from(to, (size_t)i, size, source->n_conditions);
        status = read_run(source, numbers[i], (size_t)run, &rows);
    }
    return status;
}
