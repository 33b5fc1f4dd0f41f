/* scalars.h: the figures of shards as the scalars that are added up with their
 * gradients. Local. */
#ifndef GT_TASKS_SCALARS_H
#define GT_TASKS_SCALARS_H

#include "data/loader.h"
#include "tasks/stage.h"

/* Write the figures of an update, of n shards whose samples are part of a batch
 * of `all`, to scalars[GT_MAX_FIGURES]. Shards are added in the tree of
 * comm/reducer.h. Pure. */
void gt_scalars_set(const gt_step_table *table, int update,
                    const gt_shard *shards,
                    const double figures[][GT_MAX_FIGURES], int n, int all,
                    gt_real *scalars);

#endif
