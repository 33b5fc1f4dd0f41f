/* transport_shared.c: ranks on one machine add up their slices from where the
 * other ranks left their vectors, into one result that all read.
 *
 * Two counters a rank are all that they tell each other: how many buckets the
 * rank has started, and of how many its slice of the result is ready, since the
 * job began. They only grow, so nobody has to put them back. Nobody writes what
 * another rank still reads: a slice of the result is written when every rank
 * has started the bucket, which it does after its last look at the previous
 * result; and a rank's vectors are its own again when all slices of all buckets
 * are ready. tests/model/shared_sum.pml tries that in every order, and
 * tests/mpi_shared_delays.c with delays at every step. */
#include "comm/transport_shared.h"

#include "comm/segment.h"
#include "comm/shard_tree.h"
#include "core/arena.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

/* Tests put delays there (tests/mpi_shared_delays.c). */
#ifndef GT__PAUSE
#define GT__PAUSE() ((void)0)
#endif

enum {
    CHUNK = 1024, /* reals that stay in the first-level cache */
    LINE = 64     /* bytes; a counter has a cache line of its own */
};

/* At the beginning of each rank's memory. */
typedef struct counters {
    _Alignas(LINE) _Atomic uint64_t started;
    _Alignas(LINE) _Atomic uint64_t ready;
} counters;
_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2,
               "counters that processes share must need no lock");

typedef struct shared {
    gt__segment segment;
    int rank, size;
    size_t count;
    const gt__buckets *buckets; /* borrowed */
    gt__shard_tree tree;
    counters **of;         /* [size] */
    const gt_real **block; /* [tree.n]: where each block's sum is */
    const gt_real **at;    /* [tree.n], while a slice is added up */
    gt_real *result;       /* in rank 0's memory */
    uint64_t earlier;      /* buckets of earlier steps */
    int reduced;    /* buckets of this step, of which the slice is there */
    gt_arena arena; /* [tree.n][CHUNK] for sums in between */
} shared;

static size_t vector_bytes(size_t count)
{
    return (count * sizeof(gt_real) + LINE - 1) / LINE * LINE;
}

/* Vector i of a rank. Rank 0 has the result in front of its own; ranks may have
 * different numbers of them. */
static gt_real *vector_at(const shared *s, int rank, int i)
{
    size_t before = (size_t)i + (rank == 0);
    return (gt_real *)(void *)((char *)s->of[rank] + sizeof(counters) +
                               before * vector_bytes(s->count));
}

static gt_real *vector(const void *state, int i)
{
    const shared *s = state;
    return vector_at(s, s->rank, i);
}

/* A rank may write its own slices of it and read all of it. */
static gt_real *result(const void *state)
{
    const shared *s = state;
    return s->result;
}

/* --- A step. */

static void reduce_scatter_start(void *state, int bucket)
{
    shared *s = state;
    _Atomic uint64_t *started = &s->of[s->rank]->started;
    if (bucket == 0) {
        uint64_t n = (uint64_t)s->buckets->n;
        s->earlier = atomic_load(started) / n * n;
        s->reduced = 0;
    }
    atomic_store_explicit(started, s->earlier + (uint64_t)bucket + 1,
                          memory_order_release);
}

/* Whether the counters of all ranks have come to `goal`. */
static bool all_reached(const shared *s, bool ready, uint64_t goal)
{
    for (int k = 1; k < s->size; k++) {
        counters *other = s->of[(s->rank + k) % s->size];
        _Atomic uint64_t *counter = ready ? &other->ready : &other->started;
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

static void add_blocks(gt_real *to, const gt_real *a, const gt_real *b,
                       size_t n)
{
    if (a == to)
        gt__add(to, b, n);
    else
        add_to(to, a, b, n);
}

/* Blocks stay as they are; sums in between go to chunks of our own, the last
 * one into the result. */
static void add_up(shared *s, gt__interval slice)
{
    int last = s->tree.n - 2;
    for (size_t from = slice.from; from < slice.to; from += CHUNK) {
        size_t n = slice.to - from < CHUNK ? slice.to - from : CHUNK;
        for (int i = 0; i < s->tree.n; i++)
            s->at[i] = s->block[i] + from;
        for (int i = 0; i <= last; i++) {
            int left = s->tree.additions[i][0];
            int right = s->tree.additions[i][1];
            gt_real *to = i == last ? s->result + from
                                    : s->arena.base + (size_t)left * CHUNK;
            add_blocks(to, s->at[left], s->at[right], n);
            s->at[left] = to;
            GT__PAUSE();
        }
    }
}

/* Slices are added up in the order of buckets, as `ready` is a number. */
static bool reduce_scatter_test(void *state, int bucket)
{
    shared *s = state;
    if (bucket != s->reduced)
        return bucket < s->reduced;
    if (!all_reached(s, false, s->earlier + (uint64_t)bucket + 1))
        return false;
    add_up(s, gt__bucket_slice(s->buckets, bucket, s->rank, s->size));
    s->reduced++;
    return true;
}

static void allgather_start(void *state, int bucket)
{
    shared *s = state;
    atomic_store_explicit(&s->of[s->rank]->ready,
                          s->earlier + (uint64_t)bucket + 1,
                          memory_order_release);
}

static bool allgather_test(void *state, int bucket)
{
    shared *s = state;
    return all_reached(s, true, s->earlier + (uint64_t)bucket + 1);
}

static int slice_of(const void *state, int rank)
{
    (void)state;
    return rank;
}

/* --- Setting up. */

static gt_status plan(shared *s, const gt__transport_config *config)
{
    gt_status status = gt__shard_tree_plan(&s->tree, s->size, config->n_shards);
    if (status != GT_OK)
        return status;
    size_t n = (size_t)s->tree.n;
    s->of = calloc((size_t)s->size, sizeof *s->of);
    s->block = calloc(n, sizeof *s->block);
    s->at = calloc(n, sizeof *s->at);
    if (!s->of || !s->block || !s->at)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate a reducer");
    gt_arena_reserve(&s->arena, n * CHUNK);
    return gt_arena_commit(&s->arena, "sums of gradients");
}

/* Counters begin with 0, as all of the memory does. Collective. */
static gt_status share_memory(shared *s, const gt__transport_config *config)
{
    size_t vectors = (size_t)config->n_vectors + (s->rank == 0);
    gt_status status =
        gt__segment_new(&s->segment, config->comm,
                        sizeof(counters) + vectors * vector_bytes(s->count));
    if (status != GT_OK)
        return status;
    for (int r = 0; r < s->size; r++) {
        s->of[r] = gt__segment_of(&s->segment, r);
        for (int i = s->tree.first[r]; i < s->tree.first[r + 1]; i++)
            s->block[i] = vector_at(s, r, i - s->tree.first[r]);
    }
    s->result = vector_at(s, 0, -1);
    return GT_OK;
}

static void destroy(void *state)
{
    shared *s = state;
    if (!s)
        return;
    gt__segment_free(&s->segment);
    gt__shard_tree_free(&s->tree);
    gt_arena_free(&s->arena);
    free(s->of);
    free((void *)s->block);
    free((void *)s->at);
    free(s);
}

/* Collective. */
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
        destroy(s);
    else
        *out = s;
    return status;
}

const gt__transport gt__transport_shared = {
    .create = create,
    .destroy = destroy,
    .result = result,
    .vector = vector,
    .reduce_scatter_start = reduce_scatter_start,
    .reduce_scatter_test = reduce_scatter_test,
    .allgather_start = allgather_start,
    .allgather_test = allgather_test,
    .slice_of = slice_of};
