/* layer_list.h: lists of layers as a configuration holds them. Local. */
#ifndef GT_NN_LAYER_LIST_H
#define GT_NN_LAYER_LIST_H

#include "nn/network.h"

/* The table of layers, for an option of kind GT_OPTION_VARIANTS. */
extern const gt_variants gt_layer_variants;

/* gt_network_new for such an option's value, whose items stay borrowed. */
gt_status gt_network_from_list(gt_network **out, const char *name,
                               const gt_network_input *inputs, int n_inputs,
                               const gt_variant_list *list, int max_n);

#endif
