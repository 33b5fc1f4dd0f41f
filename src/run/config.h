/* config.h: the configuration's section "output". */
#ifndef GT_RUN_CONFIG_H
#define GT_RUN_CONFIG_H

#include "base/section.h"

#include <stdint.h>

/* What sets of samples are like. */
typedef enum gt_output_layout {
    GT_OUTPUT_AUTO,     /* as the input, where that is HDF5 */
    GT_OUTPUT_AS_INPUT, /* as the input */
    GT_OUTPUT_PLAIN,    /* as ever */
} gt_output_layout;
extern const char *const gt_output_layout_names[];

typedef struct gt_output_config {
    int64_t log_every;        /* steps between lines of metrics.jsonl */
    int64_t checkpoint_every; /* steps; 0: only at the end */
    int64_t keep;             /* newest checkpoints kept; 0: all */
    int64_t sample_every;     /* steps; 0: only at the end */
    int64_t sample_count;     /* images in the grid */
    int layout;               /* gt_output_layout */
} gt_output_config;
extern const gt_section gt_output_section;

static inline const gt_output_config *
gt_output_config_of(const gt_config *config)
{
    return gt_config_get(config, &gt_output_section);
}

#endif
