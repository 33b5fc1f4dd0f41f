/* node_cores.h: which cores and NUMA domains a node's ranks may use, by hwloc.
 * Local. */
#ifndef GT_COMM_MPI_NODE_CORES_H
#define GT_COMM_MPI_NODE_CORES_H

#include "base/status.h"
#include "comm/mpi/occupancy.h"

#include <hwloc.h>

/* The machine's cores, hardware threads and NUMA domains; destroy it with
 * hwloc_topology_destroy. GT_ERR_IO where hwloc cannot tell. */
gt_status gt__topology_load(hwloc_topology_t *topology);

/* From the hardware threads that each of n ranks may use, fill in the fields of
 * `node` that are about cores and domains; node->threads is read. GT_ERR_MEMORY
 * leaves them as they were. */
gt_status gt__count_cores(hwloc_topology_t topology, const hwloc_bitmap_t *pus,
                          int n, gt__occupancy *node);

#endif
