/* resample.c: layers without parameters that change the resolution of an image.
 * Inner loops run over channels, which lie side by side. */
#include "core/simd.h"
#include "nn/layers.h"

#include <string.h>

typedef struct upsample_options {
    int factor[2];
} upsample_options;

static const gt_option upsample_table[] = {
    {.key = "factor",
     .kind = GT_OPTION_PAIR,
     .offset = offsetof(upsample_options, factor),
     .otherwise = "2",
     .min = 1,
     .max = 16,
     .help = "how many times each row and column is repeated"},
    {0},
};

typedef struct pool_options {
    int kernel[2], stride[2];
} pool_options;

static const gt_option pool_table[] = {
    {.key = "kernel",
     .kind = GT_OPTION_PAIR,
     .offset = offsetof(pool_options, kernel),
     .otherwise = "2",
     .min = 1,
     .max = 1024,
     .help = "size of the window that is averaged, in pixels"},
    {.key = "stride",
     .kind = GT_OPTION_PAIR,
     .offset = offsetof(pool_options, stride),
     .otherwise = "0",
     .min = 0,
     .max = 1024,
     .help = "distance between windows, in pixels; 0: the window's size"},
    {0},
};

GT_INLINE void add(gt_real *restrict to, const gt_real *restrict x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        to[i] += x[i];
}

GT_INLINE void add_scaled(gt_real *restrict to, gt_real a,
                          const gt_real *restrict x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        to[i] += a * x[i];
}

/* Pixel (row, col) of sample i in a batch of shape s. */
static size_t pixel(gt_shape s, int i, int row, int col)
{
    return (((size_t)i * s.h + row) * s.w + col) * s.c;
}

static gt_status upsample_plan(gt_layer *layer, int max_n)
{
    (void)max_n;
    const upsample_options *o = layer->options;
    gt_shape in = layer->in;
    layer->out = (gt_shape){in.h * o->factor[0], in.w * o->factor[1], in.c};
    return GT_OK;
}

static void upsample_forward(const gt_layer *layer, const gt_pass *pass,
                             const gt_layer_io *io)
{
    const gt_real *x = io->x[0];
    gt_real *y = io->y;
    const upsample_options *o = layer->options;
    gt_shape in = layer->in;
    size_t c = in.c, row = gt_shape_size(layer->out) / layer->out.h;
    for (int i = 0; i < pass->n * in.h; i++) {
        gt_real *first = y;
        for (int w = 0; w < in.w; w++, x += c)
            for (int k = 0; k < o->factor[1]; k++, y += c)
                memcpy(y, x, c * sizeof *y);
        for (int k = 1; k < o->factor[0]; k++, y += row)
            memcpy(y, first, row * sizeof *y);
    }
}

GT_SIMD static void upsample_backward(const gt_layer *layer,
                                      const gt_pass *pass,
                                      const gt_layer_io *io)
{
    gt_real *dy = io->dy;
    gt_real *dx = io->dx[0];
    const upsample_options *o = layer->options;
    gt_shape in = layer->in;
    size_t c = in.c;
    if (!dx)
        return;
    memset(dx, 0, (size_t)pass->n * gt_shape_size(in) * sizeof *dx);
    for (int i = 0; i < pass->n * in.h; i++, dx += in.w * c)
        for (int k = 0; k < o->factor[0]; k++)
            for (int w = 0; w < in.w; w++)
                for (int l = 0; l < o->factor[1]; l++, dy += c)
                    add(dx + w * c, dy, c);
}

static int pool_stride(const pool_options *o, int axis)
{
    return o->stride[axis] ? o->stride[axis] : o->kernel[axis];
}

static gt_status pool_plan(gt_layer *layer, int max_n)
{
    (void)max_n;
    const pool_options *o = layer->options;
    gt_shape in = layer->in;
    char shape[GT_SHAPE_TEXT];
    if (o->kernel[0] > in.h || o->kernel[1] > in.w)
        return gt_fail(GT_ERR_CONFIG,
                       "kernel %dx%d does not fit %s; make it smaller",
                       o->kernel[0], o->kernel[1], gt_shape_text(in, shape));
    layer->out =
        (gt_shape){(in.h - o->kernel[0]) / pool_stride(o, 0) + 1,
                   (in.w - o->kernel[1]) / pool_stride(o, 1) + 1, in.c};
    return GT_OK;
}

GT_SIMD static void pool_forward(const gt_layer *layer, const gt_pass *pass,
                                 const gt_layer_io *io)
{
    const gt_real *x = io->x[0];
    gt_real *y = io->y;
    const pool_options *o = layer->options;
    gt_shape in = layer->in, out = layer->out;
    gt_real each = (gt_real)1 / (gt_real)(o->kernel[0] * o->kernel[1]);
    size_t c = in.c;
    memset(y, 0, (size_t)pass->n * gt_shape_size(out) * sizeof *y);
    for (int i = 0; i < pass->n; i++)
        for (int h = 0; h < out.h; h++)
            for (int k = 0; k < o->kernel[0]; k++)
                for (int w = 0; w < out.w; w++)
                    for (int l = 0; l < o->kernel[1]; l++)
                        add_scaled(y + pixel(out, i, h, w), each,
                                   x + pixel(in, i, h * pool_stride(o, 0) + k,
                                             w * pool_stride(o, 1) + l),
                                   c);
}

GT_SIMD static void pool_backward(const gt_layer *layer, const gt_pass *pass,
                                  const gt_layer_io *io)
{
    gt_real *dy = io->dy;
    gt_real *dx = io->dx[0];
    const pool_options *o = layer->options;
    gt_shape in = layer->in, out = layer->out;
    gt_real each = (gt_real)1 / (gt_real)(o->kernel[0] * o->kernel[1]);
    size_t c = in.c;
    if (!dx)
        return;
    memset(dx, 0, (size_t)pass->n * gt_shape_size(in) * sizeof *dx);
    for (int i = 0; i < pass->n; i++)
        for (int h = 0; h < out.h; h++)
            for (int k = 0; k < o->kernel[0]; k++)
                for (int w = 0; w < out.w; w++)
                    for (int l = 0; l < o->kernel[1]; l++)
                        add_scaled(dx + pixel(in, i, h * pool_stride(o, 0) + k,
                                              w * pool_stride(o, 1) + l),
                                   each, dy + pixel(out, i, h, w), c);
}

const gt_layer_type gt__upsample = {
    .name = "upsample",
    .help = "repeats rows and columns (nearest neighbour)",
    .options = upsample_table,
    .options_size = sizeof(upsample_options),
    .piecewise_linear = true,
    .plan = upsample_plan,
    .forward = upsample_forward,
    .backward = upsample_backward,
};

const gt_layer_type gt__avg_pool = {
    .name = "avg_pool",
    .help = "averages over windows, without padding",
    .options = pool_table,
    .options_size = sizeof(pool_options),
    .piecewise_linear = true,
    .plan = pool_plan,
    .forward = pool_forward,
    .backward = pool_backward,
};
