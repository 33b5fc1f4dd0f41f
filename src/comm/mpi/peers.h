/* peers.h: ranks that hold the same slice of every bucket, one of each group of
 * ranks (tree.c). They cut it up; each part has an owner, who gets everybody's
 * values of it and adds them up, and whose sum then goes to all: exactly
 * (owners.c), or rounded (packed.c). */
#ifndef GT_COMM_MPI_PEERS_H
#define GT_COMM_MPI_PEERS_H

#include "comm/mpi/handle.h"
#include "comm/transport.h"

typedef struct gt__peers {
    gt__transport_config config;
    int halvings;      /* groups are of 2^halvings neighbours */
    int groups, group; /* of all ranks, and this rank's */
} gt__peers;

/* What peers do with a bucket. Messages carry a tag, one of the bucket's and
 * the direction's own, and leave their requests in a row that has room for
 * n_requests of them. Local. */
typedef struct gt__peer_sums {
    gt_status (*create)(void **sums, int *n_requests, const gt__peers *peers);
    void (*discard)(void *sums); /* NULL may be passed */
    void (*rs_start)(void *sums, int bucket, int tag, MPI_Request *requests);
    void (*rs_finish)(void *sums, int bucket); /* what arrived */
    void (*ag_start)(void *sums, int bucket, int tag, MPI_Request *requests);
    void (*ag_finish)(void *sums, int bucket); /* what arrived */
} gt__peer_sums;

extern const gt__peer_sums gt__peer_sums_exact, gt__peer_sums_bf16;

/* Which slice of every bucket a rank of the job owns. */
int gt__peers_place(const gt__peers *peers, int rank);

/* The rank of this one's peer in a group, and the slice of it. */
int gt__peers_rank(const gt__peers *peers, int group);
gt__range gt__peers_slice(const gt__peers *peers, int bucket, int group);

/* Where messages of this sum go. */
static inline MPI_Comm gt__peers_channel(const gt__peers *peers)
{
    return peers->config.comm->mpi->channel[peers->config.channel];
}

/* The group k further in a circle: so that nobody is asked by all at once. */
static inline int gt__peers_next(const gt__peers *peers, int k)
{
    return (peers->group + k) % peers->groups;
}

#endif
