/* shards.h: into how many fixed pieces a batch is cut. Local, pure.
 */
#ifndef GT_TASKS_SHARDS_H
#define GT_TASKS_SHARDS_H

#include "base/status.h"

/* Shards for `batch` samples on `ranks` ranks. asked -1 ("auto"): the largest
 * power of two up to 16 that leaves each shard at least 16 samples, or `ranks`
 * where that is no multiple of it; then each is cut into `accumulate` pieces.
 * GT_ERR_CONFIG if `ranks` does not divide the number, or the batch is smaller
 * than it; the message says what would do. */
gt_status gt_shards_choose(int asked, int accumulate, int batch, int ranks,
                           int *shards);

#endif
