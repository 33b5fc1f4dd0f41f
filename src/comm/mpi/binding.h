/* binding.h: whether ranks have the cores, and the CPU time, that their threads
 * need: the commonest mistake in starting an MPI job is that they have not. */
#ifndef GT_COMM_MPI_BINDING_H
#define GT_COMM_MPI_BINDING_H

#include "comm/comm.h"

/* Look at the cores that each rank may use and at CPU quotas, and put a warning
 * about the worst node into `text`, or "" if all is well: ranks with `threads`
 * threads each share cores, or a core's hardware threads, or run more threads
 * than they have cores, or are not bound to one NUMA domain, or a quota gives
 * them less time than that. Valid on rank 0. Collective. */
void gt_binding_check(gt_comm *comm, int threads, char *text, size_t size);

#endif
