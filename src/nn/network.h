/* network.h: a graph of layers, with all parameters in one flat allocation. A
 * network holds what is learnt; its passes are in tape.h. Local. */
#ifndef GT_NN_NETWORK_H
#define GT_NN_NETWORK_H

#include "core/arena.h"
#include "nn/graph.h"
#include "nn/placement.h"

typedef struct gt_network {
    char name[32];
    int n_inputs;
    gt_network_input input[GT_NETWORK_MAX_INPUTS]; /* names: borrowed */
    gt_shape in, out;                              /* in: of input 0 */
    int n_layers;
    gt_layer *layers; /* in the order in which they run */
    int max_n;        /* most samples of a pass */
    size_t n_params;  /* reals in params */
    size_t n_state;   /* reals in state */
    gt_real *params;  /* as they are stored and updated */
    gt_real *weights; /* as passes read them, in the same layout; params itself
                         where no layer has a parametrization */
    gt_kept *kept;    /* of all layers (kept.h) */
    gt_arena keeping;
    gt_real *state;
    gt__placement placement;
} gt_network;

/* Reals that a tensor of `count` values takes in a flat allocation, where
 * tensors stand in the order of layers, without gaps beside this. */
enum { GT_TENSOR_UNIT = 16 };
static inline size_t gt_tensor_room(size_t count)
{
    return (count + GT_TENSOR_UNIT - 1) / GT_TENSOR_UNIT * GT_TENSOR_UNIT;
}

/* Plan a network of `n` layers for passes of up to max_n samples. A first layer
 * that does not say what it reads, reads the first input. Names and options
 * stay borrowed. Fails with GT_ERR_CONFIG when shapes do not fit; the message
 * shows the path of shapes up to the fault. */
gt_status gt_network_new(gt_network **out, const char *name,
                         const gt_network_input *inputs, int n_inputs,
                         const gt_layer_spec *specs, int n, int max_n);
void gt_network_free(gt_network *net);

/* Make `weights` of `params` (parametrization.h), and forget what layers have
 * made of former ones, whenever params have changed. gt_network_init does it.
 */
void gt_network_parametrize(gt_network *net);

/* Turn gradients towards weights into those towards params, in the layers whose
 * first tensors lie at offsets from .. to - 1: once, when they are complete. */
void gt_network_pull_back(const gt_network *net, gt_real *grad, size_t from,
                          size_t to);

/* Most samples of a pass of several shards; 0: there are no such passes, as a
 * layer has statistics of a shard, or does not tell shards apart. */
int gt_network_shard_samples(const gt_network *net);

/* Move the running statistics towards those of a batch, laid out as state:
 * s += rate (batch - s). */
void gt_network_update_stats(gt_network *net, const gt_real *batch);

/* The layer that alone reads layer i, over views; -1: there are several, or
 * none. */
int gt_network_reader(const gt_network *net, int i);

/* Parameters, without the padding between tensors. */
size_t gt_network_parameters(const gt_network *net);

/* The largest stat_count of its layers; 0: no layer has statistics of the whole
 * batch. */
size_t gt_network_stat_count(const gt_network *net);

/* "03_conv2d" for a layer's group in files and messages; returns `text`. */
enum { GT_LAYER_LABEL = 48 };
char *gt_layer_label(const gt_layer *layer, char text[GT_LAYER_LABEL]);

/* Find the first parameter tensor with a value in `values` (laid out as params)
 * that is NaN or infinite: write its name, "03_conv2d/weight", and return true.
 */
bool gt_network_find_nonfinite(const gt_network *net, const gt_real *values,
                               char text[GT_LAYER_LABEL + 32]);

#endif
