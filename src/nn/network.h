/* network.h: layers in a row, with all parameters in one flat allocation.
 *
 * A network holds what is learnt; a tape holds the activations of one pass
 * between its forward and its backward call; a workspace holds what passes of
 * the same network may share because only one runs at a time. All memory is
 * planned and allocated before training. All calls are local.
 */
#ifndef GT_NN_NETWORK_H
#define GT_NN_NETWORK_H

#include "core/arena.h"
#include "nn/layer.h"

/* What a configuration says of one layer. */
typedef struct gt_layer_spec {
    const gt_layer_type *type;
    void *options; /* owned by the configuration */
} gt_layer_spec;

typedef struct gt_network {
    char name[32];
    gt_shape in, out;
    int n_layers;
    gt_layer *layers;
    int max_n;       /* most samples of a pass */
    size_t n_params; /* reals in params */
    size_t n_state;  /* reals in state */
    gt_real *params;
    gt_real *state;
} gt_network;

typedef enum gt_init {
    GT_INIT_GLOROT, /* U(+-sqrt(6 / (fan_in + fan_out))), Glorot, Bengio 2010 */
    GT_INIT_HE,     /* N(0, 2 / ((1 + a^2) fan_in)), a: slope of the leaky ReLU
                       that follows, also across views and batch_norm; 0 for
                       anything else; He et al. 2015 */
    GT_INIT_DCGAN,  /* N(0, 0.02^2), scales N(1, 0.02^2); Radford et al. 2016 */
} gt_init;
extern const char *const gt_init_names[]; /* ends with NULL */

/* Plan a network of `n` layers for passes of up to max_n samples of shape `in`.
 * The specs' options stay borrowed. Fails with GT_ERR_CONFIG when shapes do not
 * fit; the message shows the chain of shapes up to the fault. */
gt_status gt_network_new(gt_network **out, const char *name, gt_shape in,
                         const gt_layer_spec *specs, int n, int max_n);
void gt_network_free(gt_network *net);

/* Set all parameters and state to their start: the same for a seed and a
 * network number on every rank. */
void gt_network_init(gt_network *net, gt_init init, uint64_t seed,
                     uint32_t number);

/* Move the state (running statistics) towards `batch`, laid out as state. */
void gt_network_update_stats(gt_network *net, const gt_real *batch);

/* Parameters, without the padding between tensors. */
size_t gt_network_parameters(const gt_network *net);

/* The largest exchange of its layers, in doubles; 0: none looks beyond a shard.
 */
size_t gt_network_stat_count(const gt_network *net);

/* "03_conv2d" for a layer's group in files and messages; returns `text`. */
enum { GT_LAYER_LABEL = 48 };
char *gt_layer_label(const gt_layer *layer, char text[GT_LAYER_LABEL]);

/* Find the first tensor in whose span of `grads` (laid out as params) a value
 * is NaN or infinite; writes "03_conv2d/weight" and returns true. */
bool gt_network_find_nonfinite(const gt_network *net, const gt_real *grads,
                               char text[GT_LAYER_LABEL + 32]);

/* Scratch of the layers, and two buffers between which gradients travel down.
 */
typedef struct gt_workspace {
    gt_arena arena;
    gt_real *scratch;
    gt_real *gradient[2]; /* each max_n x the largest activation or input */
} gt_workspace;

/* For n networks that take turns. GT_ERR_MEMORY. */
gt_status gt_workspace_plan(gt_workspace *ws, const gt_network *const nets[],
                            int n);
void gt_workspace_free(gt_workspace *ws);

typedef struct gt_tape {
    const gt_network *net; /* borrowed */
    gt_workspace *ws;      /* borrowed */
    gt_arena arena;
    gt_real **y;      /* per layer: its output; NULL where it is the input */
    gt_real **saved;  /* per layer */
    const gt_real *x; /* of the last forward; borrowed until backward is done */
} gt_tape;

gt_status gt_tape_plan(gt_tape *tape, const gt_network *net, gt_workspace *ws);
void gt_tape_free(gt_tape *tape);

/* Run the network on x[pass->n x net->in]. Returns y[n x net->out], which stays
 * valid until the tape's next forward. */
const gt_real *gt_tape_forward(gt_tape *tape, const gt_pass *pass,
                               const gt_real *x);

/* What the last forward returned. */
const gt_real *gt_tape_output(const gt_tape *tape);

/* A buffer of [max_n x net->out] for the loss gradient, free between forward
 * and backward of any tape of this workspace. It is another one than `busy`,
 * which may be what another network's backward returned, or NULL. */
gt_real *gt_tape_loss_gradient(gt_tape *tape, const gt_real *busy);

/* Run back from dy[n x out], which is used up (it may be the loss gradient
 * buffer, or what another network's backward returned). Parameter gradients go
 * to pass->grad if that is set. Returns dx[n x in] if want_dx, else NULL; it
 * lies in a workspace buffer or in dy's. Work whose result nobody asked for is
 * left out. `pass` must be that of the forward call but for grad, accumulate
 * and final. */
gt_real *gt_tape_backward(gt_tape *tape, const gt_pass *pass, gt_real *dy,
                          bool want_dx);

#endif
