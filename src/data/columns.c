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

static gt_status check_labels(const gt_source *source, int64_t classes)
{
    if (!classes || (source->classes && source->classes <= classes))
        return GT_OK;
    if (!source->classes)
        return gt_fail(GT_ERR_MISMATCH,
                       "data '%s' has no labels, but data.classes is %lld; set "
                       "it to 0, or choose data with labels",
                       source->uri, (long long)classes);
    return gt_fail(GT_ERR_MISMATCH,
                   "data '%s' has labels from 0 to %d, but data.classes is "
                   "%lld; set it to %d",
                   source->uri, source->classes - 1, (long long)classes,
                   source->classes);
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
