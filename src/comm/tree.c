/* tree.c: two ways to the same sums.
 *
 * Where the number of shards is a power of two, a rank's part is one node of
 * the tree, and a halving butterfly walks up the tree: in stage s a rank trades
 * halves with the rank whose number differs in bit s, so nodes two apart in
 * shard order meet last, and each ends with one slice of the whole sum. Then
 * the same way back with finished slices. Every rank sends and receives
 * 2 (1 - 1/ranks) vectors, as little as any all-reduce (Rabenseifner 2004).
 *
 * Else a rank's part may be several nodes that must not be added to each other
 * yet (shards 3, 4, 5 are the nodes 3 and 4-5). Each slice has an owner, who
 * gets everybody's nodes of it, evaluates the tree, and sends the sum to all.
 *
 * A bucket is a state machine: the requests of its present stage, and what to
 * do when they are done. */
#include "comm/tree.h"

#include "comm/nodes.h"
#include "gentrain/arena.h"

#include <stdlib.h>
#include <string.h>

enum { CHUNK = 2048 }; /* reals that stay in the first-level cache */

struct gt__tree_sum {
    MPI_Comm comm;
    int rank, size;
    const gt__buckets *buckets;
    gt_real *const *blocks;
    int n_own;      /* of blocks */
    int halvings;   /* of a butterfly; 0: by owners */
    int stages;     /* of a bucket, in all */
    int *stage;     /* of each bucket; == stages: done */
    int n_requests; /* of a bucket */
    MPI_Request *requests;
    gt__nodes nodes; /* by owners */
    gt_arena arena;  /* where nodes arrive, [bucket][node][pitch] */
    size_t pitch;    /* longest slice */
    gt_real **node;  /* [nodes.n], while a slice is evaluated */
};

static bool is_power_of_two(int n)
{
    return (n & (n - 1)) == 0;
}

static MPI_Request *requests_of(const gt__tree_sum *t, int bucket)
{
    return t->requests + (size_t)bucket * (size_t)t->n_requests;
}

/* Two ranks post the messages of one tag in the same order. */
static int tag_of(int bucket, bool back)
{
    return 2 * bucket + back;
}

/* --- The butterfly. */

/* What this rank still has to do with after s halvings of the slices. */
static gt__span kept_after(const gt__tree_sum *t, int bucket, int s)
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
static gt__span given_by(const gt__tree_sum *t, int bucket, int s)
{
    gt__span all = kept_after(t, bucket, s),
             kept = kept_after(t, bucket, s + 1);
    if (t->rank >> s & 1)
        return (gt__span){all.from, kept.from};
    return (gt__span){kept.to, all.to};
}

static void trade(gt__tree_sum *t, int bucket, int s, gt__span out, gt__span in,
                  gt_real *to)
{
    MPI_Request *requests = requests_of(t, bucket);
    int other = t->rank ^ 1 << s;
    int tag = tag_of(bucket, t->stage[bucket] >= t->halvings);
    MPI_Irecv(to + in.from, (int)(in.to - in.from), gt__real_type(), other, tag,
              t->comm, &requests[0]);
    MPI_Isend(t->blocks[0] + out.from, (int)(out.to - out.from),
              gt__real_type(), other, tag, t->comm, &requests[1]);
}

static void start_butterfly(gt__tree_sum *t, int bucket)
{
    int stage = t->stage[bucket];
    if (stage < t->halvings) {
        trade(t, bucket, stage, given_by(t, bucket, stage),
              kept_after(t, bucket, stage + 1), t->blocks[1]);
    } else {
        int s = t->stages - 1 - stage;
        trade(t, bucket, s, kept_after(t, bucket, s + 1),
              given_by(t, bucket, s), t->blocks[0]);
    }
}

/* Whose operand is the left one does not matter to the bits of a sum. */
static void end_butterfly(gt__tree_sum *t, int bucket)
{
    int stage = t->stage[bucket];
    if (stage >= t->halvings)
        return;
    gt__span kept = kept_after(t, bucket, stage + 1);
    gt__add(t->blocks[0] + kept.from, t->blocks[1] + kept.from,
            kept.to - kept.from);
}

/* --- By owners. */

static gt__span slice_of(const gt__tree_sum *t, int bucket, int owner)
{
    return gt__bucket_slice(t->buckets, bucket, owner, t->size);
}

static gt_real *inbox(const gt__tree_sum *t, int bucket, int node)
{
    size_t at = (size_t)bucket * (size_t)t->nodes.n + (size_t)node;
    return t->arena.base + at * t->pitch;
}

/* Each rank begins with another one, so that nobody is asked by all at once. */
static void start_by_owners(gt__tree_sum *t, int bucket)
{
    MPI_Request *r = requests_of(t, bucket);
    bool gather = t->stage[bucket] == 1;
    int tag = tag_of(bucket, gather);
    gt__span mine = slice_of(t, bucket, t->rank);
    int n = (int)(mine.to - mine.from);
    for (int k = 1; k < t->size; k++) {
        int from = (t->rank + t->size - k) % t->size;
        if (gather) {
            gt__span in = slice_of(t, bucket, from);
            MPI_Irecv(t->blocks[0] + in.from, (int)(in.to - in.from),
                      gt__real_type(), from, tag, t->comm, r++);
            continue;
        }
        for (int i = t->nodes.first[from]; i < t->nodes.first[from + 1]; i++)
            MPI_Irecv(inbox(t, bucket, i), n, gt__real_type(), from, tag,
                      t->comm, r++);
    }
    for (int k = 1; k < t->size; k++) {
        int to = (t->rank + k) % t->size;
        gt__span out = gather ? mine : slice_of(t, bucket, to);
        for (int i = 0; i < (gather ? 1 : t->n_own); i++)
            MPI_Isend(t->blocks[i] + out.from, (int)(out.to - out.from),
                      gt__real_type(), to, tag, t->comm, r++);
    }
}

static void end_by_owners(gt__tree_sum *t, int bucket)
{
    if (t->stage[bucket] == 1)
        return;
    gt__span mine = slice_of(t, bucket, t->rank);
    int own = t->nodes.first[t->rank];
    for (int i = 0; i < t->nodes.n; i++)
        t->node[i] = inbox(t, bucket, i);
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

/* --- Either. */

static void start(gt__tree_sum *t, int bucket)
{
    if (t->halvings)
        start_butterfly(t, bucket);
    else
        start_by_owners(t, bucket);
}

void gt__tree_sum_post(gt__tree_sum *t, int bucket)
{
    t->stage[bucket] = 0;
    start(t, bucket);
}

/* The slices are summed when half of the stages are done. */
static bool advance(gt__tree_sum *t, int bucket, int goal, bool wait)
{
    while (t->stage[bucket] < goal) {
        MPI_Request *requests = requests_of(t, bucket);
        int over = 1;
        if (wait)
            MPI_Waitall(t->n_requests, requests, MPI_STATUSES_IGNORE);
        else
            MPI_Testall(t->n_requests, requests, &over, MPI_STATUSES_IGNORE);
        if (!over)
            return false;
        if (t->halvings)
            end_butterfly(t, bucket);
        else
            end_by_owners(t, bucket);
        if (++t->stage[bucket] < goal)
            start(t, bucket);
    }
    return true;
}

bool gt__tree_sum_collect(gt__tree_sum *t, int bucket, bool wait)
{
    return advance(t, bucket, t->stages / 2, wait);
}

void gt__tree_sum_spread(gt__tree_sum *t, int bucket)
{
    start(t, bucket);
}

bool gt__tree_sum_gather(gt__tree_sum *t, int bucket, bool wait)
{
    return advance(t, bucket, t->stages, wait);
}

/* A butterfly's first halving is by the lowest bit of a rank's number. */
int gt__tree_sum_place(const gt__tree_sum *t, int rank)
{
    if (!t->halvings)
        return rank;
    int place = 0;
    for (int i = 0; i < t->halvings; i++)
        place = 2 * place + (rank >> i & 1);
    return place;
}

/* --- Setting up. */

static gt_status plan_owners(gt__tree_sum *t, int n_shards)
{
    gt_status status = gt__nodes_plan(&t->nodes, t->size, n_shards);
    if (status != GT_OK)
        return status;
    size_t nodes = (size_t)t->nodes.n;
    t->node = calloc(nodes, sizeof *t->node);
    if (!t->node)
        return GT_ERR_MEMORY;
    t->n_own = t->nodes.first[t->rank + 1] - t->nodes.first[t->rank];
    t->stages = 2;
    t->n_requests = t->nodes.n - t->n_own + t->n_own * (t->size - 1);
    if (t->n_requests < 2 * (t->size - 1))
        t->n_requests = 2 * (t->size - 1);
    t->pitch = gt__longest_slice(t->buckets, t->size);
    gt_arena_reserve(&t->arena, (size_t)t->buckets->n * nodes * t->pitch);
    return gt_arena_commit(&t->arena, "gradients of other ranks");
}

gt_status gt__tree_sum_new(gt__tree_sum **out, const gt__tree_config *config)
{
    gt__tree_sum *t = calloc(1, sizeof *t);
    if (!t)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate a reducer");
    t->comm = config->comm;
    t->rank = config->rank;
    t->size = config->size;
    t->buckets = config->buckets;
    t->blocks = config->blocks;
    gt_status status = GT_OK;
    if (is_power_of_two(t->size) && is_power_of_two(config->n_shards)) {
        t->n_own = 1;
        while (1 << t->halvings < t->size)
            t->halvings++;
        t->stages = 2 * t->halvings;
        t->n_requests = 2;
    } else {
        status = plan_owners(t, config->n_shards);
    }
    size_t n = (size_t)t->buckets->n, requests = n * (size_t)t->n_requests;
    t->stage = calloc(n ? n : 1, sizeof *t->stage);
    t->requests = calloc(requests ? requests : 1, sizeof *t->requests);
    if (status != GT_OK || !t->stage || !t->requests) {
        gt__tree_sum_free(t);
        return gt_fail(GT_ERR_MEMORY, "cannot allocate a reducer");
    }
    for (size_t i = 0; i < requests; i++)
        t->requests[i] = MPI_REQUEST_NULL;
    *out = t;
    return GT_OK;
}

void gt__tree_sum_free(gt__tree_sum *t)
{
    if (!t)
        return;
    free(t->stage);
    free(t->requests);
    gt__nodes_free(&t->nodes);
    free(t->node);
    gt_arena_free(&t->arena);
    free(t);
}
