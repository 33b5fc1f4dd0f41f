/* activations.c: functions of one number, element by element.
 *
 * The derivative of all but silu is a function of their output, so they may
 * overwrite their input, and the layer before them may apply them (epilogue.h).
 * The loops carry no `restrict`, because dx may be dy and y may be x; each
 * element is read before it is written, which compilers see. Comparisons are
 * written so that NaN passes through: a breakdown must reach the loss, where it
 * is found. */
#include "nn/activations.h"

#include "core/simd.h"
#include "core/vmath.h"
#include "nn/layers.h"

#include <math.h>
#include <string.h>

typedef struct leaky_relu_options {
    double slope;
} leaky_relu_options;

static const gt_option leaky_relu_table[] = {
    {.key = "slope",
     .kind = GT_OPTION_REAL,
     .offset = offsetof(leaky_relu_options, slope),
     .otherwise = "0.2",
     .min = 0,
     .max = 1,
     .help = "slope for negative inputs"},
    {0},
};

typedef struct elu_options {
    double alpha;
} elu_options;

static const gt_option elu_table[] = {
    {.key = "alpha",
     .kind = GT_OPTION_REAL,
     .offset = offsetof(elu_options, alpha),
     .otherwise = "1",
     .min = 0,
     .max = 100,
     .help = "minus the limit for very negative inputs"},
    {0},
};

enum { BLOCK = 256 }; /* elements, where a loop needs a buffer */

static gt_status plan(gt_layer *layer, int max_n)
{
    (void)max_n;
    layer->out = layer->in;
    return GT_OK;
}

static size_t count_of(const gt_layer *layer, const gt_pass *pass)
{
    return (size_t)pass->n * gt_shape_size(layer->in);
}

double gt__leaky_relu_slope(const gt_layer *layer)
{
    if (layer->type != &gt__leaky_relu)
        return 0;
    return ((const leaky_relu_options *)layer->options)->slope;
}

/* These are called where the activation is not fused into another layer. */
static void forward(const gt_layer *layer, const gt_pass *pass,
                    const gt_layer_io *io)
{
    layer->type->apply(layer, io->x[0], io->y, count_of(layer, pass));
}

static void backward(const gt_layer *layer, const gt_pass *pass,
                     const gt_layer_io *io)
{
    gt_real *dx = io->dx[0];
    size_t n = count_of(layer, pass);
    if (!dx)
        return;
    if (dx != io->dy)
        memcpy(dx, io->dy, n * sizeof *dx);
    layer->type->apply_grad(layer, io->y, dx, n);
}

/* y <= 0 exactly where x <= 0, so y tells the slope. */
GT_INLINE void rectify(gt_real slope, const gt_real *x, gt_real *y, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] = x[i] <= 0 ? slope * x[i] : x[i];
}

GT_INLINE void rectify_grad(gt_real slope, const gt_real *y, gt_real *dy,
                            size_t n)
{
    for (size_t i = 0; i < n; i++)
        dy[i] = y[i] <= 0 ? slope * dy[i] : dy[i];
}

GT_SIMD static void relu_apply(const gt_layer *layer, const gt_real *x,
                               gt_real *y, size_t n)
{
    (void)layer;
    rectify(0, x, y, n);
}

GT_SIMD static void relu_apply_grad(const gt_layer *layer, const gt_real *y,
                                    gt_real *dy, size_t n)
{
    (void)layer;
    rectify_grad(0, y, dy, n);
}

GT_SIMD static void leaky_relu_apply(const gt_layer *layer, const gt_real *x,
                                     gt_real *y, size_t n)
{
    const leaky_relu_options *o = layer->options;
    rectify((gt_real)o->slope, x, y, n);
}

GT_SIMD static void leaky_relu_apply_grad(const gt_layer *layer,
                                          const gt_real *y, gt_real *dy,
                                          size_t n)
{
    const leaky_relu_options *o = layer->options;
    rectify_grad((gt_real)o->slope, y, dy, n);
}

static void tanh_apply(const gt_layer *layer, const gt_real *x, gt_real *y,
                       size_t n)
{
    (void)layer;
    gt__vtanh(x, y, n);
}

GT_SIMD static void tanh_apply_grad(const gt_layer *layer, const gt_real *y,
                                    gt_real *dy, size_t n)
{
    (void)layer;
    for (size_t i = 0; i < n; i++)
        dy[i] = dy[i] * (1 - y[i] * y[i]);
}

static void sigmoid_apply(const gt_layer *layer, const gt_real *x, gt_real *y,
                          size_t n)
{
    (void)layer;
    gt__vsigmoid(x, y, n);
}

GT_SIMD static void sigmoid_apply_grad(const gt_layer *layer, const gt_real *y,
                                       gt_real *dy, size_t n)
{
    (void)layer;
    for (size_t i = 0; i < n; i++)
        dy[i] = dy[i] * y[i] * (1 - y[i]);
}

GT_SIMD static void elu_apply(const gt_layer *layer, const gt_real *x,
                              gt_real *y, size_t n)
{
    const elu_options *o = layer->options;
    gt_real alpha = (gt_real)o->alpha, below[BLOCK];
    for (size_t i = 0; i < n; i += BLOCK) {
        size_t m = n - i < BLOCK ? n - i : BLOCK;
        gt__vexpm1(x + i, below, m);
        for (size_t j = 0; j < m; j++)
            y[i + j] = x[i + j] <= 0 ? alpha * below[j] : x[i + j];
    }
}

GT_SIMD static void elu_apply_grad(const gt_layer *layer, const gt_real *y,
                                   gt_real *dy, size_t n)
{
    const elu_options *o = layer->options;
    gt_real alpha = (gt_real)o->alpha;
    for (size_t i = 0; i < n; i++)
        dy[i] = y[i] <= 0 ? dy[i] * (y[i] + alpha) : dy[i];
}

GT_SIMD static void silu_forward(const gt_layer *layer, const gt_pass *pass,
                                 const gt_layer_io *io)
{
    const gt_real *x = io->x[0];
    gt_real *y = io->y;
    gt_real s[BLOCK];
    size_t n = count_of(layer, pass);
    for (size_t i = 0; i < n; i += BLOCK) {
        size_t m = n - i < BLOCK ? n - i : BLOCK;
        gt__vsigmoid(x + i, s, m);
        for (size_t j = 0; j < m; j++)
            y[i + j] = x[i + j] * s[j];
    }
}

GT_SIMD static void silu_backward(const gt_layer *layer, const gt_pass *pass,
                                  const gt_layer_io *io)
{
    const gt_real *x = io->x[0];
    gt_real *dy = io->dy;
    gt_real *dx = io->dx[0];
    gt_real s[BLOCK];
    size_t n = dx ? count_of(layer, pass) : 0;
    for (size_t i = 0; i < n; i += BLOCK) {
        size_t m = n - i < BLOCK ? n - i : BLOCK;
        gt__vsigmoid(x + i, s, m);
        for (size_t j = 0; j < m; j++)
            dx[i + j] = dy[i + j] * s[j] * (1 + x[i + j] * (1 - s[j]));
    }
}

const gt_layer_type gt__relu = {
    .name = "relu",
    .help = "max(x, 0)",
    .least = 0,
    .most = INFINITY,
    .options = gt__no_options,
    .reads_output = true,
    .in_place = true,
    .volumes = true,
    .piecewise_linear = true,
    .plan = plan,
    .forward = forward,
    .backward = backward,
    .apply = relu_apply,
    .apply_grad = relu_apply_grad,
};

const gt_layer_type gt__leaky_relu = {
    .name = "leaky_relu",
    .help = "x, or slope x where x is negative",
    .options = leaky_relu_table,
    .options_size = sizeof(leaky_relu_options),
    .reads_output = true,
    .in_place = true,
    .volumes = true,
    .piecewise_linear = true,
    .plan = plan,
    .forward = forward,
    .backward = backward,
    .apply = leaky_relu_apply,
    .apply_grad = leaky_relu_apply_grad,
};

const gt_layer_type gt__elu = {
    .name = "elu",
    .help = "x, or alpha (exp(x) - 1) where x is negative",
    .least = -1,
    .most = INFINITY,
    .options = elu_table,
    .options_size = sizeof(elu_options),
    .reads_output = true,
    .in_place = true,
    .volumes = true,
    .plan = plan,
    .forward = forward,
    .backward = backward,
    .apply = elu_apply,
    .apply_grad = elu_apply_grad,
};

const gt_layer_type gt__silu = {
    .name = "silu",
    .help = "x sigmoid(x), also called swish",
    .least = -0.2785,
    .most = INFINITY,
    .options = gt__no_options,
    .reads_input = true,
    .in_place = true,
    .volumes = true,
    .plan = plan,
    .forward = silu_forward,
    .backward = silu_backward,
};

const gt_layer_type gt__tanh = {
    .name = "tanh",
    .help = "hyperbolic tangent, to [-1, 1]",
    .least = -1,
    .most = 1,
    .options = gt__no_options,
    .reads_output = true,
    .in_place = true,
    .volumes = true,
    .plan = plan,
    .forward = forward,
    .backward = backward,
    .apply = tanh_apply,
    .apply_grad = tanh_apply_grad,
};

const gt_layer_type gt__sigmoid = {
    .name = "sigmoid",
    .help = "1 / (1 + exp(-x)), to [0, 1]; losses take logits without it",
    .least = 0,
    .most = 1,
    .options = gt__no_options,
    .reads_output = true,
    .in_place = true,
    .volumes = true,
    .plan = plan,
    .forward = forward,
    .backward = backward,
    .apply = sigmoid_apply,
    .apply_grad = sigmoid_apply_grad,
};
