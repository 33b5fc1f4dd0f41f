/* transports.h: the transports that send messages. */
#ifndef GT_COMM_MPI_TRANSPORTS_H
#define GT_COMM_MPI_TRANSPORTS_H

#include "comm/transport.h"

/* In the order of the tree over all shards (reducer.h). */
extern const gt__transport gt__transport_tree;

/* By MPI's all-reduce, in whatever order; slices have no owners. */
extern const gt__transport gt__transport_mpi;

/* What leaves a node is sent as bfloat16. What rounding takes away is kept and
 * added to the next step's values, so that over many steps nothing is lost
 * (error feedback: Seide et al. 2014). Half the bytes, but sums depend on the
 * number of ranks. Slices have no owners. */
extern const gt__transport gt__transport_bf16;

#endif
