/* peers_exact.c: peers' sums as the tree has them. A group's part may be
 * several nodes of it that must not be added to each other yet (shards 3, 4, 5
 * are the nodes 3 and 4-5): an owner is sent all of them and evaluates the
 * tree. */
#include "comm/mpi/peers.h"

#include "comm/nodes.h"

#include <stdlib.h>
#include <string.h>

enum { CHUNK = 2048 }; /* reals that stay in the first-level cache */

typedef struct owners {
    const gt__peers *peers; /* borrowed */
    gt__nodes nodes;        /* of groups */
    int n_own;
    gt_real *arrived; /* peers' nodes, [bucket][node][pitch] */
    size_t pitch;     /* longest slice */
    gt_real **node;   /* [nodes.n], while a slice is evaluated */
} owners;

static gt_real *arrived(const owners *o, int bucket, int node)
{
    size_t at = (size_t)bucket * (size_t)o->nodes.n + (size_t)node;
    return o->arrived + at * o->pitch;
}

static MPI_Request *receive(const gt__peers *p, gt_real *to, gt__range span,
                            int group, int tag, MPI_Request *r)
{
    MPI_Irecv(to, (int)(span.to - span.from), gt__real_type(),
              gt__peers_rank(p, group), tag, gt__peers_channel(p), r);
    return r + 1;
}

static MPI_Request *send(const gt__peers *p, const gt_real *block,
                         gt__range span, int group, int tag, MPI_Request *r)
{
    MPI_Isend(block + span.from, (int)(span.to - span.from), gt__real_type(),
              gt__peers_rank(p, group), tag, gt__peers_channel(p), r);
    return r + 1;
}

static void ask(void *sums, int bucket, int tag, MPI_Request *r)
{
    owners *o = sums;
    const gt__peers *p = o->peers;
    gt__range mine = gt__peers_slice(p, bucket, p->group);
    for (int k = p->groups - 1; k > 0; k--) {
        int from = gt__peers_next(p, k);
        for (int i = o->nodes.first[from]; i < o->nodes.first[from + 1]; i++)
            r = receive(p, arrived(o, bucket, i), mine, from, tag, r);
    }
    for (int k = 1; k < p->groups; k++) {
        int to = gt__peers_next(p, k);
        gt__range theirs = gt__peers_slice(p, bucket, to);
        for (int i = 0; i < o->n_own; i++)
            r = send(p, p->config.stack[i], theirs, to, tag, r);
    }
}

static void add(void *sums, int bucket)
{
    owners *o = sums;
    const gt__peers *p = o->peers;
    gt_real *const *block = p->config.stack;
    gt__range mine = gt__peers_slice(p, bucket, p->group);
    int own = o->nodes.first[p->group];
    for (int i = 0; i < o->nodes.n; i++)
        o->node[i] = arrived(o, bucket, i);
    for (int i = 0; i < o->n_own; i++)
        o->node[own + i] = block[i] + mine.from;
    size_t n = mine.to - mine.from;
    for (size_t at = 0; at < n; at += CHUNK) {
        size_t length = n - at < CHUNK ? n - at : CHUNK;
        for (int i = 0; i < o->nodes.n - 1; i++)
            gt__add(o->node[o->nodes.sums[i][0]] + at,
                    o->node[o->nodes.sums[i][1]] + at, length);
    }
    if (own > 0)
        memcpy(block[0] + mine.from, o->node[0], n * sizeof *block[0]);
}

static void answer(void *sums, int bucket, int tag, MPI_Request *r)
{
    owners *o = sums;
    const gt__peers *p = o->peers;
    gt_real *block = p->config.stack[0];
    gt__range mine = gt__peers_slice(p, bucket, p->group);
    for (int k = p->groups - 1; k > 0; k--) {
        int from = gt__peers_next(p, k);
        gt__range theirs = gt__peers_slice(p, bucket, from);
        r = receive(p, block + theirs.from, theirs, from, tag, r);
    }
    for (int k = 1; k < p->groups; k++)
        r = send(p, block, mine, gt__peers_next(p, k), tag, r);
}

/* It arrived in its place. */
static void accept(void *sums, int bucket)
{
    (void)sums;
    (void)bucket;
}

static void discard(void *sums)
{
    owners *o = sums;
    if (!o)
        return;
    gt__nodes_free(&o->nodes);
    free(o->arrived);
    free(o->node);
    free(o);
}

/* Where nodes arrive is not touched before they do: ranks may find that they
 * need no messages. */
static gt_status plan(owners *o, const gt__peers *p)
{
    const gt__buckets *buckets = p->config.buckets;
    gt_status status =
        gt__nodes_plan(&o->nodes, p->groups, p->config.n_shards << p->halvings);
    if (status != GT_OK)
        return status;
    size_t nodes = (size_t)o->nodes.n;
    o->n_own = o->nodes.first[p->group + 1] - o->nodes.first[p->group];
    o->pitch = gt__longest_slice(buckets, p->config.comm->size);
    size_t arriving = (size_t)buckets->n * nodes * o->pitch;
    o->node = calloc(nodes, sizeof *o->node);
    o->arrived = calloc(arriving + 1, sizeof *o->arrived);
    if (!o->node || !o->arrived)
        return gt_fail(GT_ERR_MEMORY,
                       "cannot allocate %.1f MB for gradients of other ranks",
                       (double)arriving * sizeof *o->arrived / 1e6);
    return GT_OK;
}

static gt_status create(void **out, int *n_requests, const gt__peers *peers)
{
    owners *o = calloc(1, sizeof *o);
    if (!o)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate a reducer");
    o->peers = peers;
    gt_status status = plan(o, peers);
    if (status != GT_OK) {
        discard(o);
        return status;
    }
    *n_requests = o->nodes.n - o->n_own + o->n_own * (peers->groups - 1);
    *out = o;
    return GT_OK;
}

const gt__peer_sums gt__peer_sums_exact = {.create = create,
                                           .discard = discard,
                                           .rs_start = ask,
                                           .rs_finish = add,
                                           .ag_start = answer,
                                           .ag_finish = accept};
