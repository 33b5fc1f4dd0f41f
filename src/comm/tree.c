/* tree.c: halving among ranks whose sums may be added to each other, then
 * owners among the rest.
 *
 * Where a rank's number of shards is a power of two, its part is one node of
 * the tree, and ranks walk up the tree as long as that goes in pairs: in
 * halving s a rank trades halves with the rank whose number differs in bit s,
 * so nodes two apart in shard order meet last. With 2^a times an odd number of
 * ranks there are a halvings, after which the 2^a ranks of a group hold a slice
 * each of one node. Ranks with the same slice, one of each group, are peers.
 *
 * Else a rank's part may be several nodes that must not be added to each other
 * yet (shards 3, 4, 5 are the nodes 3 and 4-5), and each rank is a group.
 *
 * Peers cut their slice up. Each part has an owner, who gets everybody's nodes
 * of it, evaluates the tree, and sends the sum to all. Then the same way back
 * with finished slices. On powers of two, every rank sends and receives
 * 2 (1 - 1/ranks) vectors, as little as any all-reduce (Rabenseifner 2004).
 *
 * A bucket is a state machine: the requests of its present stage, and what to
 * do when they are done. */
#include "comm/way.h"

#include "comm/nodes.h"

#include <stdlib.h>
#include <string.h>

enum { CHUNK = 2048 }; /* reals that stay in the first-level cache */

typedef struct tree {
    MPI_Comm comm;
    int rank, size;
    const gt__buckets *buckets;
    gt_real *const *blocks;
    int n_own;         /* of blocks */
    int halvings;      /* stages of it */
    int groups, group; /* of ranks, and this rank's */
    int stages;        /* of a bucket, there and back */
    int *stage;        /* of each bucket; == stages: done */
    int n_requests;    /* of a bucket */
    MPI_Request *requests;
    gt__nodes nodes;  /* of groups */
    gt_real *arrived; /* peers' nodes, [bucket][node][pitch] */
    size_t pitch;     /* longest slice */
    gt_real **node;   /* [nodes.n], while a slice is evaluated */
} tree;

static MPI_Request *requests_of(const tree *t, int bucket)
{
    return t->requests + (size_t)bucket * (size_t)t->n_requests;
}

/* Two ranks meet in one stage and its way back, and post the messages of one
 * tag in the same order. */
static int tag_of(int bucket, bool back)
{
    return 2 * bucket + back;
}

/* Halvings take bits of a rank's number from the lowest on. */
static int place_of(const void *sum, int rank)
{
    const tree *t = sum;
    int place = 0;
    for (int i = 0; i < t->halvings; i++)
        place = 2 * place + (rank >> i & 1);
    return place * t->groups + (rank >> t->halvings);
}

/* --- Halving. */

/* What this rank still has to do with after s halvings of the slices. */
static gt__span kept_after(const tree *t, int bucket, int s)
{
    int first = 0, n = t->size;
    for (int i = 0; i < s; i++) {
        n /= 2;
        first += t->rank >> i & 1 ? n : 0;
    }
    gt__span from = gt__bucket_slice(t->buckets, bucket, first, t->size);
    gt__span to = gt__bucket_slice(t->buckets, bucket, first + n - 1, t->size);
    return (gt__span){from.from, to.to};
}

/* What halving s gives away. */
static gt__span given_by(const tree *t, int bucket, int s)
{
    gt__span all = kept_after(t, bucket, s),
             kept = kept_after(t, bucket, s + 1);
    if (t->rank >> s & 1)
        return (gt__span){all.from, kept.from};
    return (gt__span){kept.to, all.to};
}

static void trade(tree *t, int bucket, int s, bool back)
{
    MPI_Request *requests = requests_of(t, bucket);
    int other = t->rank ^ 1 << s, tag = tag_of(bucket, back);
    gt__span kept = kept_after(t, bucket, s + 1);
    gt__span given = given_by(t, bucket, s);
    gt__span out = back ? kept : given, in = back ? given : kept;
    MPI_Irecv(t->blocks[back ? 0 : 1] + in.from, (int)(in.to - in.from),
              gt__real_type(), other, tag, t->comm, &requests[0]);
    MPI_Isend(t->blocks[0] + out.from, (int)(out.to - out.from),
              gt__real_type(), other, tag, t->comm, &requests[1]);
}

/* Whose operand is the left one does not matter to the bits of a sum. */
static void add_half(tree *t, int bucket, int s)
{
    gt__span kept = kept_after(t, bucket, s + 1);
    gt__add(t->blocks[0] + kept.from, t->blocks[1] + kept.from,
            kept.to - kept.from);
}

/* --- Owners. */

/* Number k after this rank in the circle of its peers, so that nobody is asked
 * by all at once. */
static int peer_group(const tree *t, int k)
{
    return (t->group + k) % t->groups;
}

static int peer(const tree *t, int group)
{
    return t->rank + ((group - t->group) << t->halvings);
}

static gt__span slice_of(const tree *t, int bucket, int rank)
{
    return gt__bucket_slice(t->buckets, bucket, place_of(t, rank), t->size);
}

static gt_real *arrived(const tree *t, int bucket, int node)
{
    size_t at = (size_t)bucket * (size_t)t->nodes.n + (size_t)node;
    return t->arrived + at * t->pitch;
}

static void send_nodes(tree *t, int bucket)
{
    MPI_Request *r = requests_of(t, bucket);
    int tag = tag_of(bucket, false);
    gt__span mine = slice_of(t, bucket, t->rank);
    for (int k = t->groups - 1; k > 0; k--) {
        int from = peer_group(t, k);
        for (int i = t->nodes.first[from]; i < t->nodes.first[from + 1]; i++)
            MPI_Irecv(arrived(t, bucket, i), (int)(mine.to - mine.from),
                      gt__real_type(), peer(t, from), tag, t->comm, r++);
    }
    for (int k = 1; k < t->groups; k++) {
        int to = peer(t, peer_group(t, k));
        gt__span out = slice_of(t, bucket, to);
        for (int i = 0; i < t->n_own; i++)
            MPI_Isend(t->blocks[i] + out.from, (int)(out.to - out.from),
                      gt__real_type(), to, tag, t->comm, r++);
    }
}

static void send_sums(tree *t, int bucket)
{
    MPI_Request *r = requests_of(t, bucket);
    int tag = tag_of(bucket, true);
    gt__span mine = slice_of(t, bucket, t->rank);
    for (int k = t->groups - 1; k > 0; k--) {
        int from = peer(t, peer_group(t, k));
        gt__span in = slice_of(t, bucket, from);
        MPI_Irecv(t->blocks[0] + in.from, (int)(in.to - in.from),
                  gt__real_type(), from, tag, t->comm, r++);
    }
    for (int k = 1; k < t->groups; k++)
        MPI_Isend(t->blocks[0] + mine.from, (int)(mine.to - mine.from),
                  gt__real_type(), peer(t, peer_group(t, k)), tag, t->comm,
                  r++);
}

static void evaluate(tree *t, int bucket)
{
    gt__span mine = slice_of(t, bucket, t->rank);
    int own = t->nodes.first[t->group];
    for (int i = 0; i < t->nodes.n; i++)
        t->node[i] = arrived(t, bucket, i);
    for (int i = 0; i < t->n_own; i++)
        t->node[own + i] = t->blocks[i] + mine.from;
    size_t n = mine.to - mine.from;
    for (size_t at = 0; at < n; at += CHUNK) {
        size_t length = n - at < CHUNK ? n - at : CHUNK;
        for (int i = 0; i < t->nodes.n - 1; i++)
            gt__add(t->node[t->nodes.sums[i][0]] + at,
                    t->node[t->nodes.sums[i][1]] + at, length);
    }
    if (own > 0)
        memcpy(t->blocks[0] + mine.from, t->node[0], n * sizeof *t->blocks[0]);
}

/* --- Stages: halvings, owners among peers, and the same back. */

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

static void start(tree *t, int bucket)
{
    int step = step_of(t, bucket);
    if (step < t->halvings)
        trade(t, bucket, step, goes_back(t, bucket));
    else if (!goes_back(t, bucket))
        send_nodes(t, bucket);
    else
        send_sums(t, bucket);
}

static void end(tree *t, int bucket)
{
    int step = step_of(t, bucket);
    if (goes_back(t, bucket))
        return;
    if (step < t->halvings)
        add_half(t, bucket, step);
    else
        evaluate(t, bucket);
}

static gt_real *result(const void *sum)
{
    const tree *t = sum;
    return t->blocks[0];
}

static void post(void *sum, int bucket)
{
    tree *t = sum;
    t->stage[bucket] = 0;
    start(t, bucket);
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

/* --- Setting up. */

/* Where nodes arrive is not touched before they do: ranks may find that they
 * need no messages. */
static gt_status plan_owners(tree *t, int n_shards)
{
    gt_status status = gt__nodes_plan(&t->nodes, t->groups, n_shards);
    if (status != GT_OK)
        return status;
    size_t nodes = (size_t)t->nodes.n;
    t->n_own = t->nodes.first[t->group + 1] - t->nodes.first[t->group];
    t->stages += 2;
    t->n_requests = t->nodes.n - t->n_own + t->n_own * (t->groups - 1);
    t->pitch = gt__longest_slice(t->buckets, t->size);
    size_t arriving = (size_t)t->buckets->n * nodes * t->pitch;
    t->node = calloc(nodes, sizeof *t->node);
    t->arrived = calloc(arriving ? arriving : 1, sizeof *t->arrived);
    if (!t->node || !t->arrived)
        return gt_fail(GT_ERR_MEMORY,
                       "cannot allocate %.1f MB for gradients of other ranks",
                       (double)(arriving * sizeof *t->arrived) / 1e6);
    return GT_OK;
}

static gt_status plan(tree *t, int n_shards)
{
    bool single = (n_shards & (n_shards - 1)) == 0;
    while (single && (t->size >> t->halvings) % 2 == 0)
        t->halvings++;
    t->groups = t->size >> t->halvings;
    t->group = t->rank >> t->halvings;
    t->n_own = 1;
    t->stages = 2 * t->halvings;
    t->n_requests = 2;
    gt_status status = GT_OK;
    if (t->groups > 1)
        status = plan_owners(t, n_shards << t->halvings);
    if (status != GT_OK)
        return status;
    size_t n = (size_t)t->buckets->n, requests = n * (size_t)t->n_requests;
    t->stage = calloc(n ? n : 1, sizeof *t->stage);
    t->requests = calloc(requests ? requests : 1, sizeof(MPI_Request));
    if (!t->stage || !t->requests)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate a reducer");
    for (size_t i = 0; i < requests; i++)
        t->requests[i] = MPI_REQUEST_NULL;
    return GT_OK;
}

static void discard(void *sum)
{
    tree *t = sum;
    if (!t)
        return;
    free(t->stage);
    free(t->requests);
    gt__nodes_free(&t->nodes);
    free(t->node);
    free(t->arrived);
    free(t);
}

static gt_status create(void **out, const gt__way_config *config)
{
    tree *t = calloc(1, sizeof *t);
    if (!t)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate a reducer");
    t->comm = config->lane;
    t->rank = config->comm->rank;
    t->size = config->comm->size;
    t->buckets = config->buckets;
    t->blocks = config->stack;
    gt_status status = plan(t, config->n_shards);
    if (status != GT_OK)
        discard(t);
    else
        *out = t;
    return status;
}

const gt__way gt__tree_way = {.create = create,
                              .discard = discard,
                              .result = result,
                              .post = post,
                              .collect = collect,
                              .spread = spread,
                              .gather = gather,
                              .place = place_of};
