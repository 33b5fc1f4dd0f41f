/* peers.c: each halving is by one bit of a rank's number, from the lowest on,
 * so slices lie in the order of the reversed bits, and then of groups. */
#include "comm/mpi/peers.h"

int gt__peers_slice_of(const gt__peers *p, int rank)
{
    int part = 0;
    for (int i = 0; i < p->halvings; i++)
        part = 2 * part + (rank >> i & 1);
    return part * p->groups + (rank >> p->halvings);
}

int gt__peers_rank(const gt__peers *p, int group)
{
    int neighbours = 1 << p->halvings;
    return p->config.comm->rank % neighbours + group * neighbours;
}

gt__interval gt__peers_slice(const gt__peers *p, int bucket, int group)
{
    int slice = gt__peers_slice_of(p, gt__peers_rank(p, group));
    return gt__bucket_slice(p->config.buckets, bucket, slice,
                            p->config.comm->size);
}
