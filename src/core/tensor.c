/* tensor.c: shapes as people read them. */
#include "core/tensor.h"

#include <stdio.h>

char *gt_shape_text(gt_shape s, char text[GT_SHAPE_TEXT])
{
    if (s.h == 1 && s.w == 1)
        snprintf(text, GT_SHAPE_TEXT, "%d", s.c);
    else
        snprintf(text, GT_SHAPE_TEXT, "%dx%dx%d", s.h, s.w, s.c);
    return text;
}
