/* comm.h: the ranks of a job: which one this is, agreement, broadcast, sums.
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

/* Reducers (reducer.h) that may work at the same time. */
enum { GT_CHANNELS = 2 };

typedef struct gt_comm {
    int rank, size;           /* of the job; numbered node by node */
    int launch_rank;          /* the launcher's number, for people */
    int node_rank, node_size; /* within this node */
    int nodes;                /* in the job */
    char host[64];            /* this node's name */

    /* Private to src/comm: */
    const struct gt__backend *backend; /* NULL: this process is alone */
    struct gt__mpi *mpi;               /* the backend's */
    bool working;                      /* between work_begin and work_end */
    double ticked; /* gt_seconds when a tick was last an all-reduce */
    bool warned;   /* that shared memory has no room */
    struct gt__pending {
        void (*advance)(void *context);
        void *context;
    } pending[GT_CHANNELS]; /* see pending.h */
} gt_comm;

/* The communicator of a process alone, without MPI: its collective calls wait
 * for nobody. There is nothing to be freed. Local. */
gt_comm gt_comm_solo(void);

/* Collective. GT_OK if all ranks pass GT_OK; else every rank returns the status
 * of the lowest rank that failed and holds that rank's message, with rank and
 * host in front where other ranks did not fail. */
gt_status gt_comm_agree(gt_comm *comm, gt_status mine);
#ifdef __clang_analyzer__
/* It sees one source at a time, and is told here that a failure stays one. */
#define gt_comm_agree(comm, mine)                                              \
    ((mine) != GT_OK ? GT_ERR_COMM : gt_comm_agree(comm, mine))
#endif

/* A communicator of the ranks below `ranks` alone, 0 < ranks < comm->size: for
 * work that fewer ranks can share evenly. The other ranks get NULL, and wait in
 * the next collective call of `comm`. Until gt_comm_part_free, no rank of the
 * part uses `comm`. GT_ERR_MEMORY on all ranks. Collective over `comm`. */
gt_status gt_comm_part_new(gt_comm **part, gt_comm *comm, int ranks);

/* NULL is allowed. Collective over the part. */
void gt_comm_part_free(gt_comm *part);

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

/* Collective: rank 0's bytes to all ranks. */
void gt_comm_broadcast(gt_comm *comm, void *data, size_t bytes);

/* Collective: rank `from`'s bytes to all ranks. */
void gt_comm_broadcast_from(gt_comm *comm, int from, void *data, size_t bytes);

/* Collective: rank 0's malloc'ed text to all ranks; *text is replaced on the
 * others, which must free it too. GT_ERR_MEMORY on every rank if one has none.
 */
gt_status gt_comm_broadcast_text(gt_comm *comm, char **text);

/* Collective: every rank's `bytes` from `mine` in rank order into rank 0's
 * `all` (size * bytes; NULL elsewhere). */
void gt_comm_gather(gt_comm *comm, const void *mine, size_t bytes, void *all);

/* Collective: every rank's text `mine`, of any length, one after the other in
 * rank order, into rank 0's malloc'ed *all (NULL elsewhere). GT_ERR_MEMORY on
 * every rank if one has no room. */
gt_status gt_comm_gather_text(gt_comm *comm, const char *mine, char **all);

/* Collective: element-wise sums over the ranks, in place. */
void gt_comm_sum(gt_comm *comm, double *values, int n);

/* Collective: largest value over the ranks. */
double gt_comm_max(gt_comm *comm, double value);

/* Collective: wait until all ranks are here. */
void gt_comm_barrier(gt_comm *comm);

#endif
