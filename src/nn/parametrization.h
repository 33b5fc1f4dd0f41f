/* parametrization.h: what stands between the parameters that are stored, which
 * an optimizer updates and a checkpoint holds, and those that passes read.
 *
 * A layer with a parametrization of its weight, param[0], has further tensors
 * behind its other ones. A network then has its parameters twice, in one
 * layout: as they are stored (params), and as passes read them (weights). A
 * gradient has that layout, too: backward writes the one towards the weight in
 * the place of param[0], and pull_back turns it into those towards what is
 * stored. This is linear in the gradient, so it makes no difference to a sum
 * over shards whether each of them is pulled back, or the sum; what is the same
 * on any number of ranks is the former, as it follows from a shard alone.
 *
 * To add one, write a file with a gt_parametrization and name it in the list in
 * parametrization.c. All pointers are to allocations of the whole network. All
 * calls are local and do not fail, but for plan.
 */
#ifndef GT_NN_PARAMETRIZATION_H
#define GT_NN_PARAMETRIZATION_H

#include "nn/layer.h"

typedef struct gt_parametrization {
    const char *stored; /* name of param[0] as it is stored */

    /* Declare what is stored beside param[0], with GT_ROLE_OWN.
     * GT_ERR_MEMORY. */
    gt_status (*plan)(gt_layer *layer);

    /* param[0] has the initial values of a weight: set all that is stored so
     * that passes read these. */
    void (*init)(const gt_layer *layer, gt_real *params);

    /* The weight, in the place of param[0], of what is stored. The places of
     * further tensors in `weights` are free for what pull_back needs. */
    void (*apply)(const gt_layer *layer, const gt_real *params,
                  gt_real *weights);

    /* Gradients towards all that is stored of the one towards the weight; what
     * `grad` holds in the places of further tensors means nothing before. */
    void (*pull_back)(const gt_layer *layer, const gt_real *params,
                      const gt_real *weights, gt_real *grad);
} gt_parametrization;

/* The option of layers that have a weight, an int `field` of a struct `type`,
 * between braces. */
#define GT__PARAMETRIZATION_OPTION(type, field)                                \
    "parametrization", GT_OPTION_CHOICE, offsetof(type, field), "none", 0, 0,  \
        gt__parametrization_names, gt__parametrization_help
extern const char *const gt__parametrization_names[];
extern const char gt__parametrization_help[];

/* For plan functions that have declared weight and bias: have the weight
 * parametrized as the option's value says. GT_ERR_MEMORY. */
gt_status gt__parametrize(gt_layer *layer, int option);

extern const gt_parametrization gt__weight_norm;

#endif
