/* init.h: the initial values of a network. Local. */
#ifndef GT_NN_INIT_H
#define GT_NN_INIT_H

#include "nn/network.h"

typedef enum gt_init {
    GT_INIT_GLOROT, /* U(+-sqrt(6 / (fan_in + fan_out))), Glorot, Bengio 2010 */
    GT_INIT_HE,     /* N(0, 2 / ((1 + a^2) fan_in)), a: slope of the leaky ReLU
                       that follows, also across views and batch_norm; 0 for
                       anything else; He et al. 2015 */
    GT_INIT_DCGAN,  /* N(0, 0.02^2), scales N(1, 0.02^2); Radford et al. 2016 */
} gt_init;
extern const char *const gt_init_names[]; /* ends with NULL */

/* Set all parameters and state of network number `number` to their initial
 * values, which are the same on every rank. */
void gt_network_init(gt_network *net, gt_init init, uint64_t seed,
                     uint32_t number);

#endif
