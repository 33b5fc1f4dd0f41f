/* transport_shared.c: two counters a rank are all the talk there is: how many
 * buckets it has posted and of how many its slice is ready for the others,
 * since the job began. They only grow, so they never need to be put back.
 * Nobody writes what another still reads: a slice of the result is written when
 * every rank has posted the bucket, which it does after its last look at the
 * previous result; and a rank's vectors are its own again when all slices of
 * all buckets are done. */
#include "comm/transport_shared.h"

#include "comm/nodes.h"
#include "comm/segment.h"
#include "core/arena.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

enum {
    CHUNK = 1024, /* reals that stay in the first-level cache */
    LINE = 64     /* bytes; a counter has a cache line of its own */
};

/* At the beginning of each rank's memory. */
typedef struct counters {
    _Alignas(LINE) _Atomic uint64_t posted;
    _Alignas(LINE) _Atomic uint64_t done;
} counters;
_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2,
               "counters that processes share must need no lock");

typedef struct shared {
    gt__segment segment;
    int rank, size;
    size_t count;
    const gt__buckets *buckets;
    gt__nodes nodes;
    counters **of;        /* [size] */
    const gt_real **base; /* [nodes.n]: where each node's vector is */
    const gt_real **at;   /* [nodes.n], while a slice is evaluated */
    gt_real *result;      /* in rank 0's memory */
    uint64_t before;      /* buckets of the steps before this one */
    int collected;        /* buckets of this step */
    gt_arena arena;       /* [nodes.n][CHUNK] for sums on the way */
} shared;

static size_t vector_bytes(size_t count)
{
    return (count * sizeof(gt_real) + LINE - 1) / LINE * LINE;
}

/* Vector i of a rank. Rank 0 has the result in front of its own; ranks may have
 * different numbers of them. */
static gt_real *vector_at(const shared *s, int rank, int i)
{
    size_t place = (size_t)i + (rank == 0);
    return (gt_real *)(void *)((char *)s->of[rank] + sizeof(counters) +
                               place * vector_bytes(s->count));
}

gt_real *gt__transport_shared_vector(const void *sum, int i)
{
    const shared *s = sum;
    return vector_at(s, s->rank, i);
}

/* But for this rank's slices it is for reading. */
static gt_real *result(const void *sum)
{
    const shared *s = sum;
    return s->result;
}

/* --- A step. */

static void post(void *sum, int bucket)
{
    shared *s = sum;
    _Atomic uint64_t *posted = &s->of[s->rank]->posted;
    if (bucket == 0) {
        uint64_t n = (uint64_t)s->buckets->n;
        s->before = atomic_load(posted) / n * n;
        s->collected = 0;
    }
    atomic_store_explicit(posted, s->before + (uint64_t)bucket + 1,
                          memory_order_release);
}

/* Whether all ranks' counters have come to `goal`. */
static bool all_reached(const shared *s, bool done, uint64_t goal)
{
    for (int k = 1; k < s->size; k++) {
        counters *other = s->of[(s->rank + k) % s->size];
        _Atomic uint64_t *counter = done ? &other->done : &other->posted;
        if (atomic_load_explicit(counter, memory_order_acquire) < goal)
            return false;
    }
    return true;
}

static void add_to(gt_real *restrict to, const gt_real *restrict a,
                   const gt_real *restrict b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        to[i] = a[i] + b[i];
}

static void add_nodes(gt_real *to, const gt_real *a, const gt_real *b, size_t n)
{
    if (a == to)
        gt__add(to, b, n);
    else
        add_to(to, a, b, n);
}

/* Nodes stay as they are; sums on the way go to chunks of our own, the last one
 * into the result. */
static void evaluate(shared *s, gt__range slice)
{
    int last = s->nodes.n - 2;
    for (size_t from = slice.from; from < slice.to; from += CHUNK) {
        size_t n = slice.to - from < CHUNK ? slice.to - from : CHUNK;
        for (int i = 0; i < s->nodes.n; i++)
            s->at[i] = s->base[i] + from;
        for (int i = 0; i <= last; i++) {
            int left = s->nodes.sums[i][0], right = s->nodes.sums[i][1];
            gt_real *to = i == last ? s->result + from
                                    : s->arena.base + (size_t)left * CHUNK;
            add_nodes(to, s->at[left], s->at[right], n);
            s->at[left] = to;
        }
    }
}

/* Slices are summed in the order of buckets, so that `done` can be counted. */
static bool collect(void *sum, int bucket)
{
    shared *s = sum;
    if (bucket != s->collected)
        return bucket < s->collected;
    if (!all_reached(s, false, s->before + (uint64_t)bucket + 1))
        return false;
    evaluate(s, gt__bucket_slice(s->buckets, bucket, s->rank, s->size));
    s->collected++;
    return true;
}

static void spread(void *sum, int bucket)
{
    shared *s = sum;
    atomic_store_explicit(&s->of[s->rank]->done,
                          s->before + (uint64_t)bucket + 1,
                          memory_order_release);
}

static bool gather(void *sum, int bucket)
{
    shared *s = sum;
    return all_reached(s, true, s->before + (uint64_t)bucket + 1);
}

static int place_of(const void *sum, int rank)
{
    (void)sum;
    return rank;
}

/* --- Setting up. */

static gt_status plan(shared *s, const gt__transport_config *config)
{
    gt_status status = gt__nodes_plan(&s->nodes, s->size, config->n_shards);
    if (status != GT_OK)
        return status;
    size_t n = (size_t)s->nodes.n;
    s->of = calloc((size_t)s->size, sizeof *s->of);
    s->base = calloc(n, sizeof *s->base);
    s->at = calloc(n, sizeof *s->at);
    if (!s->of || !s->base || !s->at)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate a reducer");
    gt_arena_reserve(&s->arena, n * CHUNK);
    return gt_arena_commit(&s->arena, "sums of gradients");
}

/* Counters begin with 0, as all of the memory does. */
static gt_status share_memory(shared *s, const gt__transport_config *config)
{
    size_t vectors = (size_t)config->n_vectors + (s->rank == 0);
    gt_status status =
        gt__segment_new(&s->segment, config->comm,
                        sizeof(counters) + vectors * vector_bytes(s->count));
    if (status != GT_OK)
        return status;
    for (int r = 0; r < s->size; r++) {
        s->of[r] = gt__segment_part(&s->segment, r);
        for (int i = s->nodes.first[r]; i < s->nodes.first[r + 1]; i++)
            s->base[i] = vector_at(s, r, i - s->nodes.first[r]);
    }
    s->result = vector_at(s, 0, -1);
    return GT_OK;
}

static void discard(void *sum)
{
    shared *s = sum;
    if (!s)
        return;
    gt__segment_free(&s->segment);
    gt__nodes_free(&s->nodes);
    gt_arena_free(&s->arena);
    free(s->of);
    free((void *)s->base);
    free((void *)s->at);
    free(s);
}

static gt_status create(void **out, const gt__transport_config *config)
{
    shared *s = calloc(1, sizeof *s);
    gt_status status =
        s ? GT_OK : gt_fail(GT_ERR_MEMORY, "cannot allocate a reducer");
    if (s) {
        s->rank = config->comm->rank;
        s->size = config->comm->size;
        s->count = config->buckets->count;
        s->buckets = config->buckets;
        status = plan(s, config);
    }
    status = gt_comm_agree(config->comm, status);
    if (status == GT_OK)
        status = share_memory(s, config);
    if (status != GT_OK)
        discard(s);
    else
        *out = s;
    return status;
}

const gt__transport gt__transport_shared = {.create = create,
                                            .discard = discard,
                                            .result = result,
                                            .post = post,
                                            .reduce_scatter = collect,
                                            .allgather_start = spread,
                                            .allgather_test = gather,
                                            .place = place_of};
