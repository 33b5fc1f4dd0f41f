/* peers.h: ranks that hold sums over the same part of every bucket, one rank of
 * each group (transport_tree.c). Each peer owns a slice of that part: the
 * others send it their sums, it adds them up, and its sum then goes to all.
 * Either exactly, in the order of the tree (peers_exact.c), or rounded to 16
 * bits (peers_bf16.c). */
#ifndef GT_COMM_MPI_PEERS_H
#define GT_COMM_MPI_PEERS_H

#include "comm/mpi/handle.h"
#include "comm/transport.h"

typedef struct gt__peers {
    gt__transport_config config;
    int halvings;      /* groups are of 2^halvings neighbours */
    int groups, group; /* of all ranks, and this rank's */
} gt__peers;

/* What peers do with a bucket: a reduce-scatter, then an allgather. Their
 * messages carry a tag, one of the bucket's and the direction's own, and leave
 * their requests in `requests`, which has room for n_requests of them. _finish
 * is called when these are done. Local. */
typedef struct gt__peer_sums {
    gt_status (*create)(void **sums, int *n_requests, const gt__peers *peers);
    void (*destroy)(void *sums); /* NULL may be passed */
    void (*rs_start)(void *sums, int bucket, int tag, MPI_Request *requests);
    void (*rs_finish)(void *sums, int bucket);
    void (*ag_start)(void *sums, int bucket, int tag, MPI_Request *requests);
    void (*ag_finish)(void *sums, int bucket);
} gt__peer_sums;

extern const gt__peer_sums gt__peer_sums_exact, gt__peer_sums_bf16;

/* Which slice of every bucket (buckets.h) a rank of the job owns. */
int gt__peers_slice_of(const gt__peers *peers, int rank);

/* The rank of this one's peer in a group, and the slice that it owns. */
int gt__peers_rank(const gt__peers *peers, int group);
gt__interval gt__peers_slice(const gt__peers *peers, int bucket, int group);

/* Where messages of this sum go. */
static inline MPI_Comm gt__peers_channel(const gt__peers *peers)
{
    return peers->config.comm->mpi->channel[peers->config.channel];
}

/* The group that is k further in a circle. Every rank goes round from its own,
 * so that not all send to the same one at once. */
static inline int gt__peers_next(const gt__peers *peers, int k)
{
    return (peers->group + k) % peers->groups;
}

#endif
