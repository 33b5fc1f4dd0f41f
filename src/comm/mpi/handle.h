/* handle.h: what a communicator is to MPI; for src/comm/mpi alone. */
#ifndef GT_COMM_MPI_HANDLE_H
#define GT_COMM_MPI_HANDLE_H

#include "comm/comm.h"

#include <mpi.h>

typedef struct gt__mpi {
    MPI_Comm job;   /* all ranks; ours, so that other users of MPI keep
                       MPI_COMM_WORLD to themselves */
    MPI_Comm node;  /* the ranks of this node */
    int halvings;   /* 2^halvings neighbours, from rank 0 on, share a node */
    MPI_Comm peers; /* ranks whose numbers agree in the bits by which the number
                       of ranks can be halved (shard_tree.h) */
    MPI_Comm channel[GT_CHANNELS]; /* all ranks; each for the messages of one
                                      reducer alone */
    gt_comm *whole; /* what this is a part of; borrowed; NULL: of nothing */
} gt__mpi;

/* gt_real, to MPI. */
static inline MPI_Datatype gt__real_type(void)
{
    return sizeof(gt_real) == sizeof(double) ? MPI_DOUBLE : MPI_FLOAT;
}

#endif
