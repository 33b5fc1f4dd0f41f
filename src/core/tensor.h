/* tensor.h: the number type and the shape of one sample. Local.
 *
 * Tensors are dense, NHWC (batch, height, width, channels), of volumes NDHWC,
 * and aligned to GT_ALIGN bytes. A vector of n features is the shape 1 x 1 x n.
 * The batch size is never part of a shape: it belongs to the pass.
 */
#ifndef GT_CORE_TENSOR_H
#define GT_CORE_TENSOR_H

#include <stdbool.h>
#include <stddef.h>

/* fp32 in the product; GT_DOUBLE builds the same sources in double, for
 * gradient checks against finite differences. */
#ifdef GT_DOUBLE
typedef double gt_real;
#else
typedef float gt_real;
#endif

enum { GT_ALIGN = 64 };

typedef struct gt_shape {
    int h, w, c;
    int d; /* slices of a volume, at least 1; 0: no volume, so that {h, w, c} is
              an image */
} gt_shape;

/* Positions of one sample: pixels of an image, voxels of a volume. */
static inline size_t gt_shape_positions(gt_shape s)
{
    return (size_t)(s.d ? s.d : 1) * (size_t)s.h * (size_t)s.w;
}

/* Elements of one sample. */
static inline size_t gt_shape_size(gt_shape s)
{
    return gt_shape_positions(s) * (size_t)s.c;
}

/* A volume of one slice is another shape than an image. */
static inline bool gt_shape_equal(gt_shape a, gt_shape b)
{
    return a.h == b.h && a.w == b.w && a.c == b.c && a.d == b.d;
}

static inline bool gt_shape_is_volume(gt_shape s)
{
    return s.d > 0;
}

/* Whether a sample is numbers without a place: 1 x 1 x n. */
static inline bool gt_shape_is_flat(gt_shape s)
{
    return s.d == 0 && s.h == 1 && s.w == 1;
}

/* Whether a sample is a point of the plane, not an image. */
static inline bool gt_shape_is_point(gt_shape s)
{
    return gt_shape_is_flat(s) && s.c == 2;
}

/* Whether a sample is a flat vector of more numbers than a point has. */
static inline bool gt_shape_is_vector(gt_shape s)
{
    return gt_shape_is_flat(s) && s.c > 2;
}

enum {
    GT_SHAPE_TEXT = 64,
    GT_SHAPE_RANK = 4, /* dimensions of a sample at most */
};

/* The dimensions as configurations have them: depth, height, width, channels,
 * without the depth where it is no volume. Returns their number. */
int gt_shape_dims(gt_shape s, size_t dim[GT_SHAPE_RANK]);

/* The same as data sets of samples have them: points and vectors have one. */
int gt_shape_data_dims(gt_shape s, size_t dim[GT_SHAPE_RANK]);

/* Text such as "28x28x1", "100" (for 1x1x100) or "12x28x28x1" (of a volume of
 * 12 slices) in `text`. Returns `text`. */
char *gt_shape_text(gt_shape s, char text[GT_SHAPE_TEXT]);

/* The same of data: "28x28x1", or "2 numbers" for a point. Returns `text`. */
char *gt_shape_of_data(gt_shape s, char text[GT_SHAPE_TEXT]);

/* As a configuration has it: "[28, 28, 1]". Returns `text`. */
char *gt_shape_list(gt_shape s, char text[GT_SHAPE_TEXT]);

/* What people call data of that shape: "images", "volumes", "vectors" or
 * "points". What a model makes of its latents is called samples. */
const char *gt_shape_noun(gt_shape s);

#endif
