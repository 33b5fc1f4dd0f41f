/* geometry.h: where the kernel of a convolution stands. For src/nn. Local. */
#ifndef GT_NN_CONV_GEOMETRY_H
#define GT_NN_CONV_GEOMETRY_H

#include "base/status.h"
#include "core/precision.h"

/* A kernel of kh x kw taps stands at oh x ow positions over an image of
 * h x w x c. The image is called `big`; the m values of each position together
 * are called `small`. A convolution reads big and writes small, a transposed
 * one reads small and writes big. A patch [kh x kw x c] is what the kernel sees
 * at one position, with zeros beyond the edges of the image. */
typedef struct gt__conv_geometry {
    int h, w, c;   /* of big */
    int oh, ow, m; /* of small */
    int kh, kw;    /* taps */
    int sh, sw;    /* stride: lines and columns from position to position */
    int top, left; /* how far the first position lies beyond the image's edge;
                      below 0: within the image */
    gt_precision precision; /* of the products; of a layer: in training */
} gt__conv_geometry;

/* Reals of a patch: the K of the matrix products. */
static inline int gt__conv_patch_size(const gt__conv_geometry *g)
{
    return g->kh * g->kw * g->c;
}

static inline int gt__conv_limit(int x, int low, int high)
{
    return x < low ? low : x > high ? high : x;
}

/* GT_ERR_CONFIG if passes of max_n samples have more rows, columns or weights
 * than an int can count. A layer's plan calls this before all else. */
gt_status gt__conv_check(const gt__conv_geometry *g, int max_n);

#endif
