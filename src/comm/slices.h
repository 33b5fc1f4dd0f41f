/* slices.h: numbers that belong to a vector, each kept by the owner of its
 * place (exchange.h) in a row of its own: to rank 0 and back. */
#ifndef GT_COMM_SLICES_H
#define GT_COMM_SLICES_H

#include "comm/bucketed_allreduce.h"

/* As gt_reducer_slice_count, _gather and _scatter, where there are owners. */
size_t gt__slices_count(const gt__bucketed_allreduce *exchange, int rank,
                        size_t count);
void gt__slices_gather(const gt__bucketed_allreduce *exchange, gt_comm *comm,
                       const gt_real *mine, size_t count, gt_real *all);
void gt__slices_scatter(const gt__bucketed_allreduce *exchange, gt_comm *comm,
                        const gt_real *all, size_t count, gt_real *mine);

#endif
