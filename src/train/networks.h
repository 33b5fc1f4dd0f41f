/* networks.h: the networks of a configuration, before anything is trained.
 * Local. */
#ifndef GT_TRAIN_NETWORKS_H
#define GT_TRAIN_NETWORKS_H

#include "base/status.h"

#include <stdbool.h>
#include <stdio.h>

/* Print the networks of the configuration `text` as gt_task_describe does, for
 * shards as one rank would have them. `name` is what messages call the text.
 * GT_ERR_CONFIG, GT_ERR_MEMORY. */
gt_status gt_networks_describe(FILE *out, const char *name, const char *text,
                               bool json);

#endif
