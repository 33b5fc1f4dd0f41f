/* backend_mpi.h: the backend that is MPI. */
#ifndef GT_COMM_MPI_BACKEND_MPI_H
#define GT_COMM_MPI_BACKEND_MPI_H

#include "comm/backend.h"

extern const gt__backend gt__backend_mpi;

#endif
