/* graph.h: from a description of layers to nodes in the order they run. For
 * src/nn. Local. */
#ifndef GT_NN_GRAPH_H
#define GT_NN_GRAPH_H

#include "nn/layers.h"

/* What a configuration says of one layer. */
typedef struct gt_layer_spec {
    const gt_layer_type *type;
    void *options;           /* owned by the configuration */
    const char *name;        /* borrowed; NULL or "": none */
    const char *const *from; /* borrowed; names of what it reads */
    int n_from;              /* 0: it reads the layer before */
    gt_precision precision;  /* of its products in training */
} gt_layer_spec;

/* A named input of a network, such as "z". */
typedef struct gt_network_input {
    const char *name; /* borrowed */
    gt_shape shape;
} gt_network_input;

enum { GT_NETWORK_MAX_INPUTS = 4 };

/* The most layers of a description: dropout subdivides its stream by them. */
enum { GT_NETWORK_MAX_LAYERS = 256 };

/* A source of numbers: a node, or one of the network's inputs. */
static inline int gt_from_input(int input)
{
    return -1 - input;
}

static inline bool gt_is_input(int from)
{
    return from < 0;
}

static inline int gt_input_of(int from)
{
    return -1 - from;
}

typedef struct gt__node {
    int spec;                      /* number in the description */
    const gt_layer_type *type;     /* that of the spec, or concat in front of
                                      a layer that takes one input */
    int from[GT_LAYER_MAX_INPUTS]; /* nodes, or gt_from_input */
    int n_from;
} gt__node;

/* Find what each layer reads, join several inputs of a layer that takes one,
 * and bring all into an order in which nobody reads what comes later; layers
 * that are in such an order keep it. *nodes has room for 2 n of them, of which
 * *count are filled. The last one makes the network's output.
 * GT_ERR_CONFIG: a name that is missing, twice or reserved, a circle, or a
 * layer that nobody reads. GT_ERR_MEMORY. */
gt_status gt__graph_sort(const gt_network_input *inputs, int n_inputs,
                         const gt_layer_spec *specs, int n, gt__node *nodes,
                         int *count);

#endif
