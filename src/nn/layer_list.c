/* layer_list.c: what the configuration's parser has to know of layers. It is
 * all in the layer table, so a new layer needs nothing here. */
#include "nn/layer_list.h"

#include "nn/layers.h"

#include <stdlib.h>

static gt_variant layer_at(int number)
{
    if (number >= gt_layer_type_count)
        return (gt_variant){0};
    const gt_layer_type *type = gt_layer_types[number];
    return (gt_variant){.name = type->name,
                        .help = type->help,
                        .options = type->options,
                        .size = type->options_size};
}

const gt_variants gt_layer_variants = {
    .noun = "layer",
    .plural = "layers",
    .example = "dense: {units: 10}",
    .help = "A layer is its name, or its name with options: \"relu\", \"dense: "
            "{units: 10}\". Each option stands with its default, its meaning "
            "and the values it takes. Shapes are [height, width, channels]; "
            "one number n is [1, 1, n]. Pairs are [vertical, horizontal], "
            "paddings [top, bottom, left, right]; one number stands for all.",
    .at = layer_at};

gt_status gt_network_from_list(gt_network **out, const char *name,
                               const gt_network_input *inputs, int n_inputs,
                               const gt_variant_list *list, int max_n)
{
    gt_layer_spec *specs = calloc((size_t)list->count + 1, sizeof *specs);
    if (!specs)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate the %s", name);
    for (int i = 0; i < list->count; i++)
        specs[i] =
            (gt_layer_spec){.type = gt_layer_types[list->items[i].variant],
                            .options = list->items[i].options};
    gt_status status =
        gt_network_new(out, name, inputs, n_inputs, specs, list->count, max_n);
    free(specs);
    return status;
}
