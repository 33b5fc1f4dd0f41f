/* memory_need.h: whether a job's memory fits, before it is used.
 */
#ifndef GT_TRAIN_MEMORY_NEED_H
#define GT_TRAIN_MEMORY_NEED_H

#include "comm/comm.h"
#include "tasks/task_type.h"

/* Whether a limit of addresses leaves what MPI takes to start, which may crash
 * or hang without. GT_ERR_MEMORY names the limit. Local. */
gt_status gt_memory_expect_mpi(void);

/* Have BLAS use `threads` threads, and take what libraries would take when they
 * are first used, and do not all survive not to get: the buffers of BLAS,
 * HDF5's tables. There must be room for `others` too, threads that are started
 * later. GT_ERR_MEMORY when an address limit does not allow that; it names the
 * limit. Local. */
gt_status gt_memory_start_libraries(int threads, int others);

/* Addresses that so many threads take, and HDF5 where it writes. Local. */
double gt_memory_later(int others);

/* What memory is for. */
typedef enum gt_memory_use {
    GT_MEMORY_WORK, /* networks, batches: all that follows from the settings */
    GT_MEMORY_DATA, /* images that are read from files */
    GT_MEMORY_SAMPLES, /* samples that are made all at once */
    GT_MEMORY_FIGURES, /* sets of samples that figures compare */
} gt_memory_use;

/* Whether `bytes` more of this rank, and what other ranks pass, fit into what
 * control groups and nodes leave, and `addresses`, of which some of them are
 * not taken yet, into what ulimit leaves. GT_ERR_MEMORY names the need, the
 * limit and the mend. Collective; all ranks fail together. */
gt_status gt_memory_check(gt_comm *comm, gt_memory_use use, double bytes,
                          double addresses);

/* What else a job will take when it has built its task. */
typedef struct gt_memory_beside {
    gt_comm *comm; /* borrowed */
    gt_memory_use use;
    double bytes; /* of this rank */
} gt_memory_beside;

/* The `fits` of a gt_task_setup whose context is a gt_memory_beside. As
 * gt_memory_check. Collective; all ranks fail together. */
gt_status gt_memory_fits_beside(void *context, const gt_task *task,
                                size_t bytes);

/* All is allocated: is there still room for what libraries take now and then,
 * and, where this rank `writes` files, for HDF5? GT_ERR_MEMORY names the limit.
 * Local. */
gt_status gt_memory_check_rest(bool writes);

#endif
