/* dropout.c: inverted dropout (Srivastava et al. 2014). The mask is never
 * stored: backward takes the same random words from the same addresses. Which
 * elements of a sample are dropped depends on the sample's number in the global
 * batch, not on the rank or the pass that computes it. */
#include "core/rng.h"

#include "nn/layers.h"

#include <string.h>

typedef struct options {
    double rate;
} options;

static const gt_option option_table[] = {
    {.key = "rate",
     .kind = GT_OPTION_REAL,
     .offset = offsetof(options, rate),
     .otherwise = "0.5",
     .min = 0,
     .max = 0.99,
     .help = "probability that an element is set to zero in training"},
    {0},
};

static gt_status plan(gt_layer *layer, int max_n)
{
    (void)max_n;
    layer->out = layer->in;
    return GT_OK;
}

/* One sample: out = in / (1 - rate) where kept, 0 where dropped. */
static void mask(const gt_real *in, gt_real *out, size_t size, gt_rng at,
                 double rate)
{
    uint32_t below = (uint32_t)(rate * 0x1p32), words[4];
    gt_real scale = (gt_real)(1 / (1 - rate));
    for (size_t i = 0; i < size; i += 4) {
        size_t n = size - i < 4 ? size - i : 4;
        gt_rng_block(at, (uint32_t)(i / 4), words);
        for (size_t j = 0; j < n; j++)
            out[i + j] = words[j] < below ? 0 : in[i + j] * scale;
    }
}

/* Forward and backward are the same linear map. */
static void apply(const gt_layer *layer, const gt_pass *pass, const gt_real *in,
                  gt_real *out)
{
    const options *o = layer->options;
    size_t size = gt_shape_size(layer->in);
    if (!pass->training) {
        if (out != in)
            memcpy(out, in, (size_t)pass->n * size * sizeof *out);
        return;
    }
    gt_rng at = {.seed = pass->seed,
                 .step = pass->step,
                 .stream =
                     GT_STREAM_DROPOUT + (uint32_t)layer->index + pass->stream};
    for (int i = 0; i < pass->n; i++) {
        at.sample = pass->first_sample + (uint64_t)i;
        mask(in + (size_t)i * size, out + (size_t)i * size, size, at, o->rate);
    }
}

static void forward(const gt_layer *layer, const gt_pass *pass,
                    const gt_real *x, gt_real *y, gt_real *saved,
                    gt_real *scratch)
{
    (void)saved, (void)scratch;
    apply(layer, pass, x, y);
}

static void backward(const gt_layer *layer, const gt_pass *pass,
                     const gt_real *x, const gt_real *y, gt_real *dy,
                     gt_real *dx, const gt_real *saved, gt_real *scratch)
{
    (void)x, (void)y, (void)saved, (void)scratch;
    if (dx)
        apply(layer, pass, dy, dx);
}

const gt_layer_type gt__dropout = {
    .name = "dropout",
    .help = "sets elements to zero at random in training, scales the rest up",
    .options = option_table,
    .options_size = sizeof(options),
    .in_place = true,
    .plan = plan,
    .forward = forward,
    .backward = backward,
};
