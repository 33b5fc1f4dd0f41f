/* memory_need.h: whether a job's memory fits, before it is used.
 */
#ifndef GT_TRAIN_MEMORY_NEED_H
#define GT_TRAIN_MEMORY_NEED_H

#include "comm/comm.h"

/* Whether a limit of addresses leaves what MPI takes to start, which may crash
 * or hang without. GT_ERR_MEMORY names the limit. Local. */
gt_status gt_memory_expect_mpi(void);

/* Have BLAS use `threads` threads, and take what libraries would take when they
 * are first used, and do not all survive not to get: the buffers of BLAS,
 * HDF5's tables. GT_ERR_MEMORY when an address limit does not allow that; it
 * names the limit. Local. */
gt_status gt_memory_start_libraries(int threads);

/* Whether `bytes` more of this rank, and what other ranks pass, fit into what
 * control groups and nodes leave, and `bytes` into what ulimit leaves of
 * addresses where `addresses` of them are not taken yet. GT_ERR_MEMORY names
 * the need, the limit and the mend. Collective; all ranks fail together. */
gt_status gt_memory_check(gt_comm *comm, double bytes, double addresses);

#endif
