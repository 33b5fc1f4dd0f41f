/* layer.h: what a layer is.
 *
 * A layer is stateless: parameters, gradients, statistics and activations are
 * handed to it, so one layer serves any number of passes. `plan` may fail;
 * `forward` and `backward` may not, because plan has checked every shape. All
 * calls are local.
 *
 * To add a layer, write one file with a gt_layer_type, declare that in layers.h
 * and add one line to the table in layers.c. dropout.c is written as a
 * template. The configuration parser, `gentrain help layers` and the
 * conformance tests read the table.
 */
#ifndef GT_NN_LAYER_H
#define GT_NN_LAYER_H

#include "base/option.h"
#include "base/status.h"
#include "core/precision.h"
#include "core/tensor.h"
#include "nn/kept.h"

#include <stdint.h>

enum { GT_LAYER_MAX_INPUTS = 8 };

/* What the initial values of a tensor are. For weights and scales the
 * initialisation decides (init.h). */
typedef enum gt_role {
    GT_ROLE_WEIGHT, /* matrix or kernel */
    GT_ROLE_BIAS,   /* 0 */
    GT_ROLE_SCALE,  /* 1 (DCGAN: N(1, 0.02^2)) */
    GT_ROLE_ZERO,   /* 0: a running mean */
    GT_ROLE_ONE,    /* 1: a running variance */
    GT_ROLE_OWN,    /* what the layer's parametrization begins with */
} gt_role;

/* One named tensor of a layer: a parameter, or state such as running
 * statistics. */
typedef struct gt_tensor {
    const char *name; /* "weight", "bias", "running_mean", ... */
    gt_role role;
    int rank;               /* number of dimensions */
    int dim[4];             /* row-major */
    size_t count;           /* product of the dimensions */
    double fan_in, fan_out; /* weights: inputs of an output, outputs of an
                               input */
    size_t offset; /* in the network's flat allocation; set by the network */
} gt_tensor;

typedef struct gt_layer_type gt_layer_type;

typedef struct gt_layer gt_layer;
struct gt_layer {
    const gt_layer_type *type;
    const void *options; /* borrowed; a struct that type->options describes */
    const char *name;    /* borrowed; "": none */
    int index;           /* number in the description of its network */
    int n_inputs;        /* at least 1 */
    int from[GT_LAYER_MAX_INPUTS];       /* what it reads (graph.h) */
    gt_shape input[GT_LAYER_MAX_INPUTS]; /* their shapes */
    const gt_layer *fused; /* borrowed; an activation that this layer applies to
                              its own output, and whose gradient it applies in
                              backward; NULL: none */
    bool is_fused; /* this is such an activation: it computes nothing itself */
    gt_shape in, out;         /* in: of the first input, mostly the only one */
    gt_tensor *param, *state; /* owned; gt_layer_add_param, _add_state */
    int n_params, n_states;
    const struct gt_parametrization *parametrization; /* of param[0]; NULL: none
                                                       */
    gt_real state_rate; /* weight of a batch in the state: s += rate (b - s) */
    void *plan;         /* owned; private to the type, see release */
    gt_precision precision; /* of matrix products in training
                               (gt_layer_precision) */
    bool stable;     /* of its products: a sample's bits are the same beside any
                        others (gt_product_stable), as its network takes several
                        shards in a pass */
    double products; /* multiplications by weights in forward, of a sample;
                        taps that fall on padding are counted, as is usual */
    size_t saved;    /* reals kept from forward to backward by a pass */
    size_t scratch;  /* reals of working memory for any n <= max_n */
    size_t keeps[GT_DIRECTIONS]; /* reals that it makes of its weights, and
                                    would keep (kept.h) */
    int kept;          /* the first of these of the network; set by it */
    size_t stat_count; /* doubles that a shard contributes to the statistics of
                          the whole batch; 0: the layer has none */
};

/* One pass of some samples (a shard of the batch) through a network. Pointers
 * are to allocations of the whole network; a layer finds its own tensors at
 * their offsets. */
typedef struct gt_pass {
    int n;          /* samples, at least 1 */
    int shards;     /* that these are, in training; 0: one. More only where
                       gt_network_shard_samples allows it */
    const int *cut; /* [shards + 1]: the first sample of each, then n */
    bool training;  /* batch statistics and dropout are on */
    /* Addresses of random numbers (rng.h): sample i of the pass has number
     * first_sample + i in its global batch. */
    uint64_t seed;
    uint32_t step;
    uint64_t first_sample;
    uint32_t stream; /* added to a layer's stream, so that the passes of a step
                        (such as a discriminator's on real and on generated
                        images) draw different numbers; a multiple of 0x1000,
                        beyond the streams of rng.h */
    const gt_real *param; /* as parametrizations make them of what is stored:
                             gt_network.weights */
    gt_kept *kept; /* what layers have made of those; NULL: nothing is kept */
    const gt_real *state; /* running statistics; the same on all ranks */
    gt_real *grad;        /* gradients; NULL: not wanted */
    bool accumulate;      /* add to grad instead of overwriting it */
    gt_real *batch_state; /* training: weight * batch statistics are added here,
                             laid out as state; NULL: not wanted */
    gt_real weight;       /* share of this pass in the statistics of its step */
    /* backward calls this layer by layer: gradients at offsets >= from will not
     * change any more. NULL: not wanted. */
    void (*grads_ready)(void *context, size_t from);
    void *grads_ready_context;
    bool tangent; /* the numbers are directions, along which those of the last
                     forward call move (gt_tape_tangent): constants, such as a
                     bias, have none */
    const double *batch_stats; /* the merged statistics of the whole batch, for
                                  the one layer that is computed with them
                                  (stat_local); NULL: the pass is a batch of its
                                  own */
} gt_pass;

/* What a layer reads and writes for the n samples of a pass. */
typedef struct gt_layer_io {
    const gt_real *x[GT_LAYER_MAX_INPUTS]; /* [n x in], of each input. In
                                              backward those of the forward
                                              call, but valid only if
                                              reads_input asks for them */
    gt_real *y;  /* [n x out]. In backward as forward left it, but valid only if
                    reads_output asks for it or there is a layer->fused */
    gt_real *dy; /* backward: the gradient towards y. Nothing but the gradient
                    of layer->fused may change it, and a dx that is dy */
    gt_real *dx[GT_LAYER_MAX_INPUTS]; /* backward: where the gradient towards
                                         each input goes; NULL: not wanted */
    gt_real *saved;   /* the layer's own span: what forward puts there, backward
                         finds */
    gt_real *scratch; /* nobody else's during a call */
} gt_layer_io;

struct gt_layer_type {
    const char *name; /* as in configurations: "conv2d" */
    const char *help; /* one line */
    const gt_option *options;
    size_t options_size; /* 0: no options, the table is empty */

    /* What the planner of memory must know.
     * reads_input, reads_output: whether backward reads x or y.
     * in_place: forward may run with y == x[k], for one k, if they have the
     * same size (not if reads_input is set: then the planner keeps x), and
     * backward with dx[k] == dy. view: y is x under another shape and nothing
     * is computed; forward and backward are NULL. */
    bool reads_input, reads_output, in_place, view;

    /* Whether it takes several inputs. In front of other layers they are joined
     * along the channels (concat.c). */
    bool joins;

    /* Whether this layer can apply an activation that follows it: forward then
     * applies layer->fused to y, and backward (or stat_local_backward) begins
     * by applying its gradient to dy. The functions of epilogue.h do that piece
     * by piece, while a piece is in the cache. */
    bool has_epilogue;

    /* Whether the outputs are piecewise linear in the inputs. Then the layer
     * can be part of a tangent pass: forward and backward of directions, where
     * the epilogue leaves out what is constant; of an activation, apply_grad.
     */
    bool piecewise_linear;

    /* Whether it takes volumes; else they are refused before `plan`. */
    bool volumes;

    /* Whether backward keeps to the shards of a pass: gradients of parameters
     * are found for each of them, and added in the tree of comm/reducer.h.
     * Layers without parameters and statistics need not. */
    bool takes_shards;

    /* Limits of an activation's values; both 0: none. */
    double least, most;

    /* Whether forward computes something else in training than in evaluation.
     */
    bool trains_apart;

    /* Check that layer->input and the options fit, and fill out, param, state,
     * saved and scratch for passes of up to max_n samples. Fails with
     * GT_ERR_CONFIG and a message that says what does not fit. */
    gt_status (*plan)(gt_layer *layer, int max_n);

    /* Release layer->plan, in which plan keeps what passes would otherwise
     * find out again each time. It may be half made, or NULL. This is NULL for
     * layers that keep nothing. */
    void (*release)(gt_layer *layer);

    /* y from x. */
    void (*forward)(const gt_layer *layer, const gt_pass *pass,
                    const gt_layer_io *io);

    /* dx from dy, and parameter gradients into pass->grad. */
    void (*backward)(const gt_layer *layer, const gt_pass *pass,
                     const gt_layer_io *io);

    /* Elementwise functions whose derivative follows from their value; NULL for
     * all other layers. apply: y = f(x), where y may be x. apply_grad: dy *= f'
     * at the x that gave y. A layer before it with has_epilogue calls them. */
    void (*apply)(const gt_layer *layer, const gt_real *x, gt_real *y,
                  size_t count);
    void (*apply_grad)(const gt_layer *layer, const gt_real *y, gt_real *dy,
                       size_t count);

    /* A layer with stat_count > 0 can treat a batch that is cut into shards as
     * one batch. stat_local computes the statistics of one shard; stat_merge
     * merges those of two, and is called in a fixed order over all shards of
     * all ranks; forward then finds the result in pass->batch_stats. A shard
     * without samples contributes zeros, which must not change what they are
     * merged with. All three are NULL for other layers. */
    void (*stat_local)(const gt_layer *layer, const gt_pass *pass,
                       const gt_layer_io *io, double *stats);
    void (*stat_merge)(double *to, const double *from, size_t count);

    /* The same for backward, where merging is adding. This call also writes the
     * gradients of the parameters: backward does not, if it finds
     * pass->batch_stats. */
    void (*stat_local_backward)(const gt_layer *layer, const gt_pass *pass,
                                const gt_layer_io *io, double *stats);
};

/* Whether the layer computes nothing: it is a view, or the layer before it
 * applies it. */
static inline bool gt_layer_is_idle(const gt_layer *layer)
{
    return layer->type->view || layer->is_fused;
}

/* What the layer keeps in a pass; NULL: nothing. */
static inline gt_kept *gt_layer_kept(const gt_layer *layer, const gt_pass *pass,
                                     gt_direction direction)
{
    return pass->kept && layer->keeps[direction] > 0
               ? &pass->kept[layer->kept + (int)direction]
               : NULL;
}

/* Of the matrix products of a pass: what is evaluated is evaluated in fp32,
 * wherever and in whatever precision it was trained. */
static inline gt_precision gt_layer_precision(const gt_layer *layer,
                                              const gt_pass *pass)
{
    return pass->training ? layer->precision : GT_FP32;
}

/* For plan functions: declare a tensor. Weights also get their fans.
 * GT_ERR_MEMORY. */
gt_status gt_layer_add_param(gt_layer *layer, const char *name, gt_role role,
                             int rank, const int dim[], double fan_in,
                             double fan_out);
gt_status gt_layer_add_state(gt_layer *layer, const char *name, gt_role role,
                             int size);

/* Values of its parameters, without the padding between tensors. */
size_t gt_layer_parameters(const gt_layer *layer);

/* Release what plan has allocated. */
void gt_layer_free(gt_layer *layer);

#endif
