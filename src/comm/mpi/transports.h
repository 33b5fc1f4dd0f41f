/* transports.h: the transports that send messages. */
#ifndef GT_COMM_MPI_TRANSPORTS_H
#define GT_COMM_MPI_TRANSPORTS_H

#include "comm/transport.h"

/* In the order of one binary tree over all shards (see reducer.h), by messages.
 * Created without the other ranks. */
extern const gt__transport gt__transport_tree;

/* By MPI's all-reduce, in whatever order. Created without the other ranks. */
extern const gt__transport gt__transport_mpi;

/* Numbers that leave a node are sent as bfloat16. What rounding takes away is
 * kept and added to the next step's values, so that over many steps nothing is
 * lost (error feedback: Seide et al. 2014). Half the bytes; the bits depend on
 * the number of ranks. Created without the other ranks. */
extern const gt__transport gt__transport_bf16;

#endif
