/* peers_exact.c: peers' sums in the order of the tree. A group's shards may be
 * several blocks that must not be added to each other yet (shard_tree.h). So
 * the owner of a slice is sent all of them and makes the additions itself. */
#include "comm/mpi/peers.h"

#include "comm/shard_tree.h"

#include <stdlib.h>
#include <string.h>

enum { CHUNK = 2048 }; /* reals that stay in the first-level cache */

typedef struct exact_sums {
    const gt__peers *peers; /* borrowed */
    gt__shard_tree tree;    /* groups in place of ranks */
    int n_own;              /* blocks of this group */
    gt_real *received;      /* peers' blocks, [bucket][block][pitch] */
    size_t pitch;           /* longest slice */
    gt_real **block;        /* [tree.n], while a slice is added up */
} exact_sums;

static gt_real *received(const exact_sums *e, int bucket, int block)
{
    size_t at = (size_t)bucket * (size_t)e->tree.n + (size_t)block;
    return e->received + at * e->pitch;
}

static MPI_Request *receive(const gt__peers *p, gt_real *to, gt__interval span,
                            int group, int tag, MPI_Request *r)
{
    MPI_Irecv(to, (int)(span.to - span.from), gt__real_type(),
              gt__peers_rank(p, group), tag, gt__peers_channel(p), r);
    return r + 1;
}

static MPI_Request *send(const gt__peers *p, const gt_real *vector,
                         gt__interval span, int group, int tag, MPI_Request *r)
{
    MPI_Isend(vector + span.from, (int)(span.to - span.from), gt__real_type(),
              gt__peers_rank(p, group), tag, gt__peers_channel(p), r);
    return r + 1;
}

static void rs_start(void *sums, int bucket, int tag, MPI_Request *r)
{
    exact_sums *e = sums;
    const gt__peers *p = e->peers;
    gt__interval mine = gt__peers_slice(p, bucket, p->group);
    for (int k = p->groups - 1; k > 0; k--) {
        int from = gt__peers_next(p, k);
        for (int i = e->tree.first[from]; i < e->tree.first[from + 1]; i++)
            r = receive(p, received(e, bucket, i), mine, from, tag, r);
    }
    for (int k = 1; k < p->groups; k++) {
        int to = gt__peers_next(p, k);
        gt__interval theirs = gt__peers_slice(p, bucket, to);
        for (int i = 0; i < e->n_own; i++)
            r = send(p, p->config.stack[i], theirs, to, tag, r);
    }
}

static void rs_finish(void *sums, int bucket)
{
    exact_sums *e = sums;
    const gt__peers *p = e->peers;
    gt_real *const *stack = p->config.stack;
    gt__interval mine = gt__peers_slice(p, bucket, p->group);
    int own = e->tree.first[p->group];
    for (int i = 0; i < e->tree.n; i++)
        e->block[i] = received(e, bucket, i);
    for (int i = 0; i < e->n_own; i++)
        e->block[own + i] = stack[i] + mine.from;
    size_t n = mine.to - mine.from;
    for (size_t at = 0; at < n; at += CHUNK) {
        size_t length = n - at < CHUNK ? n - at : CHUNK;
        for (int i = 0; i < e->tree.n - 1; i++)
            gt__add(e->block[e->tree.additions[i][0]] + at,
                    e->block[e->tree.additions[i][1]] + at, length);
    }
    if (own > 0)
        memcpy(stack[0] + mine.from, e->block[0], n * sizeof *stack[0]);
}

static void ag_start(void *sums, int bucket, int tag, MPI_Request *r)
{
    exact_sums *e = sums;
    const gt__peers *p = e->peers;
    gt_real *sum = p->config.stack[0];
    gt__interval mine = gt__peers_slice(p, bucket, p->group);
    for (int k = p->groups - 1; k > 0; k--) {
        int from = gt__peers_next(p, k);
        gt__interval theirs = gt__peers_slice(p, bucket, from);
        r = receive(p, sum + theirs.from, theirs, from, tag, r);
    }
    for (int k = 1; k < p->groups; k++)
        r = send(p, sum, mine, gt__peers_next(p, k), tag, r);
}

/* Slices were received where they belong. */
static void ag_finish(void *sums, int bucket)
{
    (void)sums;
    (void)bucket;
}

static void destroy(void *sums)
{
    exact_sums *e = sums;
    if (!e)
        return;
    gt__shard_tree_free(&e->tree);
    free(e->received);
    free(e->block);
    free(e);
}

/* No page of `received` is touched before a message arrives: ranks may find
 * that they need none (gt_reducer_use_shared_memory). */
static gt_status plan(exact_sums *e, const gt__peers *p)
{
    const gt__buckets *buckets = p->config.buckets;
    gt_status status = gt__shard_tree_plan(&e->tree, p->groups,
                                           p->config.n_shards << p->halvings);
    if (status != GT_OK)
        return status;
    size_t blocks = (size_t)e->tree.n;
    e->n_own = e->tree.first[p->group + 1] - e->tree.first[p->group];
    e->pitch = gt__longest_slice(buckets, p->config.comm->size);
    size_t reals = (size_t)buckets->n * blocks * e->pitch;
    e->block = calloc(blocks, sizeof *e->block);
    e->received = calloc(reals + 1, sizeof *e->received);
    if (!e->block || !e->received)
        return gt_fail(GT_ERR_MEMORY,
                       "cannot allocate %.1f MB for gradients of other ranks",
                       (double)reals * sizeof *e->received / 1e6);
    return GT_OK;
}

static gt_status create(void **out, int *n_requests, const gt__peers *peers)
{
    exact_sums *e = calloc(1, sizeof *e);
    if (!e)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate a reducer");
    e->peers = peers;
    gt_status status = plan(e, peers);
    if (status != GT_OK) {
        destroy(e);
        return status;
    }
    *n_requests = e->tree.n - e->n_own + e->n_own * (peers->groups - 1);
    *out = e;
    return GT_OK;
}

const gt__peer_sums gt__peer_sums_exact = {.create = create,
                                           .destroy = destroy,
                                           .rs_start = rs_start,
                                           .rs_finish = rs_finish,
                                           .ag_start = ag_start,
                                           .ag_finish = ag_finish};
