/* config.c: the keys that say what is written to a run directory, and when. */
#include "run/config.h"

#include "tasks/config.h"

#define FIELD(name) offsetof(gt_output_config, name)

const char *const gt_output_layout_names[] = {"auto", "as_input", "plain",
                                              NULL};

static const gt_option options[] = {
    {"log_every", GT_OPTION_INT, FIELD(log_every), "50", 1,
     GT_CONFIG_MOST_STEPS, NULL, "steps between lines of metrics.jsonl"},
    {"checkpoint_every", GT_OPTION_INT, FIELD(checkpoint_every), "1000", 0,
     GT_CONFIG_MOST_STEPS, NULL,
     "steps between checkpoints; 0: only one at the end"},
    {"keep", GT_OPTION_INT, FIELD(keep), "3", 0, GT_CONFIG_MOST_STEPS, NULL,
     "newest checkpoints that are kept; 0: all"},
    {"sample_every", GT_OPTION_INT, FIELD(sample_every), "500", 0,
     GT_CONFIG_MOST_STEPS, NULL,
     "steps between pictures of samples, where the task makes some; 0: only "
     "one at the end"},
    {"sample_count", GT_OPTION_INT, FIELD(sample_count), "64", 1, 65536, NULL,
     "samples in such a picture"},
    {"layout", GT_OPTION_CHOICE, FIELD(layout), "auto", 0, 0,
     gt_output_layout_names,
     "files of samples. as_input: the names, types, dimensions and attributes "
     "of the data, which must be HDF5. plain: /images, or /points, and "
     "/latents. auto: as the data where they are HDF5, else plain"},
    {0},
};

const gt_section gt_output_section = {
    .name = "output",
    .help = "what is written to the run directory, and when",
    .options = options,
    .size = sizeof(gt_output_config),
    .resumable = true};
