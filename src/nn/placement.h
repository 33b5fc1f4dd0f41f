/* placement.h: where a network's activations and gradients lie, planned once
 * for all its passes. For src/nn. Local.
 *
 * Numbers that are not needed at the same time share memory. Time is counted in
 * layers: forward runs nodes 0 .. N-1, backward N-1 .. 0.
 */
#ifndef GT_NN_PLACEMENT_H
#define GT_NN_PLACEMENT_H

#include "nn/layer.h"

#include <stddef.h>

/* Where numbers lie. */
typedef enum gt__where {
    GT__NOWHERE,
    GT__IN_TAPE,      /* at an offset of the tape's activations */
    GT__IN_WORKSPACE, /* at an offset of the workspace's gradients */
    GT__AT_INPUT,     /* an input of the network, or the gradient towards it:
                         the caller's; the offset is the input's number */
    GT__AT_LOSS,      /* the gradient of the loss towards the output */
} gt__where;

typedef struct gt__location {
    gt__where where;
    size_t offset; /* reals */
} gt__location;

/* What becomes of the gradient towards one input of a node. */
typedef struct gt__edge_placement {
    int to;          /* whose gradient: a node or an input (graph.h) */
    gt__location dx; /* where backward puts it */
    gt__location
        sum; /* where it is then added; GT__NOWHERE: it is there already
              */
} gt__edge_placement;

typedef struct gt__node_placement {
    gt__location x[GT_LAYER_MAX_INPUTS], y, saved, dy;
    gt__edge_placement edge[GT_LAYER_MAX_INPUTS];
    bool has_params;     /* the node or what it follows from has parameters */
    unsigned from_input; /* bit k: it follows from input k */
} gt__node_placement;

typedef struct gt__placement {
    gt__node_placement *node;      /* owned */
    size_t activations, gradients; /* reals */
} gt__placement;

/* Plan for layers[n] that are planned and fused, in passes of up to max_n.
 * GT_ERR_MEMORY. */
gt_status gt__placement_new(gt__placement *placement, const gt_layer *layers,
                            int n, int max_n);
void gt__placement_free(gt__placement *placement);

#endif
