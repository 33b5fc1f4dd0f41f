/* layers.c: the table of layers. The parser, `gentrain help layers` and the
 * conformance tests read it, so a new layer needs no other line than one here.
 */
#include "nn/layers.h"

#include <string.h>

const gt_layer_type *const gt_layer_types[] = {
    &gt__dense,      &gt__conv2d,   &gt__conv2d_transpose,
    &gt__batch_norm, &gt__relu,     &gt__leaky_relu,
    &gt__elu,        &gt__silu,     &gt__tanh,
    &gt__sigmoid,    &gt__dropout,  &gt__reshape,
    &gt__flatten,    &gt__upsample, &gt__avg_pool,
    &gt__addition,   &gt__concat,   NULL,
};
const int gt_layer_type_count =
    sizeof gt_layer_types / sizeof *gt_layer_types - 1;

const gt_option gt__no_options[] = {{0}};

const gt_layer_type *gt_layer_type_find(const char *name)
{
    for (int i = 0; i < gt_layer_type_count; i++)
        if (!strcmp(gt_layer_types[i]->name, name))
            return gt_layer_types[i];
    return NULL;
}
