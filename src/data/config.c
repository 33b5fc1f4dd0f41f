/* config.c: the keys that say which samples a model sees, and how. */
#include "data/config.h"

_Static_assert(sizeof(gt_shape) == 3 * sizeof(int), "what a SHAPE fills");

#define FIELD(name) offsetof(gt_data_config, name)

static const char *const range_names[] = {"symmetric", "unit", NULL};

static const gt_option options[] = {
    {"uri", GT_OPTION_TEXT, FIELD(uri), NULL, 0, 0, NULL,
     "where images come from: glyphs, shapes, ring, grid, a file or a folder; "
     "see gentrain help data",
     .per_node = true}, /* data_agree.h */
    {"image", GT_OPTION_SHAPE, FIELD(image), NULL, 1, 4096, NULL,
     "shape of an image: [height, width, channels]; points: [1, 1, 2]"},
    {"range", GT_OPTION_CHOICE, FIELD(range), "symmetric", 0, 0, range_names,
     "how pixels 0..255 are scaled: symmetric to [-1, 1], for networks that "
     "end with tanh, unit to [0, 1], for sigmoid and Bernoulli logits; points "
     "are not scaled"},
    {0},
};

const gt_section gt_data_section = {.name = "data",
                                    .help = "the images",
                                    .options = options,
                                    .size = sizeof(gt_data_config)};
