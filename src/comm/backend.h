/* backend.h: what this room needs of a message-passing library.
 *
 * A process alone has no other ranks and so needs no such library: its
 * communicator has no backend (gt_comm_solo). All that needs one is in
 * comm/mpi/ and is reached through this table alone. So a program that mpirun
 * does not start, such as one that uses libgentrain, is built without MPI. For
 * src/comm alone.
 */
#ifndef GT_COMM_BACKEND_H
#define GT_COMM_BACKEND_H

#include <stdbool.h>
#include <stddef.h>

struct gt_comm;
struct gt__transport;

typedef enum gt__operation { GT__MIN, GT__MAX, GT__SUM } gt__operation;

typedef struct gt__backend {
    /* Rank `from`'s bytes to all ranks. Collective over the job. */
    void (*broadcast)(struct gt_comm *comm, int from, void *data, size_t bytes);

    /* n values, each over all ranks, in place. Collective over the job. */
    void (*reduce)(struct gt_comm *comm, double *values, int n,
                   gt__operation operation);

    /* `bytes` of every rank, in rank order, into rank 0's `all`. Collective
     * over the job. */
    void (*gather)(struct gt_comm *comm, const void *mine, size_t bytes,
                   void *all);
    void (*barrier)(struct gt_comm *comm);

    /* From one rank to another, which both call. What has the same tag arrives
     * in the order in which it was sent. */
    void (*send)(struct gt_comm *comm, int to, int tag, const void *data,
                 size_t bytes);
    void (*receive)(struct gt_comm *comm, int from, int tag, void *data,
                    size_t bytes);
    /* n values to the other rank, and as many from there; both call it. */
    void (*swap)(struct gt_comm *comm, int other, int tag, const double *out,
                 double *in, int n);

    /* Rank i of some ranks has counts[i] values at all + offsets[i]; afterwards
     * each of them has all values. They are all ranks of the job, or the peers:
     * ranks whose numbers agree with this one's in the bits by which the number
     * of ranks can be halved (shard_tree.h). Collective over them. */
    void (*allgather)(struct gt_comm *comm, bool whole_job, double *all,
                      const int *counts, const int *offsets);

    /* Make the `part` of the ranks below `ranks`, which have memory for it;
     * NULL on the others. Collective over the job. Release what is the
     * library's of it; collective over the part. */
    void (*part_make)(struct gt_comm *comm, int ranks, struct gt_comm *part);
    void (*part_release)(struct gt_comm *part);

    /* Bytes of the backend's memory of a communicator, comm->mpi. */
    size_t size;

    /* Sums of buckets, by messages (transport.h): in the order of the tree over
     * shards; in any order; rounded to 16 bits between nodes. */
    const struct gt__transport *tree, *any_order, *bf16;
} gt__backend;

#endif
