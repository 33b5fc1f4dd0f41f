/* handle.h: what a communicator is to MPI; for src/comm alone. */
#ifndef GT_COMM_HANDLE_H
#define GT_COMM_HANDLE_H

#include <mpi.h>

struct gt_comm_mpi {
    MPI_Comm job;  /* all ranks; ours, so that users of the library keep
                      MPI_COMM_WORLD to themselves */
    MPI_Comm node; /* the ranks of this node */
};

#endif
