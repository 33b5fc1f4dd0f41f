/* blocks.h: the one way in which ranks share the work of a figure.
 */
#ifndef GT_EVAL_BLOCKS_H
#define GT_EVAL_BLOCKS_H

#include "comm/comm.h"

/* What is to be found of a block: result [size], which is zeroed before. It
 * must depend on the number of the block alone, shapes of products too, and
 * makes no collective call but gt_collective_tick. */
typedef gt_status gt_block_work(void *context, int64_t block, double *result);

/* Call `work` for each block 0 .. blocks - 1, each on one rank; afterwards
 * results [blocks x size] are the same on every rank, to the bit. So a figure
 * that is made of them in the order of blocks has the same bits on any number
 * of ranks. Each rank has a range of neighbouring blocks; they should take
 * about as long. A failure of one rank fails all. Collective. */
gt_status gt_blocks_map(gt_comm *comm, int64_t blocks, size_t size,
                        gt_block_work *work, void *context, double *results);

/* malloc, for n doubles; GT_ERR_MEMORY names `what` and the size. Local. */
gt_status gt_blocks_alloc(double **out, size_t n, const char *what);

#endif
