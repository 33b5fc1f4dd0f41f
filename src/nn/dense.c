/* dense.c: y = x W + b over the last axis. Positions are rows like samples, so
 * the layer after a picture is a network per pixel; put a flatten before it to
 * connect everything. */
#include "gentrain/gemm.h"
#include "nn/bias.h"
#include "nn/layers.h"

typedef struct options {
    int64_t units;
    bool bias;
} options;

static const gt_option option_table[] = {
    {.key = "units",
     .kind = GT_OPTION_INT,
     .offset = offsetof(options, units),
     .min = 1,
     .max = 1 << 24,
     .help = "outputs"},
    {.key = "bias",
     .kind = GT_OPTION_BOOL,
     .offset = offsetof(options, bias),
     .otherwise = "true",
     .help = "whether to add a bias"},
    {0},
};

static gt_status plan(gt_layer *layer, int max_n)
{
    (void)max_n;
    const options *o = layer->options;
    int units = (int)o->units;
    layer->out = (gt_shape){layer->in.h, layer->in.w, units};
    gt_layer_add_param(layer, "weight", GT_ROLE_WEIGHT, 2,
                       (int[]){layer->in.c, units}, layer->in.c, units);
    if (o->bias)
        gt_layer_add_param(layer, "bias", GT_ROLE_BIAS, 1, &units, 0, 0);
    return GT_OK;
}

static int rows_of(const gt_layer *layer, const gt_pass *pass)
{
    return pass->n * layer->in.h * layer->in.w;
}

static void forward(const gt_layer *layer, const gt_pass *pass,
                    const gt_real *x, gt_real *y, gt_real *saved,
                    gt_real *scratch)
{
    (void)saved, (void)scratch;
    const gt_real *weight = pass->param + layer->param[0].offset;
    int rows = rows_of(layer, pass), in = layer->in.c, out = layer->out.c;
    gt_gemm(GT_PLAIN, GT_PLAIN, rows, out, in, x, in, weight, out, 0, y, out);
    if (layer->n_params > 1)
        gt__bias_add(y, (size_t)rows, out,
                     pass->param + layer->param[1].offset);
}

static void backward(const gt_layer *layer, const gt_pass *pass,
                     const gt_real *x, const gt_real *y, const gt_real *dy,
                     gt_real *dx, const gt_real *saved, gt_real *scratch)
{
    (void)y, (void)saved, (void)scratch;
    size_t at = layer->param[0].offset;
    int rows = rows_of(layer, pass), in = layer->in.c, out = layer->out.c;
    if (pass->grad)
        gt_gemm(GT_TRANSPOSED, GT_PLAIN, in, out, rows, x, in, dy, out,
                pass->accumulate, pass->grad + at, out);
    if (pass->grad && layer->n_params > 1)
        gt__bias_gradient(dy, (size_t)rows, out,
                          pass->grad + layer->param[1].offset,
                          pass->accumulate);
    if (dx)
        gt_gemm(GT_PLAIN, GT_TRANSPOSED, rows, in, out, dy, out,
                pass->param + at, out, 0, dx, in);
}

const gt_layer_type gt__dense = {
    .name = "dense",
    .help = "matrix product over the channels, at every position",
    .options = option_table,
    .options_size = sizeof(options),
    .reads_input = true,
    .plan = plan,
    .forward = forward,
    .backward = backward,
};
