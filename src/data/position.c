/* position.c: all of it follows from the number of a batch, so that any rank
 * can find any batch, and a run can go on anywhere. */
#include "data/position.h"

static uint64_t pieces(uint64_t count, uint64_t batch)
{
    return count / batch + (count % batch != 0);
}

uint64_t gt_batches_per_epoch(uint64_t count, int batch)
{
    return pieces(count, (uint64_t)batch);
}

gt_batch_place gt_position_of_batch(const gt_position *from, uint64_t number)
{
    uint64_t begun = from->samples % from->count, i = number - from->number;
    uint64_t rest = pieces(from->count - begun, from->batch);
    gt_batch_place at = {.epoch = from->samples / from->count};
    if (i < rest) {
        at.first = begun + i * from->batch;
    } else {
        uint64_t per_epoch = pieces(from->count, from->batch);
        at.epoch += 1 + (i - rest) / per_epoch;
        at.first = (i - rest) % per_epoch * from->batch;
    }
    uint64_t left = from->count - at.first;
    at.n = (int)(left < from->batch ? left : from->batch);
    return at;
}

uint64_t gt_position_samples(const gt_position *from, uint64_t number)
{
    gt_batch_place at = gt_position_of_batch(from, number);
    return at.epoch * from->count + at.first;
}

uint64_t gt_position_after(const gt_position *from, uint64_t epochs)
{
    uint64_t done = from->samples / from->count;
    uint64_t begun = from->samples % from->count;
    if (epochs <= done)
        return from->number;
    return from->number + pieces(from->count - begun, from->batch) +
           (epochs - done - 1) * pieces(from->count, from->batch);
}
