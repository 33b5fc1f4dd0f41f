/* start.h: the beginning and the end of MPI. */
#ifndef GT_COMM_MPI_START_H
#define GT_COMM_MPI_START_H

#include "comm/comm.h"

/* Start MPI, also in a process that mpirun did not start (one rank), and end
 * with the launcher from then on. Rank 0 is the launcher's. Fails on all ranks
 * or none: GT_ERR_COMM, GT_ERR_MEMORY; GT_ERR_USAGE when a launcher started
 * several processes and MPI sees one (launcher.h). *out is to be finalized
 * then, too, if it is not NULL. Collective over the job. */
gt_status gt_comm_init(gt_comm **out, int *argc, char ***argv);

/* NULL is allowed. Collective over the job. */
void gt_comm_finalize(gt_comm *comm);

#endif
