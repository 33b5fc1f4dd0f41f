/* h5about.c: shapes as people write them. */
#include "store/foreign/h5about.h"

#include <stdio.h>

char *gt_h5_about_shape(const gt_h5_about *about, char text[GT_H5_SHAPE_TEXT])
{
    snprintf(text, GT_H5_SHAPE_TEXT, "%s",
             about->rank < 0    ? "too many dimensions"
             : about->rank == 0 ? "a single value"
                                : "");
    for (int i = 0, used = 0; i < about->rank && used < GT_H5_SHAPE_TEXT; i++)
        used +=
            snprintf(text + used, (size_t)(GT_H5_SHAPE_TEXT - used), "%s%llu",
                     i ? "x" : "", (unsigned long long)about->dim[i]);
    return text;
}
