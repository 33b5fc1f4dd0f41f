/* init.c: every tensor has its own address in the space of random numbers
 * (network number, tensor number), so its initial values depend on nothing else
 * in the model or the machine. What a parametrization adds has no number: a
 * network begins with the same weights with one and without. */
#include "nn/init.h"

#include "core/rng.h"
#include "nn/activations.h"
#include "nn/parametrization.h"

#include <math.h>

const char *const gt_init_names[] = {"glorot", "he", "dcgan", NULL};

static const double dcgan_deviation = 0.02;

static void fill(gt_real *x, size_t n, gt_real value)
{
    for (size_t i = 0; i < n; i++)
        x[i] = value;
}

static void normal(gt_real *x, size_t n, gt_rng at, double mean,
                   double deviation)
{
    gt_rng_normal(at, x, n);
    for (size_t i = 0; i < n; i++)
        x[i] = (gt_real)(mean + deviation * (double)x[i]);
}

static void uniform(gt_real *x, size_t n, gt_rng at, double bound)
{
    gt_rng_uniform(at, x, n);
    for (size_t i = 0; i < n; i++)
        x[i] = (gt_real)(bound * (2.0 * (double)x[i] - 1.0));
}

/* Slope of the leaky ReLU that layer i feeds, directly or through views and
 * batch_norm; 0 if it feeds anything else. */
static double slope_after(const gt_network *net, int i)
{
    do
        i = gt_network_reader(net, i);
    while (i >= 0 && net->layers[i].type == &gt__batch_norm);
    return i >= 0 ? gt__leaky_relu_slope(&net->layers[i]) : 0;
}

static void init_weight(const gt_network *net, int layer, const gt_tensor *t,
                        gt_init init, gt_rng at)
{
    gt_real *x = net->params + t->offset;
    double slope = slope_after(net, layer);
    switch (init) {
    case GT_INIT_GLOROT:
        uniform(x, t->count, at, sqrt(6.0 / (t->fan_in + t->fan_out)));
        break;
    case GT_INIT_HE:
        normal(x, t->count, at, 0,
               sqrt(2.0 / ((1.0 + slope * slope) * t->fan_in)));
        break;
    case GT_INIT_DCGAN:
        normal(x, t->count, at, 0, dcgan_deviation);
        break;
    }
}

static void init_param(const gt_network *net, int layer, const gt_tensor *t,
                       gt_init init, gt_rng at)
{
    gt_real *x = net->params + t->offset;
    if (t->role == GT_ROLE_WEIGHT)
        init_weight(net, layer, t, init, at);
    else if (t->role == GT_ROLE_SCALE && init == GT_INIT_DCGAN)
        normal(x, t->count, at, 1, dcgan_deviation);
    else
        fill(x, t->count, t->role == GT_ROLE_SCALE ? 1 : 0);
}

void gt_network_init(gt_network *net, gt_init init, uint64_t seed,
                     uint32_t number)
{
    gt_rng at = {.seed = seed, .stream = GT_STREAM_INIT + number};
    for (int i = 0; i < net->n_layers; i++) {
        const gt_layer *layer = &net->layers[i];
        for (int k = 0; k < layer->n_params; k++)
            if (layer->param[k].role != GT_ROLE_OWN) {
                init_param(net, i, &layer->param[k], init, at);
                at.sample++;
            }
        if (layer->parametrization)
            layer->parametrization->init(layer, net->params);
        for (int k = 0; k < layer->n_states; k++) {
            const gt_tensor *t = &layer->state[k];
            fill(net->state + t->offset, t->count,
                 t->role == GT_ROLE_ONE ? 1 : 0);
        }
    }
    gt_network_parametrize(net);
}
