/* layer_list.h: lists of layers as a configuration holds them. Local. */
#ifndef GT_NN_LAYER_LIST_H
#define GT_NN_LAYER_LIST_H

#include "nn/network.h"

/* The table of layers, for an option of kind GT_OPTION_VARIANTS. */
extern const gt_variants gt_layer_variants;

/* gt_network_new for such an option's value, whose items stay borrowed, with
 * products of `precision` in training. */
gt_status gt_network_from_list(gt_network **out, const char *name,
                               const gt_network_input *inputs, int n_inputs,
                               const gt_variant_list *list,
                               gt_precision precision, int max_n);

/* Whether a layer of the list reads an input of the network called `name`, as a
 * layer of this name would come first. */
bool gt_layer_list_reads(const gt_variant_list *list, const char *name);

#endif
