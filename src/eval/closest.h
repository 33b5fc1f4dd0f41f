/* closest.h: the samples of data that are nearest to given ones, to see whether
 * a model repeats what it was trained on. */
#ifndef GT_EVAL_CLOSEST_H
#define GT_EVAL_CLOSEST_H

#include "data/reader.h"
#include "eval/neighbours.h"

/* The k nearest of samples 0 .. count - 1 of the reader to each of `queries`,
 * nearest first, in out[queries x k], exact as in neighbours.h. Each rank reads
 * a part of the samples, a block at a time, from its own reader; so the readers
 * give the same samples on every rank, and do not augment them. GT_ERR_CONFIG:
 * there are no k samples; GT_ERR_MISMATCH: they have another size than queries;
 * GT_ERR_NUMERIC: a query is not finite; GT_ERR_MEMORY, and what
 * gt_reader_read returns. Collective. */
gt_status gt_closest_find(gt_comm *comm, const gt_points *queries,
                          gt_reader *reader, uint64_t count, int k,
                          gt_neighbour *out);

#endif
