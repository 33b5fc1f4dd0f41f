/* dropout.c: inverted dropout, and the commented template for a new layer.
 *
 * Dropout (Srivastava et al. 2014) never stores its mask: backward draws the
 * same random words from the same addresses. Which elements of a sample are
 * dropped depends on the number of the sample in the global batch, not on the
 * rank or the pass that computes it.
 *
 * To add a layer:
 *
 * 1. Copy this file to nn/<name>.c and follow the comments with numbers.
 *    layer.h describes every field and function.
 * 2. Declare the gt_layer_type in nn/layers.h and add it to the table in
 *    nn/layers.c. Build files find the new file by themselves. The parser of
 *    configurations, its messages and `gentrain help layers` read the table.
 * 3. Add cases to the table in tests/grad_layers.c, which fails until the layer
 *    has one: small shapes, each option away from its default, a single sample.
 *    That test compares all gradients with finite differences and checks the
 *    promises of layer.h, in training and in evaluation.
 * 4. Test what the layer computes, against plain loops or numbers from
 *    elsewhere, in tests/test_elementwise.c or in a file of its own.
 *
 * Layers that need more than this one: dense.c has parameters; batch_norm.c has
 * state (running statistics), numbers saved from forward to backward, and
 * statistics of the whole batch; conv2d.c has scratch; reshape.c has views. An
 * activation whose derivative follows from its value needs only `apply` and
 * `apply_grad`, in activations.c. */
#include "core/rng.h"
#include "core/simd.h"
#include "nn/layers.h"

#include <string.h>

/* (1) What the configuration says, as a struct ... */
typedef struct options {
    double rate;
} options;

/* ... and its keys. The type of a field must be that of the `kind` (option.h).
 * An option without a default (`otherwise`) is required. The parser refuses
 * values outside of min .. max, so no other code checks them. A layer without
 * options takes gt__no_options and no options_size. */
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

/* (2) Called once, before training. Set layer->out from layer->in and the
 * options, and refuse what does not fit: gt_fail(GT_ERR_CONFIG, ...) with a
 * message that names the numbers. This is the last chance: no later function
 * can fail. Here also declare parameters (gt_layer_add_param) and state
 * (gt_layer_add_state), and set layer->saved and layer->scratch, in reals, for
 * passes of up to max_n samples. */
static gt_status plan(gt_layer *layer, int max_n)
{
    (void)max_n;
    layer->out = layer->in;
    return GT_OK;
}

/* out = in / (1 - rate) where kept, 0 where dropped. */
GT_SIMD static void keep(const gt_real *in, gt_real *out, size_t n,
                         const uint32_t *words, uint32_t below, gt_real scale)
{
    for (size_t i = 0; i < n; i++)
        out[i] = words[i] < below ? 0 : in[i] * scale;
}

/* One sample, a piece at a time. */
static void mask(const gt_real *in, gt_real *out, size_t size, gt_rng at,
                 double rate)
{
    enum { PIECE = 1024 };
    uint32_t below = (uint32_t)(rate * 0x1p32), words[PIECE];
    gt_real scale = (gt_real)(1 / (1 - rate));
    for (size_t i = 0; i < size; i += PIECE) {
        size_t n = size - i < PIECE ? size - i : PIECE;
        gt_rng_words(at, (uint32_t)(i / 4), words, n);
        keep(in + i, out + i, n, words, below, scale);
    }
}

/* Forward and backward are the same linear map.
 *
 * (3) Random numbers have addresses (core/rng.h). Take the seed, the step and
 * the samples from the pass, and a stream of the layer's own, which is reserved
 * in rng.h: then results do not depend on the number of ranks, and a resumed
 * run needs no state of a generator. */
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

/* (4) io->y [n x out] from io->x[0] [n x in]. Parameters are at pass->param +
 * layer->param[i].offset. Write to io->saved what backward cannot compute again
 * cheaply. Allocate nothing, fail never, and sum in an order that depends on
 * the sizes alone, so that the same shard has the same bits wherever it is
 * computed. Loops that matter are functions marked GT_SIMD (core/simd.h). */
static void forward(const gt_layer *layer, const gt_pass *pass,
                    const gt_layer_io *io)
{
    apply(layer, pass, io->x[0], io->y);
}

/* (5) io->dx[0] [n x in] from io->dy [n x out]; NULL: nobody needs it. A layer
 * with parameters also writes their gradients to pass->grad +
 * layer->param[i].offset if pass->grad is set, and adds them there if
 * pass->accumulate is. */
static void backward(const gt_layer *layer, const gt_pass *pass,
                     const gt_layer_io *io)
{
    if (io->dx[0])
        apply(layer, pass, io->dy, io->dx[0]);
}

/* (6) The layer's entry for the table. Set reads_input or reads_output if
 * backward reads x or y, or it will find other numbers there; set in_place if
 * forward may overwrite x and backward dy, which saves memory; set volumes if
 * it takes those, whose positions gt_shape_positions counts; set
 * piecewise_linear if that is what the layer is, for gradient penalties. */
const gt_layer_type gt__dropout = {
    .name = "dropout",
    .help = "sets elements to zero at random in training, scales the rest up",
    .options = option_table,
    .options_size = sizeof(options),
    .in_place = true,
    .volumes = true,
    .trains_apart = true,
    .piecewise_linear = true,
    .plan = plan,
    .forward = forward,
    .backward = backward,
};
