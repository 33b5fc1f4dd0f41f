/* tensor.c: shapes as people read them. */
#include "core/tensor.h"

#include <stdio.h>
#include <string.h>

int gt_shape_dims(gt_shape s, size_t dim[GT_SHAPE_RANK])
{
    int rank = 0;
    if (gt_shape_is_volume(s))
        dim[rank++] = (size_t)s.d;
    dim[rank++] = (size_t)s.h;
    dim[rank++] = (size_t)s.w;
    dim[rank++] = (size_t)s.c;
    return rank;
}

static bool is_numbers(gt_shape s)
{
    return gt_shape_is_point(s) || gt_shape_is_vector(s);
}

int gt_shape_data_dims(gt_shape s, size_t dim[GT_SHAPE_RANK])
{
    if (!is_numbers(s))
        return gt_shape_dims(s, dim);
    dim[0] = (size_t)s.c;
    return 1;
}

/* The dimensions, with `between` between them. */
static void join(gt_shape s, const char *between, char text[GT_SHAPE_TEXT])
{
    size_t dim[GT_SHAPE_RANK];
    int rank = gt_shape_dims(s, dim), used = 0;
    for (int i = 0; i < rank; i++)
        used += snprintf(text + used, (size_t)(GT_SHAPE_TEXT - used), "%s%d",
                         i ? between : "", (int)dim[i]);
}

char *gt_shape_text(gt_shape s, char text[GT_SHAPE_TEXT])
{
    if (gt_shape_is_flat(s))
        snprintf(text, GT_SHAPE_TEXT, "%d", s.c);
    else
        join(s, "x", text);
    return text;
}

char *gt_shape_of_data(gt_shape s, char text[GT_SHAPE_TEXT])
{
    gt_shape_text(s, text);
    return is_numbers(s) ? strcat(text, " numbers") : text;
}

char *gt_shape_list(gt_shape s, char text[GT_SHAPE_TEXT])
{
    char dims[GT_SHAPE_TEXT];
    join(s, ", ", dims);
    snprintf(text, GT_SHAPE_TEXT, "[%.*s]", GT_SHAPE_TEXT - 3, dims);
    return text;
}

const char *gt_shape_noun(gt_shape s)
{
    if (gt_shape_is_volume(s))
        return "volumes";
    if (gt_shape_is_vector(s))
        return "vectors";
    return gt_shape_is_point(s) ? "points" : "images";
}
