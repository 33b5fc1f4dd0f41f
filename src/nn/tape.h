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

enum { GT_WORKSPACE_MAX_NETWORKS = 8 };

/* Scratch of the layers, gradients within a network, and for each network a
 * place for the gradient of the loss towards its output. */
typedef struct gt_workspace {
    gt_arena arena;
    gt_real *scratch, *gradients;
    int n;
    const gt_network *net[GT_WORKSPACE_MAX_NETWORKS]; /* borrowed */
    gt_real *loss[GT_WORKSPACE_MAX_NETWORKS];         /* [max_n x net->out] */
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
    gt_real *loss; /* of this network in the workspace */
    /* Inputs of the last forward; borrowed until backward is done. */
    const gt_real *x[GT_NETWORK_MAX_INPUTS];
    gt_arena directions; /* laid out as the activations; empty: no tangents */
    const gt_real *u[GT_NETWORK_MAX_INPUTS]; /* of the last tangent pass */
} gt_tape;

/* Allocate a tape. GT_ERR_MEMORY. */
gt_status gt_tape_plan(gt_tape *tape, const gt_network *net, gt_workspace *ws);
void gt_tape_free(gt_tape *tape);

/* Run the network on its inputs x[k][pass->n x net->input[k]]. Returns
 * y[n x net->out], which stays valid until the tape's next forward. */
const gt_real *gt_tape_forward(gt_tape *tape, const gt_pass *pass,
                               const gt_real *const x[]);

/* What the last forward returned. */
const gt_real *gt_tape_output(const gt_tape *tape);

/* What the last layer read in the last forward [n x *size], its first input;
 * valid as long as the output. */
const gt_real *gt_tape_last_input(const gt_tape *tape, size_t *size);

/* Where the gradient of the loss goes before gt_tape_backward: [max_n x
 * net->out] of the workspace, valid until the next backward of a tape of this
 * network there. Backward of another network may put its dx there. */
gt_real *gt_tape_loss_gradient(const gt_tape *tape);

/* The gradients that are wanted of a backward pass. */
typedef struct gt_wanted {
    bool params;
    unsigned inputs; /* bit k: towards input k */
} gt_wanted;

/* Run backward from what stands in the place of the loss gradient, which is
 * overwritten. Parameter gradients go to pass->grad if that is set. dx[k][n x
 * net->input[k]] becomes the gradient towards input k; NULL for one of them, or
 * for all: not wanted. None of them may be this tape's loss gradient. Layers
 * whose gradients nobody needs are not computed. `pass` must be that of the
 * forward call except for grad, accumulate and grads_ready. */
void gt_tape_backward(gt_tape *tape, const gt_pass *pass, gt_real *const dx[]);

/* --- Tangents, for penalties on gradients.
 *
 * With g the gradient of a scalar output D towards an input x, the gradient of
 * lambda/2 |g|^2 towards the parameters is that of the direction in which D
 * moves when x moves along u = lambda g, with u held fixed. As each layer is
 * piecewise linear, that direction is a pass of its own: `tangent` takes u
 * through the layers, and backward of that pass gives the gradient.
 * (Mescheder et al. 2018, arXiv:1801.04406, for what it is good for.) */

/* Allocate what tangents need, after gt_tape_plan. GT_ERR_CONFIG names a layer
 * that is not piecewise linear; GT_ERR_MEMORY. */
gt_status gt_tape_plan_tangent(gt_tape *tape);

/* After a forward with the same pass: the direction [n x net->out] in which the
 * output moves when each input k moves along u[k][n x net->input[k]]; it stays
 * until the next tangent of the tape. u stays borrowed until the backward. */
const gt_real *gt_tape_tangent(gt_tape *tape, const gt_pass *pass,
                               const gt_real *const u[]);

/* gt_tape_backward for what gt_tape_tangent returned, with the u held fixed. */
void gt_tape_backward_tangent(gt_tape *tape, const gt_pass *pass);

/* --- For src/nn: some of the layers (lockstep.h). */

/* Whether backward must compute layer i, or the gradient towards input k of
 * it. */
bool gt__tape_needs(const gt_network *net, int i, gt_wanted wanted);
bool gt__tape_needs_dx(const gt_network *net, int i, int k, gt_wanted wanted);

/* What layer i reads and writes; dx: of the caller, NULL in forward. */
gt_layer_io gt__tape_io(const gt_tape *tape, int i);

/* Forward through layers from .. to - 1 of a tape whose x is set. `batch_stats`
 * is for the first of them; NULL: none. */
void gt__tape_forward(gt_tape *tape, const gt_pass *pass, int from, int to,
                      const double *batch_stats);

/* Backward through layers top .. bottom. `batch_stats` is for `top`; NULL:
 * none. */
void gt__tape_backward(gt_tape *tape, const gt_pass *pass, gt_real *const dx[],
                       int top, int bottom, gt_wanted wanted,
                       const double *batch_stats);

#endif
