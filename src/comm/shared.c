/* shared.c: two counters a rank are all the talk there is: how many buckets it
 * has posted and of how many its slice is ready for the others, since the job
 * began. They only grow, so they never need to be put back. Nobody writes what
 * another still reads: a slice of the result is written when every rank has
 * posted the bucket, which it does after its last look at the previous result;
 * and a rank's vectors are its own again when all slices of all buckets are
 * done. */
#include "comm/shared.h"

#include "comm/nodes.h"
#include "gentrain/arena.h"
#include "gentrain/phase.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

enum {
    CHUNK = 1024, /* reals that stay in the first-level cache */
    LINE = 64,    /* bytes; a counter has a cache line of its own */
    PATIENCE = 256
};

/* At the beginning of each rank's memory. */
typedef struct counters {
    _Alignas(LINE) _Atomic uint64_t posted;
    _Alignas(LINE) _Atomic uint64_t done;
} counters;

struct gt__shared_sum {
    MPI_Win window;
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
};

static size_t vector_bytes(size_t count)
{
    return (count * sizeof(gt_real) + LINE - 1) / LINE * LINE;
}

/* Vector i of a rank. Rank 0 has the result in front of its own; ranks may have
 * different numbers of them. */
static gt_real *vector_at(const gt__shared_sum *s, int rank, int i)
{
    size_t place = (size_t)i + (rank == 0);
    return (gt_real *)(void *)((char *)s->of[rank] + sizeof(counters) +
                               place * vector_bytes(s->count));
}

/* --- Setting up. */

/* MPI's failure must not end the job: there is another way. */
static bool allocate_window(gt__shared_sum *s, const gt__shared_config *config)
{
    int vectors = config->n_vectors + (config->rank == 0);
    MPI_Aint bytes = (MPI_Aint)(LINE + sizeof(counters) +
                                (size_t)vectors * vector_bytes(config->count));
    void *mine;
    MPI_Info info;
    MPI_Errhandler handler;
    MPI_Info_create(&info);
    MPI_Info_set(info, "alloc_shared_noncontig", "true");
    MPI_Comm_get_errhandler(config->comm, &handler);
    MPI_Comm_set_errhandler(config->comm, MPI_ERRORS_RETURN);
    s->window = MPI_WIN_NULL;
    int ok = MPI_Win_allocate_shared(bytes, 1, info, config->comm, &mine,
                                     &s->window) == MPI_SUCCESS;
    MPI_Comm_set_errhandler(config->comm, handler);
    MPI_Errhandler_free(&handler);
    MPI_Info_free(&info);
    int all;
    MPI_Allreduce(&ok, &all, 1, MPI_INT, MPI_LAND, config->comm);
    if (ok && !all)
        MPI_Win_free(&s->window);
    return all;
}

/* MPI begins anywhere. Pages are the same in all processes, so what is a line's
 * beginning here is one there. */
static counters *aligned(void *memory)
{
    uintptr_t at = (uintptr_t)memory;
    return (counters *)((at + LINE - 1) / LINE * LINE);
}

static void find_memory(gt__shared_sum *s, const gt__shared_config *config)
{
    for (int r = 0; r < s->size; r++) {
        MPI_Aint bytes;
        int unit;
        void *memory;
        MPI_Win_shared_query(s->window, r, &bytes, &unit, &memory);
        s->of[r] = aligned(memory);
        for (int i = s->nodes.first[r]; i < s->nodes.first[r + 1]; i++)
            s->base[i] = vector_at(s, r, i - s->nodes.first[r]);
    }
    s->result = vector_at(s, 0, -1);
    atomic_init(&s->of[s->rank]->posted, 0);
    atomic_init(&s->of[s->rank]->done, 0);
    MPI_Barrier(config->comm);
}

static gt_status plan(gt__shared_sum *s, const gt__shared_config *config)
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

gt_status gt__shared_sum_new(gt__shared_sum **out,
                             const gt__shared_config *config)
{
    *out = NULL;
    gt__shared_sum *s = calloc(1, sizeof *s);
    gt_status status =
        s ? GT_OK : gt_fail(GT_ERR_MEMORY, "cannot allocate a reducer");
    if (s) {
        s->rank = config->rank;
        s->size = config->size;
        s->count = config->count;
        s->buckets = config->buckets;
        s->window = MPI_WIN_NULL;
        status = plan(s, config);
    }
    const char *before = gt_phase_enter(gt_phase_ranks);
    int ok = status == GT_OK, all;
    MPI_Allreduce(&ok, &all, 1, MPI_INT, MPI_LAND, config->comm);
    if (all && allocate_window(s, config)) {
        find_memory(s, config);
        *out = s;
    } else {
        gt__shared_sum_free(s);
    }
    gt_phase_leave(before);
    return status;
}

void gt__shared_sum_free(gt__shared_sum *s)
{
    if (!s)
        return;
    if (s->window != MPI_WIN_NULL)
        MPI_Win_free(&s->window);
    gt__nodes_free(&s->nodes);
    gt_arena_free(&s->arena);
    free(s->of);
    free((void *)s->base);
    free((void *)s->at);
    free(s);
}

gt_real *gt__shared_sum_vector(const gt__shared_sum *s, int i)
{
    return vector_at(s, s->rank, i);
}

gt_real *gt__shared_sum_result(const gt__shared_sum *s)
{
    return s->result;
}

/* --- A step. */

void gt__shared_sum_begin(gt__shared_sum *s)
{
    uint64_t n = (uint64_t)s->buckets->n;
    s->before = atomic_load(&s->of[s->rank]->posted) / n * n;
    s->collected = 0;
}

void gt__shared_sum_post(gt__shared_sum *s, int bucket)
{
    atomic_store_explicit(&s->of[s->rank]->posted,
                          s->before + (uint64_t)bucket + 1,
                          memory_order_release);
}

/* Spinning is quickest where every rank has a core; where they share cores the
 * others must get their turn. */
static void pause_a_little(unsigned *turns)
{
    if (++*turns > PATIENCE)
        sched_yield();
#if defined(__x86_64__)
    else
        __builtin_ia32_pause();
#endif
}

/* Whether all ranks' counters have come to `goal`. */
static bool all_reached(const gt__shared_sum *s, bool done, uint64_t goal,
                        bool wait)
{
    unsigned turns = 0;
    for (int k = 1; k < s->size; k++) {
        counters *other = s->of[(s->rank + k) % s->size];
        _Atomic uint64_t *counter = done ? &other->done : &other->posted;
        while (atomic_load_explicit(counter, memory_order_acquire) < goal) {
            if (!wait)
                return false;
            pause_a_little(&turns);
        }
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
static void evaluate(gt__shared_sum *s, gt__span slice)
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

bool gt__shared_sum_collect(gt__shared_sum *s, int bucket, bool wait)
{
    if (bucket != s->collected)
        return bucket < s->collected;
    if (!all_reached(s, false, s->before + (uint64_t)bucket + 1, wait))
        return false;
    evaluate(s, gt__bucket_slice(s->buckets, bucket, s->rank, s->size));
    s->collected++;
    return true;
}

void gt__shared_sum_spread(gt__shared_sum *s, int bucket)
{
    atomic_store_explicit(&s->of[s->rank]->done,
                          s->before + (uint64_t)bucket + 1,
                          memory_order_release);
}

bool gt__shared_sum_gather(gt__shared_sum *s, int bucket, bool wait)
{
    return all_reached(s, true, s->before + (uint64_t)bucket + 1, wait);
}
