/* sample_blocks.h: samples that are read in blocks of one size, so that passes
 * have one shape. Local.
 *
 * Where not all samples are wanted, those are taken that a keyed permutation
 * puts first: data often lie in the order of their classes.
 *
 * The last block is filled up with repetitions, which count nowhere. So what a
 * network makes of a sample has the same bits in every block, and with other
 * samples beside it.
 */
#ifndef GT_EVAL_SAMPLE_BLOCKS_H
#define GT_EVAL_SAMPLE_BLOCKS_H

#include "data/reader.h"

typedef struct gt_sample_blocks {
    gt_reader *reader;       /* borrowed */
    uint64_t count;          /* samples that are wanted */
    int block;               /* samples of a block */
    int64_t blocks;          /* how many there are */
    gt_sample_buffer buffer; /* [block] */
    uint64_t *numbers;       /* [block] */
} gt_sample_blocks;

/* Number of the sample at `position` of `count` that are wanted of `all`. Pure.
 */
uint64_t gt_sample_blocks_choose(uint64_t all, uint64_t count,
                                 uint64_t position);

/* For `count` samples of the reader, at most as many as there are.
 * GT_ERR_MEMORY leaves what must be freed. */
gt_status gt_sample_blocks_new(gt_sample_blocks *blocks, gt_reader *reader,
                               uint64_t count, int block);
void gt_sample_blocks_free(gt_sample_blocks *blocks);

/* How many of a block's samples count, and the position of its first. Pure. */
int gt_sample_blocks_n(const gt_sample_blocks *blocks, int64_t number);
uint64_t gt_sample_blocks_first(const gt_sample_blocks *blocks, int64_t number);

/* Read a block: samples->n is its size. As gt_reader_read. */
gt_status gt_sample_blocks_read(gt_sample_blocks *blocks, int64_t number,
                                gt_samples *samples);

#endif
