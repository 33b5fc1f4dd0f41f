/* comm.h: the one door to MPI: who we are, agreement, broadcast, sums.
 *
 * Every call marked collective must be made by all ranks in the same order.
 * MPI's own failures end the job (MPI_ERRORS_ARE_FATAL), as MPI 3 offers no way
 * on after one.
 */
#ifndef GT_COMM_COMM_H
#define GT_COMM_COMM_H

#include "base/status.h"
#include "core/tensor.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct gt_comm {
    int rank, size;             /* of the job; numbered node by node */
    int launch_rank;            /* the launcher's number, for people */
    int node_rank, node_size;   /* within this node */
    int nodes;                  /* in the job */
    char host[64];              /* this node's name */
    bool working;               /* private: between work_begin and work_end */
    struct gt_comm_mpi *handle; /* private to src/comm; NULL: no MPI */
} gt_comm;

/* Start MPI, also in a process that mpirun did not start (one rank). Rank 0 is
 * the launcher's. Collective over the job. */
gt_status gt_comm_init(gt_comm **out, int *argc, char ***argv);
void gt_comm_finalize(gt_comm *comm);

/* The communicator of a process that works by itself, without MPI. Calls that
 * are collective find everybody there. Nothing is to be freed. Local. */
gt_comm gt_comm_solo(void);

/* Collective. GT_OK if all ranks pass GT_OK; else every rank returns the status
 * of the lowest rank that failed and holds that rank's message, with rank and
 * host in front where other ranks did not fail. */
gt_status gt_comm_agree(gt_comm *comm, gt_status mine);

/* --- Work that a rank does by itself while the others wait for it: mostly rank
 * 0's, with files, but any number of ranks may be at work at once.
 *
 *     gt_comm_work_begin(comm);
 *     if (comm->rank == 0)
 *         status = write_a_large_file();  // calls gt_collective_tick
 *     status = gt_comm_work_end(comm, status);
 *
 * The others are in gt_comm_work_end by then, where they cannot see whether the
 * first one works or hangs. So begin, ticks (base/collective_tick.h) and end
 * are one collective operation:
 *
 * 1. All ranks call begin and end, in the same order as their other collective
 *    calls; works are not nested.
 * 2. Between the two a rank makes no collective call but gt_collective_tick, on
 *    the thread that called begin, as often as it likes.
 * 3. A tick is an all-reduce once there was none for 0.1 s. Ranks in end join
 *    it and give a heartbeat; a rank that is itself at work joins it at its own
 *    next tick or in end, and is waited for until then.
 */

/* Collective, but waits for nobody: see above. */
void gt_comm_work_begin(gt_comm *comm);

/* Collective. Joins the ticks of the ranks that are still at work until all
 * ranks are here, then agrees as gt_comm_agree does. */
gt_status gt_comm_work_end(gt_comm *comm, gt_status mine);

/* --- Data. */

/* Collective: rank 0's bytes to everybody. */
void gt_comm_broadcast(gt_comm *comm, void *data, size_t bytes);

/* Collective: every rank's `bytes` from `mine` in rank order into rank 0's
 * `all` (size * bytes; NULL elsewhere). */
void gt_comm_gather(gt_comm *comm, const void *mine, size_t bytes, void *all);

/* Collective: element-wise sums over the ranks, in place. */
void gt_comm_sum(gt_comm *comm, double *values, int n);

/* Collective: largest value over the ranks. */
double gt_comm_max(gt_comm *comm, double value);

/* Collective: wait until all ranks are here. */
void gt_comm_barrier(gt_comm *comm);

#endif
