/* transport_tree.c: halving among neighbours, then owners among peers.
 *
 * Where a rank's number of shards is a power of two, its part is one node of
 * the tree, and ranks walk up the tree as long as that goes in pairs: in
 * halving s a rank trades halves with the rank whose number differs in bit s,
 * so nodes two apart in shard order meet last. With 2^a times an odd number of
 * ranks there are a halvings, after which the 2^a ranks of a group hold a slice
 * each of one node. Ranks with the same slice, one of each group, are peers
 * (peers.h); then the same way back with finished slices. Every rank sends and
 * receives 2 (1 - 1/ranks) vectors, as little as any all-reduce (Rabenseifner
 * 2004), and the fewer of these the farther they go.
 *
 * Else each rank is a group, and sends its part as the nodes that it is.
 *
 * Rounded sums need not keep to the tree. There are halvings among the ranks of
 * a node, where messages cost little, and what peers on different nodes send
 * each other is rounded.
 *
 * A bucket is a state machine: the requests of its present stage, and what to
 * do when they are done. */
#include "comm/mpi/peers.h"

#include "comm/mpi/transports.h"
#include "comm/nodes.h"

#include <stdlib.h>

typedef struct tree {
    gt__peers peers;
    const gt__peer_sums *peer_sums; /* NULL: there is but one group */
    void *sums;                     /* of peers */
    int stages;                     /* of a bucket, there and back */
    int *stage;                     /* of each bucket; == stages: done */
    int n_requests;                 /* of a bucket */
    MPI_Request *requests;
} tree;

static MPI_Request *requests_of(const tree *t, int bucket)
{
    return t->requests + (size_t)bucket * (size_t)t->n_requests;
}

/* --- Halving. */

/* What this rank still has to do with after s halvings of the slices. */
static gt__range kept_after(const tree *t, int bucket, int s)
{
    const gt__transport_config *c = &t->peers.config;
    int first = 0, size = c->comm->size, n = size;
    for (int i = 0; i < s; i++) {
        n /= 2;
        first += c->comm->rank >> i & 1 ? n : 0;
    }
    gt__range from = gt__bucket_slice(c->buckets, bucket, first, size);
    gt__range to = gt__bucket_slice(c->buckets, bucket, first + n - 1, size);
    return (gt__range){from.from, to.to};
}

/* What halving s gives away. */
static gt__range given_by(const tree *t, int bucket, int s)
{
    gt__range all = kept_after(t, bucket, s),
              kept = kept_after(t, bucket, s + 1);
    if (t->peers.config.comm->rank >> s & 1)
        return (gt__range){all.from, kept.from};
    return (gt__range){kept.to, all.to};
}

static void trade(tree *t, int bucket, int s, bool back, int tag)
{
    const gt__transport_config *c = &t->peers.config;
    MPI_Request *requests = requests_of(t, bucket);
    int other = c->comm->rank ^ 1 << s;
    gt__range kept = kept_after(t, bucket, s + 1);
    gt__range given = given_by(t, bucket, s);
    gt__range out = back ? kept : given, in = back ? given : kept;
    MPI_Irecv(c->stack[back ? 0 : 1] + in.from, (int)(in.to - in.from),
              gt__real_type(), other, tag, gt__peers_channel(&t->peers),
              &requests[0]);
    MPI_Isend(c->stack[0] + out.from, (int)(out.to - out.from), gt__real_type(),
              other, tag, gt__peers_channel(&t->peers), &requests[1]);
}

/* Whose operand is the left one does not matter to the bits of a sum. */
static void add_half(tree *t, int bucket, int s)
{
    gt_real *const *stack = t->peers.config.stack;
    gt__range kept = kept_after(t, bucket, s + 1);
    gt__add(stack[0] + kept.from, stack[1] + kept.from, kept.to - kept.from);
}

/* --- Stages: halvings, peers, and the same back. */

static bool goes_back(const tree *t, int bucket)
{
    return t->stage[bucket] >= t->stages / 2;
}

/* A stage and its way back have the same number. */
static int step_of(const tree *t, int bucket)
{
    int stage = t->stage[bucket];
    return goes_back(t, bucket) ? t->stages - 1 - stage : stage;
}

/* Two ranks meet in one step and its way back, and post the messages of one tag
 * in the same order. */
static void start(tree *t, int bucket)
{
    int step = step_of(t, bucket);
    bool back = goes_back(t, bucket);
    int tag = 2 * (t->peers.config.first_bucket + bucket) + back;
    if (step < t->peers.halvings)
        trade(t, bucket, step, back, tag);
    else if (back)
        t->peer_sums->ag_start(t->sums, bucket, tag, requests_of(t, bucket));
    else
        t->peer_sums->rs_start(t->sums, bucket, tag, requests_of(t, bucket));
}

static void end(tree *t, int bucket)
{
    int step = step_of(t, bucket);
    bool back = goes_back(t, bucket);
    if (step == t->peers.halvings && back)
        t->peer_sums->ag_finish(t->sums, bucket);
    else if (step == t->peers.halvings)
        t->peer_sums->rs_finish(t->sums, bucket);
    else if (!back)
        add_half(t, bucket, step);
}

static bool advance(tree *t, int bucket, int goal)
{
    while (t->stage[bucket] < goal) {
        int over;
        MPI_Testall(t->n_requests, requests_of(t, bucket), &over,
                    MPI_STATUSES_IGNORE);
        if (!over)
            return false;
        end(t, bucket);
        if (++t->stage[bucket] < goal)
            start(t, bucket);
    }
    return true;
}

static void post(void *sum, int bucket)
{
    tree *t = sum;
    t->stage[bucket] = 0;
    start(t, bucket);
}

/* The order of these sums is nobody's business. */
static void post_rounded(void *sum, int bucket)
{
    tree *t = sum;
    const gt__transport_config *c = &t->peers.config;
    gt__range all = gt__bucket_range(c->buckets, bucket);
    for (int i = c->n_blocks - 1; i > 0; i--)
        gt__add(c->stack[i - 1] + all.from, c->stack[i] + all.from,
                all.to - all.from);
    post(sum, bucket);
}

/* Slices are summed when half of the stages are done. */
static bool collect(void *sum, int bucket)
{
    tree *t = sum;
    return advance(t, bucket, t->stages / 2);
}

static void spread(void *sum, int bucket)
{
    start(sum, bucket);
}

static bool gather(void *sum, int bucket)
{
    tree *t = sum;
    return advance(t, bucket, t->stages);
}

static gt_real *result(const void *sum)
{
    const tree *t = sum;
    return t->peers.config.stack[0];
}

static int place_of(const void *sum, int rank)
{
    const tree *t = sum;
    return gt__peers_place(&t->peers, rank);
}

/* --- Setting up. */

static void discard(void *sum)
{
    tree *t = sum;
    if (!t)
        return;
    if (t->peer_sums)
        t->peer_sums->discard(t->sums);
    free(t->stage);
    free(t->requests);
    free(t);
}

static gt_status plan(tree *t, int halvings, const gt__peer_sums *peer_sums)
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
    tree *t = calloc(1, sizeof *t);
    if (!t)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate a reducer");
    t->peers.config = *config;
    gt_status status = plan(t, halvings, peer_sums);
    if (status != GT_OK)
        discard(t);
    else
        *out = t;
    return status;
}

static gt_status create(void **out, const gt__transport_config *config)
{
    int levels = gt__paired_levels(config->comm->size, config->n_shards);
    return create_with(out, config, levels, &gt__peer_sums_exact);
}

/* On one node ranks are all peers, as if each were a node. */
static gt_status create_rounded(void **out, const gt__transport_config *config)
{
    const gt_comm *comm = config->comm;
    return create_with(out, config, comm->nodes > 1 ? comm->mpi->halvings : 0,
                       &gt__peer_sums_bf16);
}

const gt__transport gt__transport_tree = {.create = create,
                                          .discard = discard,
                                          .result = result,
                                          .post = post,
                                          .reduce_scatter = collect,
                                          .allgather_start = spread,
                                          .allgather_test = gather,
                                          .place = place_of};

/* Nobody owns slices: it is collected when all of it is there. */
const gt__transport gt__transport_bf16 = {.create = create_rounded,
                                          .discard = discard,
                                          .result = result,
                                          .post = post_rounded,
                                          .reduce_scatter = gather};
