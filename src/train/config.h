/* config.h: what the training loop adds to the configuration's section
 * "output".
 */
#ifndef GT_TRAIN_CONFIG_H
#define GT_TRAIN_CONFIG_H

#include "base/section.h"

#include <stdint.h>

typedef struct gt_validation_config {
    int64_t test_every;   /* steps; 0: each epoch */
    int64_t test_samples; /* most held-out samples; 0: all */
} gt_validation_config;
extern const gt_section gt_validation_section;

static inline const gt_validation_config *
gt_validation_config_of(const gt_config *config)
{
    return gt_config_get(config, &gt_validation_section);
}

#endif
