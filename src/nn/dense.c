/* dense.c: y = x W + b over the last axis. Positions are rows like samples, so
 * the layer after a picture is a network per pixel; put a flatten before it to
 * connect everything. */
#include "gentrain/gemm.h"
#include "nn/carry.h"
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

/* Rows are done in blocks that are still in the second-level cache for what is
 * carried out on them. */
enum { BLOCK_REALS = 1 << 16, MIN_ROWS = 512 };

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
    int most = BLOCK_REALS / out > MIN_ROWS ? BLOCK_REALS / out : MIN_ROWS;
    for (int r = 0; r < rows; r += most) {
        int n = rows - r < most ? rows - r : most;
        gt_real *to = y + (size_t)r * out;
        gt_gemm(GT_PLAIN, GT_PLAIN, n, out, in, x + (size_t)r * in, in, weight,
                out, 0, to, out);
        gt__carry_out(layer, pass, to, (size_t)n);
    }
}

static void backward(const gt_layer *layer, const gt_pass *pass,
                     const gt_real *x, const gt_real *y, gt_real *dy,
                     gt_real *dx, const gt_real *saved, gt_real *scratch)
{
    (void)saved, (void)scratch;
    size_t at = layer->param[0].offset;
    int rows = rows_of(layer, pass), in = layer->in.c, out = layer->out.c;
    gt__carry_back(layer, pass, y, dy, (size_t)rows);
    if (pass->grad)
        gt_gemm(GT_TRANSPOSED, GT_PLAIN, in, out, rows, x, in, dy, out,
                pass->accumulate, pass->grad + at, out);
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
    .carries = true,
    .plan = plan,
    .forward = forward,
    .backward = backward,
};
