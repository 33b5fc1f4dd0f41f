/* tape.h: a tape part of the way, for shards that meet in between. */
#ifndef GT_NN_TAPE_H
#define GT_NN_TAPE_H

#include "nn/network.h"

/* What layer i reads; for i == n_layers, what the network returns. */
const gt_real *gt__tape_input(const gt_tape *tape, int i);

/* The lowest layer whose backward anybody needs. */
int gt__tape_lowest(const gt_network *net, bool want_grad, bool want_dx);

/* Layers from .. to - 1 of a tape whose x is set. `batch_stats` is the first
 * one's, or NULL. */
void gt__tape_forward(gt_tape *tape, const gt_pass *pass, int from, int to,
                      const double *batch_stats);

/* Layers top .. bottom, downwards; dx is that of `bottom`. `batch_stats` is
 * that of `top`, or NULL. */
gt_real *gt__tape_backward(gt_tape *tape, const gt_pass *pass, gt_real *dy,
                           int top, int bottom, bool want_dx,
                           const double *batch_stats);

#endif
