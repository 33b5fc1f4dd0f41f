/* sizes.h: how large buffers must be for what a step can really use. Local,
 * pure.
 */
#ifndef GT_TRAIN_SIZES_H
#define GT_TRAIN_SIZES_H

#include "data/source.h"
#include "tasks/task.h"

/* Most samples of a pass. Where a batch is larger than the data a step needs
 * less than a shard of it, but validation and pictures are cut into the same
 * passes as ever. `test_source` may be NULL. */
int gt_largest_pass(const gt_config *config, const gt_source *source,
                    const gt_source *test_source, int shards);

/* Bytes that a training of this task allocates on this rank beside it: batches
 * read ahead, held-out samples, sets that evaluations look at; on rank 0 what
 * pictures are made of and, if it `copies` the state for checkpoints, that. */
double gt_bytes_beside(const gt_task *task, const gt_source *source, int shards,
                       bool copies);

/* Bytes of a checkpoint of this task, nearly. */
double gt_bytes_of_checkpoint(const gt_task *task);

#endif
