/* taps.h: along one side of a picture, which pixels make a pixel of another
 * size, and how much each counts. For src/data. Local. */
#ifndef GT_DATA_PICTURE_TAPS_H
#define GT_DATA_PICTURE_TAPS_H

#include "base/status.h"

/* From a side of `in` pixels, of which the part from `begin` on, `step` for
 * each, becomes `out` pixels. */
typedef struct gt__axis {
    int in, out;
    double begin, step;
} gt__axis;

typedef struct gt__taps {
    int *first, *count; /* [out]: pixels that make pixel i */
    double **weight;    /* [out][count] */
    double *sum;        /* [out], of these; means are divided by it */
} gt__taps;

/* Weights of the mean over the area, for step >= 1, which are whole where
 * begin and step are; else of bicubic interpolation with a = -0.5. To be freed
 * also after a failure: GT_ERR_MEMORY. */
gt_status gt__taps_new(gt__taps *taps, const gt__axis *axis);
void gt__taps_free(gt__taps *taps);

#endif
