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
    layer->scratch = gt__epilogue_scratch(layer);
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

/* C = op(A) op(B) + beta C, as the network wants it. */
static void multiply(const gt_layer *layer, const gt_pass *pass,
                     gt_transpose ta, gt_transpose tb, int m, int n, int k,
                     const gt_real *a, int lda, const gt_real *b, int ldb,
                     gt_real beta, gt_real *c)
{
    gt_precision precision = gt_layer_precision(layer, pass);
    if (layer->stable)
        gt_product_stable(precision, ta, tb, m, n, k, a, lda, b, ldb, beta, c,
                          n);
    else
        gt_product(precision, ta, tb, m, n, k, a, lda, b, ldb, beta, c, n);
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
        multiply(layer, pass, GT_PLAIN, GT_PLAIN, (int)b.rows, out, in,
                 x + b.first * (size_t)in, in, weight, out, 0, to);
        gt__epilogue_forward(layer, pass, to, b.rows);
    }
}

static void find_dx(const gt_layer *layer, const gt_pass *pass,
                    const gt_real *dy, gt_real *dx, int rows)
{
    int in = layer->in.c, out = layer->out.c;
    if (dx)
        multiply(layer, pass, GT_PLAIN, GT_TRANSPOSED, rows, in, out, dy, out,
                 pass->param + layer->param[0].offset, out, 0, dx);
}

static void backward_block(const gt_layer *layer, const gt_pass *pass,
                           const gt_real *x, gt_real *dy, gt_real *dx, int rows,
                           bool add)
{
    int in = layer->in.c, out = layer->out.c;
    if (pass->grad)
        multiply(layer, pass, GT_TRANSPOSED, GT_PLAIN, in, out, rows, x, in, dy,
                 out, add, pass->grad + layer->param[0].offset);
    find_dx(layer, pass, dy, dx, rows);
}

/* Of several shards. */
static void backward_shards(const gt_layer *layer, const gt_pass *pass,
                            const gt_layer_io *io)
{
    int in = layer->in.c, out = layer->out.c, cut[GT_PRODUCT_SHARDS + 1];
    int positions = (int)gt_shape_positions(layer->in);
    for (int s = 0; s <= pass->shards; s++)
        cut[s] = pass->cut[s] * positions;
    gt__epilogue_backward_shards(layer, pass, io->y, io->dy, cut, io->scratch);
    if (pass->grad)
        gt_product_shards(gt_layer_precision(layer, pass), cut, pass->shards,
                          in, out, io->x[0], in, io->dy, out,
                          pass->grad + layer->param[0].offset, out);
    find_dx(layer, pass, io->dy, io->dx[0], cut[pass->shards]);
}

static void backward(const gt_layer *layer, const gt_pass *pass,
                     const gt_layer_io *io)
{
    const gt_real *x = io->x[0];
    const gt_real *y = io->y;
    gt_real *dy = io->dy;
    gt_real *dx = io->dx[0];
    size_t in = (size_t)layer->in.c, out = (size_t)layer->out.c;
    if (pass->shards > 1) {
        backward_shards(layer, pass, io);
        return;
    }
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
    .takes_shards = true,
    .plan = plan,
    .forward = forward,
    .backward = backward,
};
