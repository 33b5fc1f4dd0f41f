/* tensor.c: shapes as people read them. */
#include "core/tensor.h"

#include <stdio.h>
#include <string.h>

char *gt_shape_text(gt_shape s, char text[GT_SHAPE_TEXT])
{
    if (s.h == 1 && s.w == 1)
        snprintf(text, GT_SHAPE_TEXT, "%d", s.c);
    else
        snprintf(text, GT_SHAPE_TEXT, "%dx%dx%d", s.h, s.w, s.c);
    return text;
}

char *gt_shape_of_data(gt_shape s, char text[GT_SHAPE_TEXT])
{
    gt_shape_text(s, text);
    return gt_shape_is_point(s) ? strcat(text, " numbers") : text;
}
