/* checkpoint_config.h: the configuration that a checkpoint keeps.
 */
#ifndef GT_TRAIN_CHECKPOINT_CONFIG_H
#define GT_TRAIN_CHECKPOINT_CONFIG_H

#include "model/config.h"
#include "run/checkpoint.h"

/* Parse it, with `sets` [n_sets] as in gt_config_parse; messages name the
 * checkpoint's path. GT_ERR_CONFIG, GT_ERR_MEMORY. Local. */
gt_status gt_checkpoint_config(gt_config **config, const gt_checkpoint *from,
                               const char *const *sets, int n_sets);

#endif
