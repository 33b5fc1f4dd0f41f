/* shards.h: the number of shards of a batch. Local, pure. */
#ifndef GT_TASKS_SHARDS_H
#define GT_TASKS_SHARDS_H

#include "base/status.h"

/* The number of shards for `batch` samples on `ranks` ranks. `asked` is
 * train.shards; -1 ("auto"): the largest power of two up to 16 that leaves each
 * shard at least 16 samples, or `ranks` if that does not divide it. Then each
 * shard is cut into `accumulate` pieces, which are the shards from there on.
 * GT_ERR_CONFIG if the ranks cannot share the shards evenly, or if the batch
 * has too few samples; the message says what to change. */
gt_status gt_shards_choose(int asked, int accumulate, int batch, int ranks,
                           int *shards);

#endif
