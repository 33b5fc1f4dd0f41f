/* tape.h: passes of a network, forward and back, and the memory for them.
 *
 * A tape holds the activations of one pass between its forward and its backward
 * call. A workspace holds what passes may share because only one of them runs
 * at a time. All memory is planned and allocated before training. Local.
 */
#ifndef GT_NN_TAPE_H
#define GT_NN_TAPE_H

#include "core/arena.h"
#include "nn/network.h"

/* Scratch of the layers, and two buffers that hold the gradients of a layer's
 * output and input by turns. */
typedef struct gt_workspace {
    gt_arena arena;
    gt_real *scratch;
    gt_real *gradient[2]; /* each max_n x the largest activation or input */
} gt_workspace;

/* Allocate a workspace for n networks, one of which runs at a time.
 * GT_ERR_MEMORY. */
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

/* Allocate a tape. GT_ERR_MEMORY. */
gt_status gt_tape_plan(gt_tape *tape, const gt_network *net, gt_workspace *ws);
void gt_tape_free(gt_tape *tape);

/* Run the network on x[pass->n x net->in]. Returns y[n x net->out], which stays
 * valid until the tape's next forward. */
const gt_real *gt_tape_forward(gt_tape *tape, const gt_pass *pass,
                               const gt_real *x);

/* What the last forward returned. */
const gt_real *gt_tape_output(const gt_tape *tape);

/* A buffer of [max_n x net->out] for the gradient of the loss. It is the
 * workspace's, so it is valid until the next backward of any tape there. It is
 * not the buffer `busy`, which may be what the backward of another network
 * returned, or NULL. */
gt_real *gt_tape_loss_gradient(gt_tape *tape, const gt_real *busy);

/* Run backward from dy[n x out], which is overwritten (it may be the buffer of
 * the loss gradient, or what another network's backward returned). Parameter
 * gradients go to pass->grad if that is set. Returns dx[n x in] if want_dx,
 * else NULL; dx lies in a buffer of the workspace, or in dy. Layers whose
 * gradients nobody needs are not computed. `pass` must be that of the forward
 * call except for grad, accumulate and grads_ready. */
gt_real *gt_tape_backward(gt_tape *tape, const gt_pass *pass, gt_real *dy,
                          bool want_dx);

/* --- For src/nn: some of the layers (lockstep.h). */

/* What layer i reads and writes, with dx NULL. */
gt_layer_io gt__tape_io(const gt_tape *tape, int i, gt_real *dy);

/* The lowest layer that backward must compute. */
int gt__tape_lowest(const gt_network *net, bool want_grad, bool want_dx);

/* Forward through layers from .. to - 1 of a tape whose x is set. `batch_stats`
 * is for the first of them; NULL: none. */
void gt__tape_forward(gt_tape *tape, const gt_pass *pass, int from, int to,
                      const double *batch_stats);

/* Backward through layers top .. bottom. Returns dx of `bottom` if want_dx.
 * `batch_stats` is for `top`; NULL: none. */
gt_real *gt__tape_backward(gt_tape *tape, const gt_pass *pass, gt_real *dy,
                           int top, int bottom, bool want_dx,
                           const double *batch_stats);

#endif
