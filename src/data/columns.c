/* columns.c: a message that lists what there is saves a look at the manual. */
#include "data/columns.h"

#include "base/nearest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int gt_column_find(const gt_source *source, const char *name)
{
    for (int i = 0; i < source->n_conditions; i++)
        if (!strcmp(source->conditions[i].name, name))
            return i;
    return -1;
}

char *gt_columns_text(const gt_source *source, char text[GT_COLUMNS_TEXT])
{
    size_t used = (size_t)snprintf(text, GT_COLUMNS_TEXT, "none");
    for (int i = 0; i < source->n_conditions && used < GT_COLUMNS_TEXT; i++) {
        used = i ? used : 0;
        used += (size_t)snprintf(text + used, GT_COLUMNS_TEXT - used, "%s%s",
                                 i ? ", " : "", source->conditions[i].name);
    }
    return text;
}

/* The first sample of another class than those; false: it cannot be told. */
static bool find_beyond(const gt_source *source, int64_t classes,
                        uint64_t *number, int *label)
{
    enum { PIECE = 256 };
    int labels[PIECE];
    gt_source_rows rows = {.labels = labels};
    for (uint64_t i = 0; i < source->count; i += PIECE) {
        uint64_t numbers[PIECE];
        int n = source->count - i < PIECE ? (int)(source->count - i) : PIECE;
        for (int k = 0; k < n; k++)
            numbers[k] = i + (uint64_t)k;
        if (gt_source_read(source, numbers, n, &rows) != GT_OK)
            return false;
        for (int k = 0; k < n; k++)
            if (labels[k] >= classes) {
                *number = numbers[k];
                *label = labels[k];
                return true;
            }
    }
    return false;
}

static gt_status too_many_classes(const gt_source *source, int64_t classes)
{
    uint64_t number;
    int label;
    char first[64] = "";
    if (find_beyond(source, classes, &number, &label))
        snprintf(first, sizeof first,
                 " (sample %llu is the first, of class %d)",
                 (unsigned long long)number, label);
    return gt_fail(GT_ERR_MISMATCH,
                   "data '%s' has labels from 0 to %d, but data.classes is "
                   "%lld%s; set it to %d, or mend the labels",
                   source->uri, source->classes - 1, (long long)classes, first,
                   source->classes);
}

static gt_status check_labels(const gt_source *source, int64_t classes)
{
    if (!classes || (source->classes && source->classes <= classes))
        return GT_OK;
    if (!source->classes)
        return gt_fail(GT_ERR_MISMATCH,
                       "data '%s' has no labels, but data.classes is %lld; set "
                       "it to 0, or choose data with labels",
                       source->uri, (long long)classes);
    return too_many_classes(source, classes);
}

static gt_status unknown_column(const gt_source *source, const char *name)
{
    char text[GT_COLUMNS_TEXT];
    const char **names =
        calloc((size_t)source->n_conditions + 1, sizeof *names);
    for (int i = 0; names && i < source->n_conditions; i++)
        names[i] = source->conditions[i].name;
    const char *nearest =
        names ? gt_nearest(name, names, source->n_conditions) : NULL;
    gt_status status = gt_fail(
        GT_ERR_MISMATCH,
        "data.conditions: data '%s' has no column '%s'%s%s%s; it has: %s",
        source->uri, name, nearest ? " (did you mean '" : "",
        nearest ? nearest : "", nearest ? "'?)" : "",
        gt_columns_text(source, text));
    free((void *)names);
    return status;
}

gt_status gt_columns_check(const gt_source *source,
                           const gt_data_config *config)
{
    gt_status status = check_labels(source, config->classes);
    for (int i = 0; i < config->conditions.count && status == GT_OK; i++)
        if (gt_column_find(source, config->conditions.words[i]) < 0)
            status = unknown_column(source, config->conditions.words[i]);
    return status;
}
