/* activations.h: what an initialisation must know of the activation that
 * follows. For src/nn. Local. */
#ifndef GT_NN_ACTIVATIONS_H
#define GT_NN_ACTIVATIONS_H

#include "nn/layer.h"

/* Slope of a leaky_relu for negative inputs; 0 for any other layer. */
double gt__leaky_relu_slope(const gt_layer *layer);

#endif
