/* start.h: the beginning and the end of MPI. */
#ifndef GT_COMM_MPI_START_H
#define GT_COMM_MPI_START_H

#include "comm/comm.h"

/* Start MPI, also in a process that mpirun did not start (one rank). Rank 0 is
 * the launcher's. GT_ERR_COMM and GT_ERR_USAGE come with a communicator by
 * which ranks can agree on that. Collective over the job. */
gt_status gt_comm_init(gt_comm **out, int *argc, char ***argv);

/* NULL is allowed. Collective over the job. */
void gt_comm_finalize(gt_comm *comm);

/* The rank that the launcher gave this process, from the environment, without
 * MPI; 0 where no launcher did. For the few words that are said before MPI
 * starts. Local. */
int gt_launch_rank(void);

#endif
