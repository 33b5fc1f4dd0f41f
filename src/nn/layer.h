/* layer.h: what a layer is; the table of all layers.
 *
 * A layer is stateless: parameters, gradients, statistics and activations are
 * handed to it, so one layer serves any number of passes. To add a layer, write
 * one file with a gt_layer_type and add one line to the table in layers.c; the
 * configuration parser, `gentrain help layers` and the conformance tests all
 * read that table. `plan` may fail; `forward` and `backward` may not, since
 * plan has checked every shape. All calls are local.
 */
#ifndef GT_NN_LAYER_H
#define GT_NN_LAYER_H

#include "base/option.h"
#include "base/status.h"
#include "core/tensor.h"

#include <stdint.h>

enum { GT_LAYER_MAX_TENSORS = 2 };

/* How a tensor starts; the network's initialisation scheme says with which
 * distribution (see init.h). */
typedef enum gt_role {
    GT_ROLE_WEIGHT, /* matrix or kernel */
    GT_ROLE_BIAS,   /* zero */
    GT_ROLE_SCALE,  /* one (DCGAN: N(1, 0.02)) */
    GT_ROLE_ZERO,   /* running mean */
    GT_ROLE_ONE,    /* running variance */
} gt_role;

/* One named tensor of a layer: a parameter, or state such as running
 * statistics. */
typedef struct gt_tensor {
    const char *name; /* "weight", "bias", "running_mean", ... */
    gt_role role;
    int rank;               /* number of dimensions */
    int dim[4];             /* row-major */
    size_t count;           /* product of the dimensions */
    double fan_in, fan_out; /* weights: inputs to an output, and back */
    size_t offset; /* in the network's flat allocation; set by network */
} gt_tensor;

typedef struct gt_layer_type gt_layer_type;

typedef struct gt_layer gt_layer;
struct gt_layer {
    const gt_layer_type *type;
    const void *options;   /* borrowed; a struct that type->options describes */
    int index;             /* position in its network */
    const gt_layer *fused; /* borrowed; an activation which this layer carries
                             out on what it writes, and undoes on the way back;
                             NULL */
    bool is_fused; /* it is such an activation: there is nothing to do */
    gt_shape in, out;
    gt_tensor param[GT_LAYER_MAX_TENSORS];
    int n_params;
    gt_tensor state[GT_LAYER_MAX_TENSORS];
    int n_states;
    gt_real state_rate; /* how fast state follows the batch: s += rate(b - s) */
    size_t saved;       /* reals kept from forward to backward by a pass */
    size_t scratch;     /* reals of working memory for any n <= max_n */
    size_t stat_count;  /* doubles that a shard tells the others where all
                         shards of a batch meet at this layer; 0: it never
                         looks beyond its own */
};

/* One pass of some samples (a shard of the batch) through a network. Flat
 * pointers are to whole-network allocations; a layer finds its own tensors at
 * their offsets. */
typedef struct gt_pass {
    int n;         /* samples, >= 1 */
    bool training; /* batch statistics and dropout on */
    /* where random numbers are taken: sample i of the pass has number
     * first_sample + i in its global batch */
    uint64_t seed;
    uint32_t step;
    uint64_t first_sample;
    uint32_t stream; /* added to a layer's stream: tells passes of a step
                        apart, e.g. a discriminator's real and fake one;
                        multiples of 0x1000, clear of rng.h's streams */
    const gt_real *param;
    const gt_real *state;
    gt_real *grad;        /* gradients; NULL: not wanted */
    bool accumulate;      /* add to grad instead of overwriting it */
    gt_real *batch_state; /* training: share * batch statistics are added here,
                             laid out as state; NULL: not wanted */
    gt_real weight;       /* weight of this pass in its step's statistics */
    /* Called by backward layer by layer: gradients at offsets >= from are
       written for good. NULL: nobody wants to know. */
    void (*final)(void *context, size_t from);
    void *final_context;
    const double *batch_stats; /* layer->stat_count doubles, for a layer at
                            which the shards have met: see gather. NULL: the
                            pass is a batch of its own */
} gt_pass;

struct gt_layer_type {
    const char *name; /* as in configurations: "conv2d" */
    const char *help; /* one line */
    const gt_option *options;
    size_t options_size; /* 0: no options, the table is empty */

    /* What the planner may do. reads_input/reads_output: whether backward
     * reads x/y. in_place: forward may run with y == x (the planner keeps x
     * where reads_input is set) and backward with dx == dy. view: y is x under
     * another shape, nothing is computed; forward and backward are NULL. */
    bool reads_input, reads_output, in_place, view;

    /* Whether the layer carries out an activation that follows it: forward puts
     * layer->fused's apply over y, and backward, or gather_back, begins with
     * its undo over dy. That is done a piece at a time, while the piece is in
     * the cache, by the functions of nn/epilogue.h. */
    bool has_epilogue;

    /* Check that layer->in and the options fit and fill out, param, state,
     * saved and scratch for passes of up to max_n samples. Fails with
     * GT_ERR_CONFIG and a message that says what does not fit. */
    gt_status (*plan)(gt_layer *layer, int max_n);

    /* y[n x out] from x[n x in]. `saved` and `scratch` are this layer's spans;
     * what is put into `saved` is there again in the backward call. */
    void (*forward)(const gt_layer *layer, const gt_pass *pass,
                    const gt_real *x, gt_real *y, gt_real *saved,
                    gt_real *scratch);

    /* dx[n x in] from dy[n x out], and parameter gradients into pass->grad.
     * dx == NULL: not wanted. x and y are those of the forward call, valid only
     * as far as reads_input/reads_output ask for them, and y where there is a
     * layer->fused, whose undo is all that may change dy. */
    void (*backward)(const gt_layer *layer, const gt_pass *pass,
                     const gt_real *x, const gt_real *y, gt_real *dy,
                     gt_real *dx, const gt_real *saved, gt_real *scratch);

    /* Functions of one number whose derivative follows from their value,
     * element by element; NULL for other layers. apply: y = f(x), where y may
     * be x. undo: dy *= f', from y. Any layer before it that `carries` does it
     * in passing.
     */
    void (*apply)(const gt_layer *layer, const gt_real *x, gt_real *y,
                  size_t count);
    void (*apply_grad)(const gt_layer *layer, const gt_real *y, gt_real *dy,
                       size_t count);

    /* A layer with an exchange can take a batch that is cut into shards as one:
     * each shard tells what it has in `mine`, what all of them told is merged
     * in a fixed order, and forward then finds the outcome in
     * pass->batch_stats. A shard without samples tells zeros, which must not
     * change anything when they are merged. All NULL for other layers. */
    void (*gather)(const gt_layer *layer, const gt_pass *pass, const gt_real *x,
                   double *mine, gt_real *scratch);
    void (*merge)(double *to, const double *from, size_t count);

    /* The same on the way back, where merging is adding. The parameters'
     * gradients are written here; backward, when it finds a total, leaves them
     * alone. */
    void (*gather_back)(const gt_layer *layer, const gt_pass *pass,
                        const gt_real *x, const gt_real *y, gt_real *dy,
                        const gt_real *saved, double *mine, gt_real *scratch);
};

/* Nothing is computed at this layer: it is a view, or done by the one before.
 */
static inline bool gt_layer_is_idle(const gt_layer *layer)
{
    return layer->type->view || layer->is_fused;
}

/* For plan functions: declare a tensor. Weights also get their fans. */
void gt_layer_add_param(gt_layer *layer, const char *name, gt_role role,
                        int rank, const int dim[], double fan_in,
                        double fan_out);
void gt_layer_add_state(gt_layer *layer, const char *name, gt_role role,
                        int size);

#endif
