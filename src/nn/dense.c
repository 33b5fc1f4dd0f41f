/* dense.c: y = x W + b over the last axis. Positions are rows like samples, so
 * after an image the layer is applied to each pixel; put a flatten before it to
 * connect everything. */
#include "core/product.h"
#include "nn/epilogue.h"
#include "nn/layers.h"
#include "nn/parametrization.h"

typedef struct options {
    int64_t units;
    bool bias;
    int parametrization;
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
    {GT__PARAMETRIZATION_OPTION(options, parametrization)},
    {0},
};

static gt_status plan(gt_layer *layer, int max_n)
{
    (void)max_n;
    const options *o = layer->options;
    int units = (int)o->units;
    layer->out = layer->in;
    layer->out.c = units;
    layer->products = (double)gt_shape_size(layer->in) * units;
    gt_status status =
        gt_layer_add_param(layer, "weight", GT_ROLE_WEIGHT, 2,
                           (int[]){layer->in.c, units}, layer->in.c, units);
    if (status == GT_OK && o->bias)
        status =
            gt_layer_add_param(layer, "bias", GT_ROLE_BIAS, 1, &units, 0, 0);
    if (status == GT_OK)
        status = gt__parametrize(layer, o->parametrization);
    return status;
}

/* Rows are processed in blocks that fit into the second-level cache. */
enum { BLOCK_REALS = 1 << 17, MIN_ROWS = 512 };

typedef struct block {
    size_t first, rows;
} block;

static bool next_block(const gt_layer *layer, const gt_pass *pass, block *b)
{
    size_t rows = (size_t)pass->n * gt_shape_positions(layer->in);
    size_t most = BLOCK_REALS / (size_t)(layer->in.c + layer->out.c);
    most = most > MIN_ROWS ? most : MIN_ROWS;
    b->first += b->rows;
    b->rows = rows - b->first < most ? rows - b->first : most;
    return b->rows > 0;
}

static void forward(const gt_layer *layer, const gt_pass *pass,
                    const gt_layer_io *io)
{
    const gt_real *x = io->x[0];
    gt_real *y = io->y;
    const gt_real *weight = pass->param + layer->param[0].offset;
    int in = layer->in.c, out = layer->out.c;
    for (block b = {0}; next_block(layer, pass, &b);) {
        gt_real *to = y + b.first * (size_t)out;
        gt_product(gt_layer_precision(layer, pass), GT_PLAIN, GT_PLAIN,
                   (int)b.rows, out, in, x + b.first * (size_t)in, in, weight,
                   out, 0, to, out);
        gt__epilogue_forward(layer, pass, to, b.rows);
    }
}

static void backward_block(const gt_layer *layer, const gt_pass *pass,
                           const gt_real *x, gt_real *dy, gt_real *dx, int rows,
                           bool add)
{
    size_t at = layer->param[0].offset;
    int in = layer->in.c, out = layer->out.c;
    if (pass->grad)
        gt_product(gt_layer_precision(layer, pass), GT_TRANSPOSED, GT_PLAIN, in,
                   out, rows, x, in, dy, out, add, pass->grad + at, out);
    if (dx)
        gt_product(gt_layer_precision(layer, pass), GT_PLAIN, GT_TRANSPOSED,
                   rows, in, out, dy, out, pass->param + at, out, 0, dx, in);
}

static void backward(const gt_layer *layer, const gt_pass *pass,
                     const gt_layer_io *io)
{
    const gt_real *x = io->x[0];
    const gt_real *y = io->y;
    gt_real *dy = io->dy;
    gt_real *dx = io->dx[0];
    size_t in = (size_t)layer->in.c, out = (size_t)layer->out.c;
    for (block b = {0}; next_block(layer, pass, &b);) {
        bool add = pass->accumulate || b.first > 0;
        gt__epilogue_backward(layer, pass, y + b.first * out,
                              dy + b.first * out, b.rows, add);
        backward_block(layer, pass, x + b.first * in, dy + b.first * out,
                       dx ? dx + b.first * in : NULL, (int)b.rows, add);
    }
}

const gt_layer_type gt__dense = {
    .name = "dense",
    .help = "matrix product over the channels, at every position",
    .options = option_table,
    .options_size = sizeof(options),
    .reads_input = true,
    .has_epilogue = true,
    .piecewise_linear = true,
    .volumes = true,
    .plan = plan,
    .forward = forward,
    .backward = backward,
};
