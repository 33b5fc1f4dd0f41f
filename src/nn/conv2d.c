/* conv2d.c: convolution (cross-correlation, as everybody means it).
 *
 * y = patches of x . W. A product with few columns runs at a fraction of the
 * machine's speed, so a layer with few filters and stride 1 is computed as a
 * transposed convolution, whose products are large in every dimension: x . W',
 * with kernel x filters columns, is added up over y, where W' is the kernel
 * turned by 180 degrees. */
#include "nn/conv/conv.h"
#include "nn/epilogue.h"
#include "nn/layers.h"
#include "nn/window.h"

#include <stdlib.h>

typedef struct options {
    gt__window window;
} options;

static const gt_option option_table[] = {
    GT__WINDOW_OPTIONS(options),
    {0},
};

enum { FEW_FILTERS = 16 };

typedef struct conv2d_plan {
    gt__conv_geometry g; /* of the kernel over x */
    bool turned;         /* conv is of the turned kernel over y */
    gt__conv *conv;
    size_t weights; /* reals of scratch for the turned kernel */
} conv2d_plan;

static gt__conv_geometry over_x(const gt_layer *layer)
{
    const options *o = layer->options;
    return gt__window_geometry(&o->window, layer->in, layer->out,
                               layer->precision);
}

/* The turned kernel's: it stands over y, at the positions of x. */
static gt__conv_geometry over_y(const gt__conv_geometry *x)
{
    return (gt__conv_geometry){.h = x->oh,
                               .w = x->ow,
                               .c = x->m,
                               .oh = x->h,
                               .ow = x->w,
                               .m = x->c,
                               .kh = x->kh,
                               .kw = x->kw,
                               .sh = 1,
                               .sw = 1,
                               .top = x->kh - 1 - x->top,
                               .left = x->kw - 1 - x->left,
                               .precision = x->precision};
}

static bool is_turned(const gt__conv_geometry *g)
{
    return g->sh == 1 && g->sw == 1 && g->m < FEW_FILTERS && g->c > g->m &&
           g->kh * g->kw > 1 && g->oh * g->ow > 1;
}

/* The turned kernel: [cin, kh, kw, filters] from [kh, kw, cin, filters]; or
 * back, adding to what is there if `accumulate`. */
static void turn(const gt__conv_geometry *g, const gt_real *weight,
                 gt_real *turned)
{
    int taps = g->kh * g->kw, filters = g->m;
    for (int t = 0; t < taps; t++)
        for (int i = 0; i < g->c; i++)
            for (int f = 0; f < filters; f++)
                turned[(i * taps + taps - 1 - t) * filters + f] =
                    weight[(t * g->c + i) * filters + f];
}

static void turn_back(const gt__conv_geometry *g, const gt_real *turned,
                      gt_real *weight, bool accumulate)
{
    int taps = g->kh * g->kw, filters = g->m;
    for (int t = 0; t < taps; t++)
        for (int i = 0; i < g->c; i++)
            for (int f = 0; f < filters; f++) {
                gt_real *to = &weight[(t * g->c + i) * filters + f];
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

/* What follows the turned kernel in the scratch stays aligned. */
static size_t aligned(size_t count)
{
    size_t unit = GT_ALIGN / sizeof(gt_real);
    return (count + unit - 1) / unit * unit;
}

static gt_status plan_conv(gt_layer *layer, int max_n)
{
    conv2d_plan *p = calloc(1, sizeof *p);
    if (!p)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate its plan");
    layer->plan = p;
    p->g = over_x(layer);
    p->turned = is_turned(&p->g);
    p->weights = p->turned ? aligned(layer->param[0].count) : 0;
    gt__conv_geometry g = p->turned ? over_y(&p->g) : p->g;
    gt_status status = gt__conv_new(&p->conv, &g, max_n);
    if (status != GT_OK)
        return status;
    layer->scratch = p->weights + gt__conv_scratch(p->conv);
    for (int d = 0; d < GT_DIRECTIONS && !p->turned; d++)
        layer->keeps[d] = gt__conv_keeps(p->conv);
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
    layer->products = (double)gt_shape_size(layer->out) * taps * cin;
    gt__conv_geometry g = over_x(layer);
    status = gt__conv_check(&g, max_n);
    if (status == GT_OK)
        status = gt__window_params(
            layer, o, (int[]){o->kernel[0], o->kernel[1], cin, filters},
            taps * cin, taps * filters);
    return status == GT_OK ? plan_conv(layer, max_n) : status;
}

static void release(gt_layer *layer)
{
    conv2d_plan *p = layer->plan;
    if (p)
        gt__conv_free(p->conv);
    free(p);
}

static void forward(const gt_layer *layer, const gt_pass *pass,
                    const gt_layer_io *io)
{
    const conv2d_plan *p = layer->plan;
    const gt_real *weight = pass->param + layer->param[0].offset;
    gt__conv_epilogue epilogue = {layer, pass};
    if (p->turned) {
        turn(&p->g, weight, io->scratch);
        gt__conv_kernel kernel = {.weight = io->scratch};
        gt__conv_backward_data(
            p->conv, pass->n, gt_layer_precision(layer, pass), io->x[0],
            &kernel, io->y, &epilogue, io->scratch + p->weights);
    } else {
        gt__conv_kernel kernel = {
            .weight = weight, .kept = gt_layer_kept(layer, pass, GT_FORWARD)};
        gt__conv_forward(p->conv, pass->n, gt_layer_precision(layer, pass),
                         io->x[0], &kernel, io->y, &epilogue, io->scratch);
    }
}

static void backward_turned(const gt_layer *layer, const gt_pass *pass,
                            const gt_layer_io *io)
{
    const conv2d_plan *p = layer->plan;
    gt_real *weight = io->scratch, *rest = io->scratch + p->weights;
    size_t at = layer->param[0].offset;
    if (io->dx[0]) {
        turn(&p->g, pass->param + at, weight);
        gt__conv_kernel kernel = {.weight = weight, .op = GT_TRANSPOSED};
        gt__conv_forward(p->conv, pass->n, gt_layer_precision(layer, pass),
                         io->dy, &kernel, io->dx[0], NULL, rest);
    }
    if (pass->grad) {
        gt__conv_backward_weights(p->conv, pass->n,
                                  gt_layer_precision(layer, pass), io->dy,
                                  io->x[0], GT_TRANSPOSED, weight, false, rest);
        turn_back(&p->g, weight, pass->grad + at, pass->accumulate);
    }
}

static void backward(const gt_layer *layer, const gt_pass *pass,
                     const gt_layer_io *io)
{
    const conv2d_plan *p = layer->plan;
    size_t at = layer->param[0].offset;
    size_t positions = (size_t)p->g.oh * (size_t)p->g.ow;
    gt__epilogue_backward(layer, pass, io->y, io->dy,
                          (size_t)pass->n * positions, pass->accumulate);
    if (p->turned) {
        backward_turned(layer, pass, io);
        return;
    }
    const gt__conv_backward what = {
        .big = io->x[0],
        .small = io->dy,
        .kernel = {pass->param + at, GT_TRANSPOSED,
                   gt_layer_kept(layer, pass, GT_BACKWARD)},
        .data = io->dx[0],
        .gradient = pass->grad ? pass->grad + at : NULL,
        .gradient_op = GT_PLAIN,
        .accumulate = pass->accumulate};
    gt__conv_backward_both(p->conv, pass->n, gt_layer_precision(layer, pass),
                           GT__CONV_BACKWARD_DATA, &what, io->scratch);
}

const gt_layer_type gt__conv2d = {
    .name = "conv2d",
    .help = "convolution",
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
