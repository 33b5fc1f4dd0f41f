/* ranks.h: which rank of a communicator this is. For src/comm/mpi alone. */
#ifndef GT_COMM_MPI_RANKS_H
#define GT_COMM_MPI_RANKS_H

#include "comm/mpi/handle.h"

/* Make the communicators of the ranks of `all`, node by node, and keep their
 * messages moving from here on. comm->launch_rank is known. Collective over
 * `all`. */
void gt__ranks_number(gt_comm *comm, MPI_Comm all);

/* The ranks below `ranks` are numbered in `part`, which is NULL on the others.
 * Collective over the job. */
void gt__ranks_part(gt_comm *comm, int ranks, gt_comm *part);

/* Free the communicators; those that it is a part of are kept moving again.
 * Collective over them. */
void gt__ranks_release(gt_comm *comm);

#endif
