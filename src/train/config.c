/* config.c: the keys that say when a model is tried on held-out samples. */
#include "train/config.h"

#include "tasks/config.h"

#define FIELD(name) offsetof(gt_validation_config, name)

static const gt_option options[] = {
    {"test_every", GT_OPTION_INT, FIELD(test_every), "0", 0,
     GT_CONFIG_MOST_STEPS, NULL,
     "steps between evaluations on held-out data; 0: after each epoch"},
    {"test_samples", GT_OPTION_INT, FIELD(test_samples), "10000", 0,
     GT_CONFIG_MOST_STEPS, NULL, "most held-out images that are used; 0: all"},
    {0},
};

const gt_section gt_validation_section = {
    .name = "output",
    .help = "what is written to the run directory, and when",
    .options = options,
    .size = sizeof(gt_validation_config),
    .resumable = true};
