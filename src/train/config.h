/* config.h: what the training loop adds to the configuration's section
 * "output".
 */
#ifndef GT_TRAIN_CONFIG_H
#define GT_TRAIN_CONFIG_H

#include "base/section.h"
#include "eval/metrics.h"

#include <stdint.h>

typedef struct gt_validation_config {
    int64_t test_every;   /* steps; 0: each epoch */
    int64_t test_samples; /* most held-out samples; 0: all */
} gt_validation_config;
extern const gt_section gt_validation_section;

/* The model is evaluated while it is trained. */
typedef struct gt_evaluation_config {
    int64_t every;          /* steps; 0: never */
    gt_word_list metrics;   /* names; none: all that can be had */
    int64_t samples;        /* most of each set */
    int64_t draws;          /* importance samples of a likelihood */
    const char *classifier; /* run directory or checkpoint; NULL: none */
    const char *best;       /* a figure; NULL: none */
    int64_t patience;       /* evaluations; 0: without end */
} gt_evaluation_config;
extern const gt_section gt_evaluation_section;

/* The metrics that are asked for. GT_ERR_CONFIG: an unknown name. Local. */
gt_status gt_evaluation_choose(const gt_evaluation_config *config,
                               gt_eval_choice *choice);

static inline const gt_evaluation_config *
gt_evaluation_config_of(const gt_config *config)
{
    return gt_config_get(config, &gt_evaluation_section);
}

static inline const gt_validation_config *
gt_validation_config_of(const gt_config *config)
{
    return gt_config_get(config, &gt_validation_section);
}

#endif
