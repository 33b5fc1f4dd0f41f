/* parts.h: numbers that belong to a vector, each kept by the owner of its place
 * (exchange.h) in a row of its own: to rank 0 and back. */
#ifndef GT_COMM_PARTS_H
#define GT_COMM_PARTS_H

#include "comm/exchange.h"

/* As gt_reducer_owned, _gather and _scatter, where there are owners. */
size_t gt__parts_owned(const gt__exchange *exchange, int rank, size_t count);
void gt__parts_gather(const gt__exchange *exchange, gt_comm *comm,
                      const gt_real *mine, size_t count, gt_real *all);
void gt__parts_scatter(const gt__exchange *exchange, gt_comm *comm,
                       const gt_real *all, size_t count, gt_real *mine);

#endif
