/* layer_list.c: what the configuration's parser has to know of layers. It is
 * all in the layer table, so a new layer needs nothing here. */
#include "nn/layer_list.h"

#include "nn/layers.h"

#include <stdlib.h>
#include <string.h>

/* What any layer may have. */
typedef struct links {
    char *name;
    gt_word_list from;
} links;

static const gt_option link_options[] = {
    {.key = "name",
     .kind = GT_OPTION_TEXT,
     .offset = offsetof(links, name),
     .optional = true,
     .help = "what other layers call it: letters, digits, _ and -"},
    {.key = "from",
     .kind = GT_OPTION_WORDS,
     .offset = offsetof(links, from),
     .optional = true,
     .help = "what it reads: names of layers or of the network's inputs; "
             "\"previous\" is the layer before"},
    {0},
};

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
            "and the values it takes. Shapes are [height, width, channels], of "
            "volumes [depth, height, width, channels]; one number n is [1, 1, "
            "n]. Convolutions, upsample and avg_pool take images alone. Pairs "
            "are [vertical, horizontal], "
            "paddings [top, bottom, left, right]; one number stands for all. A "
            "layer reads the one before, the first one the network's input, "
            "unless it says otherwise; several inputs are joined along the "
            "channels, except by layers that take several. Layers that come "
            "several times with other numbers may be written once, as a "
            "block: \"blocks: {NAME: {with: {KEY: DEFAULT}, layers: [...]}}\" "
            "at the top of the file. $KEY stands for the parameter in it, "
            "\"input\" for what the block reads; \"NAME: {KEY: VALUE}\" in a "
            "list of layers stands for all of them, and may have a name and a "
            "from.",
    .at = layer_at,
    .common = link_options,
    .common_size = sizeof(links)};

gt_status gt_network_from_list(gt_network **out, const char *name,
                               const gt_network_input *inputs, int n_inputs,
                               const gt_variant_list *list,
                               gt_precision precision, int max_n)
{
    gt_layer_spec *specs = calloc((size_t)list->count + 1, sizeof *specs);
    if (!specs)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate the %s", name);
    for (int i = 0; i < list->count; i++) {
        const links *l = list->items[i].common;
        specs[i] =
            (gt_layer_spec){.type = gt_layer_types[list->items[i].variant],
                            .options = list->items[i].options,
                            .name = l->name,
                            .from = (const char *const *)l->from.words,
                            .n_from = l->from.count,
                            .precision = precision};
    }
    gt_status status =
        gt_network_new(out, name, inputs, n_inputs, specs, list->count, max_n);
    free(specs);
    return status;
}

bool gt_layer_list_reads(const gt_variant_list *list, const char *name)
{
    bool reads = false;
    for (int i = 0; i < list->count; i++) {
        const links *l = list->items[i].common;
        if (l->name && !strcmp(l->name, name))
            return false;
        for (int k = 0; k < l->from.count; k++)
            reads = reads || !strcmp(l->from.words[k], name);
    }
    return reads;
}
