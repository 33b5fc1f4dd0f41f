/* tensor.h: the number type and the shape of one sample. Local.
 *
 * Tensors are dense, NHWC (batch, height, width, channels), and aligned to
 * GT_ALIGN bytes. A vector of n features is the shape 1 x 1 x n. The batch size
 * is never part of a shape: it belongs to the pass.
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
} gt_shape;

/* Elements of one sample. */
static inline size_t gt_shape_size(gt_shape s)
{
    return (size_t)s.h * (size_t)s.w * (size_t)s.c;
}

static inline bool gt_shape_equal(gt_shape a, gt_shape b)
{
    return a.h == b.h && a.w == b.w && a.c == b.c;
}

/* Whether a sample is a point of the plane, not an image. */
static inline bool gt_shape_is_point(gt_shape s)
{
    return s.h == 1 && s.w == 1 && s.c == 2;
}

/* Text such as "28x28x1" or "100" (for 1x1x100) in `text`. Returns `text`. */
enum { GT_SHAPE_TEXT = 40 };
char *gt_shape_text(gt_shape s, char text[GT_SHAPE_TEXT]);

/* The same of data: "28x28x1", or "2 numbers" for a point. Returns `text`. */
char *gt_shape_of_data(gt_shape s, char text[GT_SHAPE_TEXT]);

/* What people call data of that shape: "images" or "points". What a model makes
 * of its latents is called samples. */
static inline const char *gt_shape_noun(gt_shape s)
{
    return gt_shape_is_point(s) ? "points" : "images";
}

#endif
