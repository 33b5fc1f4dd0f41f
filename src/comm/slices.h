/* slices.h: numbers that belong to a vector, each kept by the rank that owns
 * the slice in which its place is: to rank 0 and back. */
#ifndef GT_COMM_SLICES_H
#define GT_COMM_SLICES_H

#include "comm/bucketed_allreduce.h"

/* Swap a[n] and b[n]. */
void gt__swap(gt_real *a, gt_real *b, size_t n);

/* As gt_reducer_slice_count, _gather, _scatter and _swap (reducer.h) where
 * slices have owners: _count is local, the others are collective. */
size_t gt__slices_count(const gt__bucketed_allreduce *allreduce, int rank,
                        size_t count);
void gt__slices_gather(const gt__bucketed_allreduce *allreduce, gt_comm *comm,
                       const gt_real *mine, size_t count, gt_real *all);
void gt__slices_scatter(const gt__bucketed_allreduce *allreduce, gt_comm *comm,
                        const gt_real *all, size_t count, gt_real *mine);
void gt__slices_swap(const gt__bucketed_allreduce *allreduce, gt_comm *comm,
                     gt_real *mine, size_t count, gt_real *all);

#endif
