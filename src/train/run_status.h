/* run_status.h: how far a run is, for whoever looks at its directory from
 * outside. Local.
 */
#ifndef GT_TRAIN_RUN_STATUS_H
#define GT_TRAIN_RUN_STATUS_H

#include "model/config.h"

#include <stdbool.h>
#include <stdio.h>

/* The configuration that a run directory holds; NULL where it has none, or one
 * that is refused by now. To be freed. */
gt_config *gt_run_config_read(const char *run);

/* Describe a run directory for people, or as one JSON object: whether it is
 * finished, interrupted, running or cut off; steps done and asked for; the last
 * and the best figures; its checkpoints; and then the newest good one of these
 * (gt_inspect_checkpoint). A run may have none yet. Fails as
 * gt_checkpoint_choose does. */
gt_status gt_run_describe(FILE *out, const char *run, bool json);

#endif
