/* mix_layer.h: a layer with weights for tests of networks, written as plainly
 * as possible: y = x weight + bias, with weight[in x units]. It also serves as
 * the smallest example of a layer from outside the table. */
#ifndef GT_TESTS_MIX_LAYER_H
#define GT_TESTS_MIX_LAYER_H

#include "nn/tape.h"

#include "layer_options.h"

typedef struct mix_options {
    int units;
} mix_options;

static gt_status mix_plan(gt_layer *layer, int max_n)
{
    (void)max_n;
    const mix_options *o = layer->options;
    int in = (int)gt_shape_size(layer->in), out = o->units;
    if (layer->in.h * layer->in.w != 1)
        return gt_fail(GT_ERR_CONFIG, "wants a vector");
    layer->out = (gt_shape){1, 1, out};
    gt_status status = gt_layer_add_param(layer, "weight", GT_ROLE_WEIGHT, 2,
                                          (int[]){in, out}, in, out);
    if (status == GT_OK)
        status = gt_layer_add_param(layer, "bias", GT_ROLE_BIAS, 1, &out, 0, 0);
    return status;
}

static void mix_forward(const gt_layer *layer, const gt_pass *pass,
                        const gt_layer_io *io)
{
    const gt_real *x = io->x[0];
    gt_real *y = io->y;
    const gt_real *weight = pass->param + layer->param[0].offset;
    const gt_real *bias = pass->param + layer->param[1].offset;
    int in = layer->in.c, out = layer->out.c;
    for (int i = 0; i < pass->n; i++)
        for (int o = 0; o < out; o++) {
            y[i * out + o] = bias[o];
            for (int k = 0; k < in; k++)
                y[i * out + o] += x[i * in + k] * weight[k * out + o];
        }
}

static void mix_backward(const gt_layer *layer, const gt_pass *pass,
                         const gt_layer_io *io)
{
    const gt_real *x = io->x[0];
    gt_real *dy = io->dy;
    gt_real *dx = io->dx[0];
    const gt_real *weight = pass->param + layer->param[0].offset;
    int in = layer->in.c, out = layer->out.c;
    for (int k = 0; pass->grad && k < in * out; k++) {
        gt_real *to = pass->grad + layer->param[0].offset + k;
        *to = pass->accumulate ? *to : 0;
        for (int i = 0; i < pass->n; i++)
            *to += x[i * in + k / out] * dy[i * out + k % out];
    }
    for (int o = 0; pass->grad && o < out; o++) {
        gt_real *to = pass->grad + layer->param[1].offset + o;
        *to = pass->accumulate ? *to : 0;
        for (int i = 0; i < pass->n; i++)
            *to += dy[i * out + o];
    }
    for (int k = 0; dx && k < pass->n * in; k++) {
        dx[k] = 0;
        for (int o = 0; o < out; o++)
            dx[k] += dy[k / in * out + o] * weight[k % in * out + o];
    }
}

static const gt_option mix_table[] = {{0}};

static const gt_layer_type mix_type = {
    .name = "mix",
    .help = "y = x weight + bias",
    .options = mix_table,
    .options_size = sizeof(mix_options),
    .reads_input = true,
    .plan = mix_plan,
    .forward = mix_forward,
    .backward = mix_backward,
};

/* A layer from text: "mix 5", or a layer of the table with its options as in
 * "elu alpha=0.3". The options are fresh memory; NULL, with a line on stderr,
 * if the text makes no sense. */
static gt_layer_spec spec_of(const char *text)
{
    char name[32];
    size_t length = strcspn(text, " ");
    snprintf(name, sizeof name, "%.*s", (int)length, text);
    gt_layer_spec spec = {.type = gt_layer_type_find(name)};
    if (spec.type) {
        spec.options = layer_options_new(spec.type, text + length);
    } else if (!strcmp(name, "mix")) {
        spec.type = &mix_type;
        spec.options = calloc(1, sizeof(mix_options));
        if (spec.options)
            ((mix_options *)spec.options)->units = atoi(text + length);
    } else {
        fprintf(stderr, "no layer type %s\n", name);
    }
    return spec;
}

#endif
