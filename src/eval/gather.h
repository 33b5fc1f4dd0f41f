/* gather.h: single samples in full, on every rank, as the data have them: for
 * pictures. */
#ifndef GT_EVAL_GATHER_H
#define GT_EVAL_GATHER_H

#include "comm/comm.h"
#include "eval/sample_stream.h"

/* Values of n samples as a model has them, x [n x size] with conditions, in the
 * units of the data that `reader` reads, into out [n x size]: bytes as the
 * numbers 0 .. 255. `out` is not `x`. Local. */
void gt_sample_units(const gt_reader *reader, const gt_real *x,
                     const gt_real *conditions, size_t n, gt_real *out);

/* Samples numbers[i], 0 <= i < n, of a stream into out [n x size], the same on
 * every rank, in those units or as the model has them. As gt_reader_read;
 * GT_ERR_MEMORY. Collective; all ranks fail together. */
gt_status gt_samples_gather(gt_comm *comm, gt_sample_stream *stream,
                            const uint64_t *numbers, size_t n, bool units,
                            gt_real *out);

#endif
