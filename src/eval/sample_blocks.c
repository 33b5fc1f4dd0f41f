/* sample_blocks.c: a short block repeats its first sample, which is there
 * anyway; zeros might be no sample that a network can take. */
#include "eval/sample_blocks.h"

#include "data/shuffle.h"

#include <stdlib.h>

uint64_t gt_sample_blocks_choose(uint64_t all, uint64_t count,
                                 uint64_t position)
{
    return count < all ? gt_shuffle(0, 0, all, position) : position;
}

gt_status gt_sample_blocks_new(gt_sample_blocks *b, gt_reader *reader,
                               uint64_t count, int block)
{
    uint64_t size = (uint64_t)block;
    *b = (gt_sample_blocks){.reader = reader,
                            .count = count,
                            .block = block,
                            .blocks = (int64_t)((count + size - 1) / size)};
    b->numbers = calloc((size_t)block, sizeof *b->numbers);
    if (!b->numbers)
        return gt_fail(GT_ERR_MEMORY, "no memory for %d samples", block);
    return gt_sample_buffer_new(&b->buffer, reader, (size_t)block);
}

void gt_sample_blocks_free(gt_sample_blocks *b)
{
    if (b->numbers)
        gt_sample_buffer_free(&b->buffer);
    free(b->numbers);
    *b = (gt_sample_blocks){0};
}

uint64_t gt_sample_blocks_first(const gt_sample_blocks *b, int64_t number)
{
    return (uint64_t)number * (uint64_t)b->block;
}

int gt_sample_blocks_n(const gt_sample_blocks *b, int64_t number)
{
    uint64_t left = b->count - gt_sample_blocks_first(b, number);
    return left < (uint64_t)b->block ? (int)left : b->block;
}

gt_status gt_sample_blocks_read(gt_sample_blocks *b, int64_t number,
                                gt_samples *samples)
{
    uint64_t first = gt_sample_blocks_first(b, number);
    int n = gt_sample_blocks_n(b, number);
    for (int i = 0; i < b->block; i++)
        b->numbers[i] =
            gt_sample_blocks_choose(b->reader->source->count, b->count,
                                    first + (uint64_t)(i < n ? i : 0));
    *samples = gt_sample_buffer_view(&b->buffer, 0, b->block);
    return gt_reader_read(b->reader, b->numbers, b->block, &b->buffer.rows);
}
