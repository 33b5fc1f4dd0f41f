/* conv2d_transpose.c: the adjoint of a convolution (Zeiler et al. 2010;
 * Dumoulin and Visin 2016, chapter 4): the products x . W of every input
 * position are patches, which are added to the output where they stand. */
#include "nn/conv/conv.h"
#include "nn/epilogue.h"
#include "nn/layers.h"
#include "nn/window.h"

#include <limits.h>

typedef struct options {
    gt__window window;
    int output_padding[2];
} options;

static const gt_option option_table[] = {
    GT__WINDOW_OPTIONS(options),
    {.key = "output_padding",
     .kind = GT_OPTION_PAIR,
     .offset = offsetof(options, output_padding),
     .otherwise = "0",
     .min = 0,
     .max = 1023,
     .help = "lines added at bottom and right, less than the stride"},
    {0},
};

static bool is_same(const gt__window *o)
{
    return o->padding[0] == -1;
}

/* Zeros before and after along one axis of the output; "same" is the transpose
 * of a same-padded convolution whose input was `out` wide. */
static void pads(const options *o, int axis, int in, int *before, int *after)
{
    gt__window_pads(&o->window, axis, in * o->window.stride[axis], before,
                    after);
}

/* The kernel stands over y, at the positions of x. With padding "same", y is
 * `stride` times as large as x, so the pads are those of out_size. */
static gt__conv_geometry over_y(const gt_layer *layer)
{
    const options *o = layer->options;
    return gt__window_geometry(&o->window, layer->out, layer->in,
                               layer->precision);
}

static gt_status out_size(const options *o, int axis, int in, int *out)
{
    int k = o->window.kernel[axis], s = o->window.stride[axis];
    int extra = o->output_padding[axis], before, after;
    int64_t most = (int64_t)in * s + k + extra;
    if (most > INT_MAX)
        return gt_fail(GT_ERR_CONFIG, "an output of %s %lld",
                       axis ? "width" : "height", (long long)most);
    pads(o, axis, in, &before, &after);
    if (extra >= s)
        return gt_fail(GT_ERR_CONFIG,
                       "output_padding %d must be less than the stride, %d",
                       extra, s);
    if (is_same(&o->window) && extra)
        return gt_fail(GT_ERR_CONFIG, "padding same leaves no room for an "
                                      "output_padding; give numbers");
    *out = is_same(&o->window) ? in * s
                               : (in - 1) * s + k + extra - before - after;
    if (*out < 1)
        return gt_fail(GT_ERR_CONFIG,
                       "padding %d + %d leaves nothing of an output of %s %d",
                       before, after, axis ? "width" : "height",
                       (in - 1) * s + k + extra);
    return GT_OK;
}

static gt_status plan(gt_layer *layer, int max_n)
{
    const options *o = layer->options;
    const gt__window *w = &o->window;
    int filters = (int)w->filters, cin = layer->in.c;
    layer->out.c = filters;
    gt_status status = out_size(o, 0, layer->in.h, &layer->out.h);
    if (status == GT_OK)
        status = out_size(o, 1, layer->in.w, &layer->out.w);
    if (status != GT_OK)
        return status;
    /* An output sees, on average, taps / stride^2 of the inputs around it. */
    double taps = (double)w->kernel[0] * w->kernel[1];
    layer->products = (double)gt_shape_size(layer->in) * taps * filters;
    double seen = taps / ((double)w->stride[0] * w->stride[1]);
    gt__conv_geometry g = over_y(layer);
    gt__conv *conv = NULL;
    status = gt__conv_check(&g, max_n);
    if (status == GT_OK)
        status = gt__conv_new(&conv, &g, max_n);
    if (status != GT_OK)
        return status;
    layer->plan = conv;
    layer->scratch = gt__conv_scratch(conv);
    for (int d = 0; d < GT_DIRECTIONS; d++)
        layer->keeps[d] = gt__conv_keeps(conv);
    return gt__window_params(layer, w,
                             (int[]){cin, w->kernel[0], w->kernel[1], filters},
                             seen * cin, taps * filters);
}

static void release(gt_layer *layer)
{
    gt__conv_free(layer->plan);
}

static void forward(const gt_layer *layer, const gt_pass *pass,
                    const gt_layer_io *io)
{
    gt__conv_kernel kernel = {.weight = pass->param + layer->param[0].offset,
                              .kept = gt_layer_kept(layer, pass, GT_FORWARD)};
    gt__conv_backward_data(
        layer->plan, pass->n, gt_layer_precision(layer, pass), io->x[0],
        &kernel, io->y, &(gt__conv_epilogue){layer, pass}, io->scratch);
}

static void backward(const gt_layer *layer, const gt_pass *pass,
                     const gt_layer_io *io)
{
    size_t at = layer->param[0].offset;
    size_t pixels = (size_t)layer->out.h * (size_t)layer->out.w;
    gt__epilogue_backward(layer, pass, io->y, io->dy, (size_t)pass->n * pixels,
                          pass->accumulate);
    const gt__conv_backward what = {
        .big = io->dy,
        .small = io->x[0],
        .kernel = {pass->param + at, GT_TRANSPOSED,
                   gt_layer_kept(layer, pass, GT_BACKWARD)},
        .data = io->dx[0],
        .gradient = pass->grad ? pass->grad + at : NULL,
        .gradient_op = GT_TRANSPOSED,
        .accumulate = pass->accumulate};
    gt__conv_backward_both(layer->plan, pass->n,
                           gt_layer_precision(layer, pass), GT__CONV_FORWARD,
                           &what, io->scratch);
}

const gt_layer_type gt__conv2d_transpose = {
    .name = "conv2d_transpose",
    .help = "transposed convolution: in x stride - padding + kernel - stride",
    .options = option_table,
    .options_size = sizeof(options),
    .reads_input = true,
    .has_epilogue = true,
    .piecewise_linear = true,
    .plan = plan,
    .release = release,
    .forward = forward,
    .backward = backward,
};
