/* transport_tree.c: recursive halving among neighbours, then sums among peers.
 *
 * Where a rank's number of shards is a power of two, its sum is one subtree,
 * and ranks go up the tree as long as that goes in pairs: in halving s a rank
 * swaps halves with the rank whose number differs in bit s, so that
 * neighbouring subtrees are added first. With 2^a times an odd number of ranks
 * there are a halvings, after which each of the 2^a ranks of a group holds a
 * part of the group's one sum. Ranks with the same part, one of each group, are
 * peers (peers.h). Finished slices go the same way back. Every rank sends and
 * receives 2 (1 - 1/ranks) vectors, as little as any all-reduce does
 * (Rabenseifner 2004), and the fewer of these the farther they go.
 *
 * Else each rank is a group by itself, and sends its sum as several blocks.
 *
 * Rounded sums need not keep to the tree. There are halvings among the ranks of
 * a node, where messages cost little, and what peers on different nodes send
 * each other is rounded.
 *
 * A bucket is a state machine: the requests of its present stage, and what to
 * do when they are done. */
#include "comm/mpi/peers.h"

#include "comm/mpi/transports.h"
#include "comm/shard_tree.h"

#include <stdlib.h>

typedef struct tree_sum {
    gt__peers peers;
    const gt__peer_sums *peer_sums; /* NULL: there is but one group */
    void *sums;                     /* of peers */
    int stages;                     /* of a bucket, there and back */
    int *stage;                     /* of each bucket; == stages: done */
    int n_requests;                 /* of a bucket */
    MPI_Request *requests;          /* [bucket][n_requests] */
} tree_sum;

static MPI_Request *requests_of(const tree_sum *t, int bucket)
{
    return t->requests + (size_t)bucket * (size_t)t->n_requests;
}

/* --- Halving. */

/* What this rank still adds up after s halvings. */
static gt__interval kept_after(const tree_sum *t, int bucket, int s)
{
    const gt__transport_config *c = &t->peers.config;
    int first = 0, size = c->comm->size, n = size;
    for (int i = 0; i < s; i++) {
        n /= 2;
        first += c->comm->rank >> i & 1 ? n : 0;
    }
    gt__interval from = gt__bucket_slice(c->buckets, bucket, first, size);
    gt__interval to = gt__bucket_slice(c->buckets, bucket, first + n - 1, size);
    return (gt__interval){from.from, to.to};
}

/* What it leaves to the other rank in halving s. */
static gt__interval given_in(const tree_sum *t, int bucket, int s)
{
    gt__interval all = kept_after(t, bucket, s);
    gt__interval kept = kept_after(t, bucket, s + 1);
    if (t->peers.config.comm->rank >> s & 1)
        return (gt__interval){all.from, kept.from};
    return (gt__interval){kept.to, all.to};
}

/* In a reduce-scatter, give the other's half and get values of the own one; in
 * an allgather, give the own half and get the other's. */
static void start_swap(tree_sum *t, int bucket, int s, bool back, int tag)
{
    const gt__transport_config *c = &t->peers.config;
    MPI_Request *requests = requests_of(t, bucket);
    int other = c->comm->rank ^ 1 << s;
    gt__interval kept = kept_after(t, bucket, s + 1);
    gt__interval given = given_in(t, bucket, s);
    gt__interval out = back ? kept : given, in = back ? given : kept;
    MPI_Irecv(c->stack[back ? 0 : 1] + in.from, (int)(in.to - in.from),
              gt__real_type(), other, tag, gt__peers_channel(&t->peers),
              &requests[0]);
    MPI_Isend(c->stack[0] + out.from, (int)(out.to - out.from), gt__real_type(),
              other, tag, gt__peers_channel(&t->peers), &requests[1]);
}

/* Which operand is the left one does not matter to the bits of a sum. */
static void add_half(tree_sum *t, int bucket, int s)
{
    gt_real *const *stack = t->peers.config.stack;
    gt__interval kept = kept_after(t, bucket, s + 1);
    gt__add(stack[0] + kept.from, stack[1] + kept.from, kept.to - kept.from);
}

/* --- Stages: the reduce-scatter's halvings and peers, then the same steps in
 * the opposite order for the allgather. */

static bool gathers(const tree_sum *t, int bucket)
{
    return t->stage[bucket] >= t->stages / 2;
}

/* A stage and its counterpart in the allgather are the same step. */
static int step_of(const tree_sum *t, int bucket)
{
    int stage = t->stage[bucket];
    return gathers(t, bucket) ? t->stages - 1 - stage : stage;
}

/* Two ranks send each other messages in one step alone, and give those of one
 * tag to MPI in the same order. */
static void start(tree_sum *t, int bucket)
{
    int step = step_of(t, bucket);
    bool back = gathers(t, bucket);
    int tag = 2 * (t->peers.config.first_bucket + bucket) + back;
    if (step < t->peers.halvings)
        start_swap(t, bucket, step, back, tag);
    else if (back)
        t->peer_sums->ag_start(t->sums, bucket, tag, requests_of(t, bucket));
    else
        t->peer_sums->rs_start(t->sums, bucket, tag, requests_of(t, bucket));
}

static void finish(tree_sum *t, int bucket)
{
    int step = step_of(t, bucket);
    bool back = gathers(t, bucket);
    if (step == t->peers.halvings && back)
        t->peer_sums->ag_finish(t->sums, bucket);
    else if (step == t->peers.halvings)
        t->peer_sums->rs_finish(t->sums, bucket);
    else if (!back)
        add_half(t, bucket, step);
}

static bool advance(tree_sum *t, int bucket, int goal)
{
    while (t->stage[bucket] < goal) {
        int done;
        MPI_Testall(t->n_requests, requests_of(t, bucket), &done,
                    MPI_STATUSES_IGNORE);
        if (!done)
            return false;
        finish(t, bucket);
        if (++t->stage[bucket] < goal)
            start(t, bucket);
    }
    return true;
}

static void reduce_scatter_start(void *state, int bucket)
{
    tree_sum *t = state;
    t->stage[bucket] = 0;
    start(t, bucket);
}

/* As sums are rounded, a rank's blocks may be added up first. */
static void rounded_start(void *state, int bucket)
{
    tree_sum *t = state;
    const gt__transport_config *c = &t->peers.config;
    gt__interval all = gt__bucket_interval(c->buckets, bucket);
    for (int i = c->n_blocks - 1; i > 0; i--)
        gt__add(c->stack[i - 1] + all.from, c->stack[i] + all.from,
                all.to - all.from);
    reduce_scatter_start(state, bucket);
}

/* Slices are summed when half of the stages are done. */
static bool reduce_scatter_test(void *state, int bucket)
{
    tree_sum *t = state;
    return advance(t, bucket, t->stages / 2);
}

static void allgather_start(void *state, int bucket)
{
    start(state, bucket);
}

static bool allgather_test(void *state, int bucket)
{
    tree_sum *t = state;
    return advance(t, bucket, t->stages);
}

static gt_real *result(const void *state)
{
    const tree_sum *t = state;
    return t->peers.config.stack[0];
}

static int slice_of(const void *state, int rank)
{
    const tree_sum *t = state;
    return gt__peers_slice_of(&t->peers, rank);
}

/* --- Setting up. */

static void destroy(void *state)
{
    tree_sum *t = state;
    if (!t)
        return;
    if (t->peer_sums)
        t->peer_sums->destroy(t->sums);
    free(t->stage);
    free(t->requests);
    free(t);
}

static gt_status plan(tree_sum *t, int halvings, const gt__peer_sums *peer_sums)
{
    const gt__transport_config *c = &t->peers.config;
    t->peers.halvings = halvings;
    t->peers.groups = c->comm->size >> halvings;
    t->peers.group = c->comm->rank >> halvings;
    t->stages = 2 * halvings;
    t->n_requests = 2;
    if (t->peers.groups > 1) {
        gt_status status =
            peer_sums->create(&t->sums, &t->n_requests, &t->peers);
        if (status != GT_OK)
            return status;
        t->peer_sums = peer_sums;
        t->stages += 2;
    }
    size_t n = (size_t)c->buckets->n, requests = n * (size_t)t->n_requests;
    t->stage = calloc(n + 1, sizeof *t->stage);
    t->requests = calloc(requests + 1, sizeof(MPI_Request));
    if (!t->stage || !t->requests)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate a reducer");
    for (size_t i = 0; i < requests; i++)
        t->requests[i] = MPI_REQUEST_NULL;
    return GT_OK;
}

static gt_status create_with(void **out, const gt__transport_config *config,
                             int halvings, const gt__peer_sums *peer_sums)
{
    tree_sum *t = calloc(1, sizeof *t);
    if (!t)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate a reducer");
    t->peers.config = *config;
    gt_status status = plan(t, halvings, peer_sums);
    if (status != GT_OK)
        destroy(t);
    else
        *out = t;
    return status;
}

static gt_status create(void **out, const gt__transport_config *config)
{
    int levels = gt__paired_levels(config->comm->size, config->n_shards);
    return create_with(out, config, levels, &gt__peer_sums_exact);
}

/* On one node all ranks are peers, as if each were a node. */
static gt_status create_rounded(void **out, const gt__transport_config *config)
{
    const gt_comm *comm = config->comm;
    return create_with(out, config, comm->nodes > 1 ? comm->mpi->halvings : 0,
                       &gt__peer_sums_bf16);
}

const gt__transport gt__transport_tree = {
    .create = create,
    .destroy = destroy,
    .result = result,
    .reduce_scatter_start = reduce_scatter_start,
    .reduce_scatter_test = reduce_scatter_test,
    .allgather_start = allgather_start,
    .allgather_test = allgather_test,
    .slice_of = slice_of};

/* Slices have no owners, so the test is for the whole sum. */
const gt__transport gt__transport_bf16 = {.create = create_rounded,
                                          .destroy = destroy,
                                          .result = result,
                                          .reduce_scatter_start = rounded_start,
                                          .reduce_scatter_test =
                                              allgather_test};
