/* conv2d.c: convolution (cross-correlation, as everybody means it).
 *
 * y = patches of x . W. A product with few columns runs at a fraction of the
 * machine's speed, so a layer with few filters and stride 1 is computed the
 * other way round: x . W', with kernel x filters columns, spread over y, where
 * W' is the kernel turned by 180 degrees. That is a transposed convolution, and
 * its products are large in every dimension. */
#include "nn/epilogue.h"
#include "nn/layers.h"
#include "nn/window.h"

typedef struct options {
    gt__window window;
} options;

static const gt_option option_table[] = {
    GT__WINDOW_OPTIONS(options),
    {0},
};

enum { FEW_FILTERS = 16 };

/* How the kernel stands over x, or, turned, over y. */
static gt__conv patches_over_x(const gt_layer *layer)
{
    const gt__window *o = &((const options *)layer->options)->window;
    int top, left, unused;
    gt__window_pads(o, 0, layer->in.h, &top, &unused);
    gt__window_pads(o, 1, layer->in.w, &left, &unused);
    return (gt__conv){.h = layer->in.h,
                      .w = layer->in.w,
                      .c = layer->in.c,
                      .oh = layer->out.h,
                      .ow = layer->out.w,
                      .kh = o->kernel[0],
                      .kw = o->kernel[1],
                      .sh = o->stride[0],
                      .sw = o->stride[1],
                      .top = top,
                      .left = left};
}

static gt__conv patches_over_y(const gt__conv *x, gt_shape out)
{
    return (gt__conv){.h = out.h,
                      .w = out.w,
                      .c = out.c,
                      .oh = x->h,
                      .ow = x->w,
                      .kh = x->kh,
                      .kw = x->kw,
                      .sh = 1,
                      .sw = 1,
                      .top = x->kh - 1 - x->top,
                      .left = x->kw - 1 - x->left};
}

static bool is_turned(const gt_layer *layer, const gt__conv *p)
{
    return p->sh == 1 && p->sw == 1 && layer->out.c < FEW_FILTERS &&
           layer->in.c > layer->out.c && p->kh * p->kw > 1 &&
           layer->out.h * layer->out.w > 1;
}

/* The turned kernel: [cin, kh, kw, filters] from [kh, kw, cin, filters]; or
 * back, adding to what is there if `accumulate`. */
static void turn(const gt__conv *p, int filters, const gt_real *weight,
                 gt_real *turned)
{
    int taps = p->kh * p->kw;
    for (int t = 0; t < taps; t++)
        for (int i = 0; i < p->c; i++)
            for (int f = 0; f < filters; f++)
                turned[(i * taps + taps - 1 - t) * filters + f] =
                    weight[(t * p->c + i) * filters + f];
}

static void turn_back(const gt__conv *p, int filters, const gt_real *turned,
                      gt_real *weight, bool accumulate)
{
    int taps = p->kh * p->kw;
    for (int t = 0; t < taps; t++)
        for (int i = 0; i < p->c; i++)
            for (int f = 0; f < filters; f++) {
                gt_real *to = &weight[(t * p->c + i) * filters + f];
                *to = (accumulate ? *to : 0) +
                      turned[(i * taps + taps - 1 - t) * filters + f];
            }
}

/* Output size along one axis; fails if the kernel does not fit. */
static gt_status out_size(const gt__window *o, int axis, int size, int *out)
{
    int before, after;
    gt__window_pads(o, axis, size, &before, &after);
    int room = size + before + after - o->kernel[axis];
    if (room < 0)
        return gt_fail(GT_ERR_CONFIG,
                       "a kernel of %s %d does not fit an input of %d with "
                       "padding %d + %d",
                       axis ? "width" : "height", o->kernel[axis], size, before,
                       after);
    *out = room / o->stride[axis] + 1;
    return GT_OK;
}

static gt_status plan(gt_layer *layer, int max_n)
{
    const gt__window *o = &((const options *)layer->options)->window;
    int filters = (int)o->filters, cin = layer->in.c;
    layer->out.c = filters;
    gt_status status = out_size(o, 0, layer->in.h, &layer->out.h);
    if (status == GT_OK)
        status = out_size(o, 1, layer->in.w, &layer->out.w);
    if (status != GT_OK)
        return status;
    double taps = (double)o->kernel[0] * o->kernel[1];
    gt__window_params(layer, o,
                      (int[]){o->kernel[0], o->kernel[1], cin, filters},
                      taps * cin, taps * filters);
    gt__conv p = patches_over_x(layer);
    status = gt__conv_check(&p, max_n, filters);
    if (status != GT_OK)
        return status;
    layer->scratch = gt__conv_scratch(&p, max_n, filters);
    if (is_turned(layer, &p)) {
        gt__conv turned = patches_over_y(&p, layer->out);
        layer->scratch =
            layer->param[0].count + gt__conv_scratch(&turned, max_n, p.c);
    }
    return GT_OK;
}

static void forward(const gt_layer *layer, const gt_pass *pass,
                    const gt_real *x, gt_real *y, gt_real *saved,
                    gt_real *scratch)
{
    (void)saved;
    const gt_real *weight = pass->param + layer->param[0].offset;
    int filters = layer->out.c;
    gt__conv p = patches_over_x(layer);
    gt__conv_epilogue done = {layer, pass};
    if (is_turned(layer, &p)) {
        gt__conv over_y = patches_over_y(&p, layer->out);
        turn(&p, filters, weight, scratch);
        gt__conv_backward_data(&over_y, pass->n, x, GT_PLAIN, scratch, p.c, y,
                               &done, scratch + layer->param[0].count);
    } else {
        gt__conv_forward(&p, pass->n, x, GT_PLAIN, weight, filters, y, &done,
                         scratch);
    }
}

static void backward_turned(const gt_layer *layer, const gt_pass *pass,
                            const gt__conv *p, const gt_real *x, gt_real *dy,
                            gt_real *dx, gt_real *scratch)
{
    gt__conv over_y = patches_over_y(p, layer->out);
    gt_real *turned = scratch, *rest = scratch + layer->param[0].count;
    size_t at = layer->param[0].offset;
    if (dx) {
        turn(p, layer->out.c, pass->param + at, turned);
        gt__conv_forward(&over_y, pass->n, dy, GT_TRANSPOSED, turned, p->c, dx,
                         NULL, rest);
    }
    if (pass->grad) {
        gt__conv_backward_weights(&over_y, pass->n, dy, x, p->c, GT_TRANSPOSED,
                                  turned, false, rest);
        turn_back(p, layer->out.c, turned, pass->grad + at, pass->accumulate);
    }
}

static void backward(const gt_layer *layer, const gt_pass *pass,
                     const gt_real *x, const gt_real *y, gt_real *dy,
                     gt_real *dx, const gt_real *saved, gt_real *scratch)
{
    (void)saved;
    size_t at = layer->param[0].offset;
    int filters = layer->out.c;
    gt__conv p = patches_over_x(layer);
    gt__epilogue_backward(layer, pass, y, dy, (size_t)pass->n * p.oh * p.ow,
                          pass->accumulate);
    if (is_turned(layer, &p)) {
        backward_turned(layer, pass, &p, x, dy, dx, scratch);
        return;
    }
    if (pass->grad)
        gt__conv_backward_weights(&p, pass->n, x, dy, filters, GT_PLAIN,
                                  pass->grad + at, pass->accumulate, scratch);
    if (dx)
        gt__conv_backward_data(&p, pass->n, dy, GT_TRANSPOSED, pass->param + at,
                               filters, dx, NULL, scratch);
}

const gt_layer_type gt__conv2d = {
    .name = "conv2d",
    .help = "convolution",
    .options = option_table,
    .options_size = sizeof(options),
    .reads_input = true,
    .has_epilogue = true,
    .plan = plan,
    .forward = forward,
    .backward = backward,
};
