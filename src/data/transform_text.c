/* transform_text.c: read from the table of steps, so that a new step needs
 * nothing here. */
#include "data/transform_text.h"

#include "data/transform_steps.h"

#include <stdio.h>

static int print_option(const gt_option *o, const void *given, char *to,
                        size_t size)
{
    const void *field = (const char *)given + o->offset;
    if (o->kind == GT_OPTION_REAL)
        return snprintf(to, size, " %.15g", *(const double *)field);
    if (o->kind == GT_OPTION_INT)
        return snprintf(to, size, " %lld", (long long)*(const int64_t *)field);
    if (o->kind == GT_OPTION_CHOICE)
        return snprintf(to, size, " %s", o->choices[*(const int *)field]);
    return snprintf(to, size, " %s", *(char *const *)field);
}

char *gt_transform_text(const gt_variant_list *list,
                        char text[GT_TRANSFORM_TEXT])
{
    size_t used = (size_t)snprintf(text, GT_TRANSFORM_TEXT, "none");
    for (int i = 0; i < list->count; i++) {
        gt_variant type = gt_transform_variants.at(list->items[i].variant);
        used = i ? used : 0;
        if (used < GT_TRANSFORM_TEXT)
            used += (size_t)snprintf(text + used, GT_TRANSFORM_TEXT - used,
                                     "%s%s", i ? ", " : "", type.name);
        for (const gt_option *o = type.options;
             o->key && used < GT_TRANSFORM_TEXT; o++)
            used += (size_t)print_option(o, list->items[i].options, text + used,
                                         GT_TRANSFORM_TEXT - used);
    }
    return text;
}
