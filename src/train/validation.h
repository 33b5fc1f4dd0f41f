/* validation.h: figures on samples that training never sees. */
#ifndef GT_TRAIN_VALIDATION_H
#define GT_TRAIN_VALIDATION_H

#include "data/reader.h"
#include "tasks/task.h"

typedef struct gt_validation_set {
    gt_reader reader;
    uint64_t count; /* samples used */
    int blocks;
} gt_validation_set;

typedef struct gt_validation {
    gt_validation_set set[2]; /* held out; training, where it is wanted */
    int sets;
    int block;                /* samples of a pass; the last may have fewer */
    gt_sample_buffer buffer;  /* [block] */
    const gt_metric *metrics; /* of the task; borrowed */
    size_t size;              /* doubles of all their states for a block */
    double *states; /* [blocks of all sets x size], failures, skipped samples,
                       room for a state */
} gt_validation;

/* Prepare to use at most `most` samples of the held-out `source` (0: all), and,
 * where training computes otherwise than evaluation (gt_task_trains_apart), as
 * many of `training`, so that figures of both kinds are made alike.
 * GT_ERR_MEMORY, GT_ERR_MISMATCH (gt_columns_check). Local. */
gt_status gt_validation_new(gt_validation *validation, const gt_task *task,
                            const gt_source *source, const gt_source *training,
                            int64_t most);
void gt_validation_free(gt_validation *validation);

/* Add the figures of the task's metrics to `metrics`: those of averaged
 * weights, where a network has some (average.h). They have the same bits on any
 * number of ranks. Samples that could not be read, and others took the place
 * of, are counted as test_skipped, if there are any. GT_ERR_IO, GT_ERR_FORMAT:
 * a sample cannot be read; then there are no figures. Collective; all ranks
 * fail together. */
gt_status gt_validation_run(gt_validation *validation, gt_task *task,
                            gt_metrics *metrics);

#endif
