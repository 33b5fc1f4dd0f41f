/* backend.h: what this room asks of a message-passing library.
 *
 * A process that works by itself has nobody to talk to, and so needs no such
 * library: its communicator has no backend (gt_comm_solo). Everything that
 * needs one is in comm/mpi/, and is reached through this table alone, so a
 * program without mpirun, such as one that uses libgentrain, is built without
 * MPI. For src/comm alone.
 */
#ifndef GT_COMM_BACKEND_H
#define GT_COMM_BACKEND_H

#include "comm/comm.h"

struct gt__transport;

typedef enum gt__operation { GT__MIN, GT__MAX, GT__SUM } gt__operation;

typedef struct gt__backend {
    /* Collective over the job. */
    void (*broadcast)(gt_comm *comm, int from, void *data, size_t bytes);
    /* n values, each over all ranks, in place. */
    void (*reduce)(gt_comm *comm, double *values, int n, gt__operation what);
    /* `bytes` of every rank, in rank order, into rank 0's `all`. */
    void (*gather)(gt_comm *comm, const void *mine, size_t bytes, void *all);
    void (*barrier)(gt_comm *comm);

    /* From one rank to another: both call. What has the same tag arrives in the
     * order in which it was sent. */
    void (*send)(gt_comm *comm, int to, int tag, const void *data,
                 size_t bytes);
    void (*receive)(gt_comm *comm, int from, int tag, void *data, size_t bytes);
    /* n values to the other rank, and as many from there. */
    void (*swap)(gt_comm *comm, int other, int tag, const double *out,
                 double *in, int n);

    /* Rank i among some has counts[i] values at all + offsets[i], and then
     * these all have everything. They are everybody, or the ranks whose numbers
     * agree with this one's in the bits by which the number of ranks can be
     * halved (nodes.h). Collective over them. */
    void (*allgather)(gt_comm *comm, bool everybody, double *all,
                      const int *counts, const int *offsets);

    /* Sums of buckets, by messages (transport.h): in the order of the tree over
     * shards; in any order; rounded to 16 bits between nodes. */
    const struct gt__transport *tree, *any_order, *bf16;
} gt__backend;

#endif
