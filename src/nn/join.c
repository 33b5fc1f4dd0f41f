/* join.c: layers that read several others.
 *
 * add: y = x0 + x1 + ..., of equal shapes, as in residual networks (He et al.
 * 2016). concat: channels side by side; an input of one pixel is repeated at
 * every position, so that a label or a condition can join an image. */
#include "core/simd.h"
#include "nn/layers.h"

#include <stdio.h>
#include <string.h>

static size_t count_of(const gt_pass *pass, gt_shape shape)
{
    return (size_t)pass->n * gt_shape_size(shape);
}

/* --- add */

static gt_status check_several(const gt_layer *layer)
{
    if (layer->n_inputs >= 2)
        return GT_OK;
    return gt_fail(GT_ERR_CONFIG,
                   "needs two inputs or more, as in \"%s: {from: [a, "
                   "previous]}\"",
                   layer->type->name);
}

static gt_status add_plan(gt_layer *layer, int max_n)
{
    (void)max_n;
    char first[GT_SHAPE_TEXT], other[GT_SHAPE_TEXT];
    gt_status status = check_several(layer);
    layer->out = layer->in;
    for (int k = 1; k < layer->n_inputs && status == GT_OK; k++)
        if (!gt_shape_equal(layer->input[k], layer->in))
            status = gt_fail(GT_ERR_CONFIG,
                             "input 0 is %s but input %d is %s; they must be "
                             "equal, for instance by a conv2d with kernel 1",
                             gt_shape_text(layer->in, first), k,
                             gt_shape_text(layer->input[k], other));
    return status;
}

/* y may be one of the two. */
GT_SIMD static void add_two(const gt_real *a, const gt_real *b, gt_real *y,
                            size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] = a[i] + b[i];
}

/* If y is an input, the sum begins with that one. */
static void add_forward(const gt_layer *layer, const gt_pass *pass,
                        const gt_layer_io *io)
{
    size_t n = count_of(pass, layer->in);
    int first = 0;
    for (int k = 1; k < layer->n_inputs; k++)
        if (io->y == io->x[k])
            first = k;
    const gt_real *sum = io->x[first];
    for (int k = 0; k < layer->n_inputs; k++) {
        if (k == first)
            continue;
        add_two(sum, io->x[k], io->y, n);
        sum = io->y;
    }
}

static void add_backward(const gt_layer *layer, const gt_pass *pass,
                         const gt_layer_io *io)
{
    for (int k = 0; k < layer->n_inputs; k++)
        if (io->dx[k] && io->dx[k] != io->dy)
            memcpy(io->dx[k], io->dy,
                   count_of(pass, layer->in) * sizeof *io->dy);
}

/* --- concat */

/* The input without regard to channels that has the most pixels. */
static gt_shape largest(const gt_layer *layer)
{
    gt_shape most = layer->in;
    for (int k = 1; k < layer->n_inputs; k++)
        if (gt_shape_positions(layer->input[k]) > gt_shape_positions(most))
            most = layer->input[k];
    return most;
}

static bool same_positions(gt_shape a, gt_shape b)
{
    a.c = b.c;
    return gt_shape_equal(a, b);
}

static gt_status fail_positions(const gt_layer *layer, int k)
{
    char shape[GT_SHAPE_TEXT], depth[32] = "";
    gt_shape out = layer->out;
    if (gt_shape_is_volume(out))
        snprintf(depth, sizeof depth, "%dx", out.d);
    return gt_fail(GT_ERR_CONFIG,
                   "cannot join input %d, %s, to %s%dx%d pixels; give it "
                   "this %sheight and width, or one pixel",
                   k, gt_shape_text(layer->input[k], shape), depth, out.h,
                   out.w, *depth ? "depth, " : "");
}

static gt_status concat_plan(gt_layer *layer, int max_n)
{
    (void)max_n;
    int64_t channels = 0;
    gt_status status = check_several(layer);
    layer->out = largest(layer);
    for (int k = 0; k < layer->n_inputs && status == GT_OK; k++) {
        gt_shape in = layer->input[k];
        channels += in.c;
        if (gt_shape_positions(in) != 1 && !same_positions(in, layer->out))
            status = fail_positions(layer, k);
    }
    if (status == GT_OK && channels > INT32_MAX)
        status = gt_fail(GT_ERR_CONFIG, "%lld channels are too many",
                         (long long)channels);
    layer->out.c = (int)channels;
    return status;
}

/* `size` channels of so many pixels, which lie `step` apart; 0: always the same
 * pixel. */
static void copy_pixels(size_t pixels, size_t size, const gt_real *from,
                        size_t from_step, gt_real *to, size_t to_step)
{
    for (size_t p = 0; p < pixels; p++)
        memcpy(to + p * to_step, from + p * from_step, size * sizeof *to);
}

GT_SIMD static void sum_pixels(const gt_real *restrict dy, gt_real *restrict dx,
                               size_t pixels, size_t size, size_t stride)
{
    for (size_t j = 0; j < size; j++)
        dx[j] = 0;
    for (size_t p = 0; p < pixels; p++)
        for (size_t j = 0; j < size; j++)
            dx[j] += dy[p * stride + j];
}

static void concat_forward(const gt_layer *layer, const gt_pass *pass,
                           const gt_layer_io *io)
{
    size_t pixels = gt_shape_positions(layer->out);
    size_t stride = (size_t)layer->out.c;
    gt_real *to = io->y;
    for (int k = 0; k < layer->n_inputs; k++) {
        size_t c = (size_t)layer->input[k].c;
        size_t own = gt_shape_size(layer->input[k]) / c;
        for (int i = 0; i < pass->n; i++) {
            const gt_real *x = io->x[k] + (size_t)i * own * c;
            gt_real *y = to + (size_t)i * pixels * stride;
            copy_pixels(pixels, c, x, own < pixels ? 0 : c, y, stride);
        }
        to += c;
    }
}

static void concat_backward(const gt_layer *layer, const gt_pass *pass,
                            const gt_layer_io *io)
{
    size_t pixels = gt_shape_positions(layer->out);
    size_t stride = (size_t)layer->out.c;
    const gt_real *from = io->dy;
    for (int k = 0; k < layer->n_inputs; k++) {
        size_t c = (size_t)layer->input[k].c;
        size_t own = gt_shape_size(layer->input[k]) / c;
        for (int i = 0; io->dx[k] && i < pass->n; i++) {
            gt_real *dx = io->dx[k] + (size_t)i * own * c;
            const gt_real *dy = from + (size_t)i * pixels * stride;
            if (own < pixels)
                sum_pixels(dy, dx, pixels, c, stride);
            else
                copy_pixels(pixels, c, dy, stride, dx, c);
        }
        from += c;
    }
}

const gt_layer_type gt__addition = {
    .name = "add",
    .help = "the sum of its inputs, which have equal shapes",
    .options = gt__no_options,
    .in_place = true,
    .joins = true,
    .piecewise_linear = true,
    .volumes = true,
    .plan = add_plan,
    .forward = add_forward,
    .backward = add_backward,
};

const gt_layer_type gt__concat = {
    .name = "concat",
    .help = "the channels of its inputs side by side; an input of one pixel is "
            "repeated at every position",
    .options = gt__no_options,
    .joins = true,
    .piecewise_linear = true,
    .volumes = true,
    .plan = concat_plan,
    .forward = concat_forward,
    .backward = concat_backward,
};
