/* position.h: which samples a batch holds. Local, pure.
 *
 * Batches are counted over the whole training. An epoch is cut into batches
 * from its beginning, and its last batch may be smaller. A run that goes on
 * with another size of batch counts from where it is: the rest of the epoch
 * that it is in is cut into batches of the new size, and so are the epochs
 * after it. So every epoch holds every sample once, whatever the batch was.
 */
#ifndef GT_DATA_POSITION_H
#define GT_DATA_POSITION_H

#include <stdint.h>

/* Where the counting starts: 0, 0 for a new run. */
typedef struct gt_position {
    uint64_t count;   /* samples of an epoch */
    uint64_t batch;   /* samples of a batch */
    uint64_t number;  /* of the first batch from here */
    uint64_t samples; /* taken before it: epochs x count, and those of the
                         epoch that was begun */
} gt_position;

/* Batch `number`, from the position on: its epoch, the place of its first
 * sample in that epoch's order, its samples. */
typedef struct gt_batch_place {
    uint64_t epoch, first;
    int n;
} gt_batch_place;

gt_batch_place gt_position_of_batch(const gt_position *from, uint64_t number);

/* Samples taken before batch `number`, from the beginning of the training. */
uint64_t gt_position_samples(const gt_position *from, uint64_t number);

/* The number of the first batch after `epochs` epochs; the position's own if
 * these have passed. */
uint64_t gt_position_after(const gt_position *from, uint64_t epochs);

/* Batches in an epoch: count / batch, rounded up. */
uint64_t gt_batches_per_epoch(uint64_t count, int batch);

#endif
