/* handle.h: what a communicator (comm.h) is to MPI; for src/comm alone. */
#ifndef GT_COMM_HANDLE_H
#define GT_COMM_HANDLE_H

#include "comm/channel.h"
#include "comm/reducer_config.h"

#include <mpi.h>
#include <stdbool.h>

struct gt_comm_mpi {
    MPI_Comm job;   /* all ranks; ours, so that users of the library keep
                       MPI_COMM_WORLD to themselves */
    MPI_Comm node;  /* the ranks of this node */
    int halvings;   /* 2^halvings neighbours, from rank 0 on, share a node */
    MPI_Comm peers; /* ranks whose numbers agree in the bits by which the number
                       of ranks can be halved (shard_tree.h) */
    double ticked;  /* when this rank's last tick was an all-reduce, by
                       MPI_Wtime */
    gt__channel channel[GT_CHANNELS]; /* unused where there is but one rank */
    bool warned;                      /* that shared memory has no room */
};

#endif
