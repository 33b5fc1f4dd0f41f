/* reducer.c: a binary counter keeps the sums of this rank's shards; buckets of
 * what is complete go on to the other ranks.
 *
 * The stack holds one sum for each aligned block of shards that is as yet
 * without its sibling; adding a shard carries like adding 1 to a binary number.
 * The last shard's carries are made span by span while it is written, from the
 * vector's end to its beginning, after which the stack holds the blocks that
 * this rank's shards are made of (tree.h): for most numbers just one. */
#include "gentrain/reducer.h"

#include "comm/handle.h"
#include "comm/nodes.h"
#include "comm/packed.h"
#include "comm/shared.h"
#include "comm/tree.h"
#include "gentrain/arena.h"
#include "gentrain/phase.h"
#include "gentrain/trace.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_LEVELS = 64 };

/* Open MPI 4.1 has good algorithms for blocking all-reduces of any size, but
 * its nonblocking one is a plain binomial tree for fewer ranks or shorter
 * messages than these: at 2 ranks and 1 MB it takes half as long again, more
 * than overlap wins back. (MPI_IN_PLACE makes it twice as slow again.) */
enum { OVERLAP_RANKS = 4, OVERLAP_BYTES = 1 << 16 };

struct gt_reducer {
    gt_comm *comm; /* borrowed */
    gt__lane *lane;
    size_t count;
    int first, n_shards; /* of this rank */
    int levels;          /* buffers in `stack` */
    int height;          /* sums on the stack */
    int present, taken;  /* shards to come in this step, and come */
    int n_blocks;        /* that the stack ends with */
    int block[GT__MAX_BLOCKS + 1];
    size_t merged; /* from here on, the stack holds the blocks */
    gt__buckets buckets;
    int n_buckets;
    int posted;             /* buckets under way or done */
    gt__packed_sum *packed; /* NULL: nothing is compressed; else the buckets
                               from 1 on, and only bucket 0 is in `buckets` */
    gt__buckets packable;
    gt__tree_sum *tree;     /* NULL: sums over ranks are MPI's, or shared */
    gt__shared_sum *shared; /* NULL: vectors are this process's own */
    MPI_Request *requests;  /* of MPI's sums, by bucket */
    gt_arena arena;
    gt_real *stack[MAX_LEVELS];
};

/* --- Setting up. */

/* How often the counter carries when shard `shard` comes in on top. */
static int count_carries(const gt_reducer *r, int shard)
{
    int carries = 0;
    while ((shard + 1) % (2 << carries) == 0 &&
           shard + 1 - (2 << carries) >= r->first)
        carries++;
    return carries;
}

static int most_levels(const gt_reducer *r)
{
    int height = 0;
    int most = r->comm->size > 1 ? 2 : 1; /* another one to receive into */
    for (int s = r->first; s < r->first + r->n_shards; s++) {
        height++;
        most = height > most ? height : most;
        height -= count_carries(r, s);
    }
    return most;
}

static gt_status allocate(gt_reducer *r)
{
    size_t offset[MAX_LEVELS];
    r->levels = most_levels(r);
    assert(r->levels <= MAX_LEVELS);
    for (int i = 0; i < r->levels; i++)
        offset[i] = gt_arena_reserve(&r->arena, r->count);
    gt_status status = gt_arena_commit(&r->arena, "gradients");
    for (int i = 0; i < r->levels && status == GT_OK; i++)
        r->stack[i] = gt_arena_at(&r->arena, offset[i]);
    return status;
}

static gt_real *result_of(const gt_reducer *r)
{
    return !r->lane || r->tree ? r->stack[0] : r->stack[1];
}

static gt_status plan_packed(gt_reducer *r, const gt_reducer_config *config)
{
    gt__packed_config packed = {.comm = r->lane->comm,
                                .rank = r->comm->rank,
                                .size = r->comm->size,
                                .buckets = &r->packable,
                                .blocks = r->stack,
                                .n_blocks = r->n_blocks,
                                .result = result_of(r)};
    r->packable = gt__buckets_cut(r->count - config->exact, config->bucket);
    r->n_buckets += r->packable.n;
    return gt__packed_sum_new(&r->packed, &packed);
}

static gt_status plan_exact(gt_reducer *r, const gt_reducer_config *config)
{
    if (config->reduction == GT_REDUCTION_TREE) {
        gt__tree_config tree = {.comm = r->lane->comm,
                                .rank = r->comm->rank,
                                .size = r->comm->size,
                                .n_shards = r->n_shards,
                                .buckets = &r->buckets,
                                .blocks = r->stack};
        r->n_blocks = gt__aligned_blocks(r->first, r->n_shards, r->block);
        return gt__tree_sum_new(&r->tree, &tree);
    }
    r->requests = calloc((size_t)r->buckets.n + 1, sizeof(MPI_Request));
    if (!r->requests)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate a reducer");
    for (int i = 0; i < r->buckets.n; i++)
        r->requests[i] = MPI_REQUEST_NULL;
    return GT_OK;
}

static gt_status plan_exchange(gt_reducer *r, const gt_reducer_config *config)
{
    bool packs = config->compression != GT_COMPRESSION_NONE;
    r->lane = &r->comm->handle->lane[config->lane];
    r->buckets = gt__buckets_cut(r->count, config->bucket);
    if (packs)
        r->buckets = (gt__buckets){r->count, config->exact, 1};
    r->n_buckets = r->buckets.n;
    gt_status status = plan_exact(r, config);
    if (status == GT_OK && packs)
        status = plan_packed(r, config);
    return status;
}

gt_status gt_reducer_new(gt_reducer **out, gt_comm *comm, size_t count,
                         int n_shards, const gt_reducer_config *config)
{
    assert(config->lane >= 0 && config->lane < GT_LANES);
    gt_reducer *r = calloc(1, sizeof *r);
    if (!r)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate a reducer");
    r->comm = comm;
    r->count = count;
    r->first = comm->rank * n_shards;
    r->n_shards = n_shards;
    r->n_blocks = 1;
    r->block[0] = r->first;
    r->block[1] = r->first + n_shards;
    gt_status status = allocate(r);
    if (status == GT_OK && comm->size > 1)
        status = plan_exchange(r, config);
    if (status != GT_OK)
        gt_reducer_free(r);
    else
        *out = r;
    return status;
}

gt_status gt_reducer_share(gt_reducer *r)
{
    if (!r->tree || r->packed || r->comm->nodes > 1)
        return GT_OK;
    gt__shared_config config = {.comm = r->lane->comm,
                                .rank = r->comm->rank,
                                .size = r->comm->size,
                                .n_shards = r->n_shards,
                                .count = r->count,
                                .n_vectors = r->levels,
                                .buckets = &r->buckets};
    gt_status status = gt__shared_sum_new(&r->shared, &config);
    if (!r->shared)
        return status;
    gt__tree_sum_free(r->tree);
    r->tree = NULL;
    gt_arena_free(&r->arena);
    for (int i = 0; i < r->levels; i++)
        r->stack[i] = gt__shared_sum_vector(r->shared, i);
    return GT_OK;
}

/* --- To the other ranks. */

static bool is_overlapped(const gt_reducer *r, gt__span span)
{
    return r->tree || r->shared ||
           (r->comm->size >= OVERLAP_RANKS &&
            (span.to - span.from) * sizeof(gt_real) >= OVERLAP_BYTES);
}

static gt__span span_of(const gt_reducer *r, int bucket)
{
    if (r->packed && bucket > 0)
        return gt__bucket_span(&r->packable, bucket - 1);
    return gt__bucket_span(&r->buckets, bucket);
}

static void post_bucket(gt_reducer *r, int bucket)
{
    gt__span span = span_of(r, bucket);
    if (r->packed && bucket > 0)
        gt__packed_sum_post(r->packed, bucket - 1);
    else if (r->shared)
        gt__shared_sum_post(r->shared, bucket);
    else if (r->tree)
        gt__tree_sum_post(r->tree, bucket);
    else if (is_overlapped(r, span))
        MPI_Iallreduce(r->stack[0] + span.from, r->stack[1] + span.from,
                       (int)(span.to - span.from), gt__real_type(), MPI_SUM,
                       r->lane->comm, &r->requests[bucket]);
}

/* Buckets that MPI adds up better without overlap are left to `wait`, which
 * every rank comes to when it has posted all others. */
static bool advance_bucket(gt_reducer *r, int bucket, bool wait)
{
    gt__span span = span_of(r, bucket);
    int over = 1;
    if (r->packed && bucket > 0)
        return gt__packed_sum_advance(r->packed, bucket - 1, wait);
    if (r->shared)
        return gt__shared_sum_advance(r->shared, bucket, wait);
    if (r->tree)
        return gt__tree_sum_advance(r->tree, bucket, wait);
    if (!is_overlapped(r, span)) {
        if (wait)
            MPI_Allreduce(r->stack[0] + span.from, r->stack[1] + span.from,
                          (int)(span.to - span.from), gt__real_type(), MPI_SUM,
                          r->lane->comm);
    } else if (wait) {
        MPI_Wait(&r->requests[bucket], MPI_STATUS_IGNORE);
    } else {
        MPI_Test(&r->requests[bucket], &over, MPI_STATUS_IGNORE);
    }
    return over;
}

/* Drive whatever any reducer has under way. */
static void progress(gt_comm *comm)
{
    for (int i = 0; i < GT_LANES; i++) {
        gt_reducer *r = comm->handle->lane[i].reducer;
        for (int b = 0; r && b < r->posted; b++)
            advance_bucket(r, b, false);
    }
}

/* Post the buckets whose values are complete. */
static void post_merged(gt_reducer *r)
{
    r->lane->reducer = r;
    while (r->posted < r->n_buckets && span_of(r, r->posted).from >= r->merged)
        post_bucket(r, r->posted++);
}

static void wait_for_posted(gt_reducer *r)
{
    int64_t begin = gt_trace_begin();
    const char *before = gt_phase_enter(gt_phase_ranks);
    for (int b = 0; b < r->posted; b++) {
        progress(r->comm);
        advance_bucket(r, b, true);
    }
    r->posted = 0;
    r->lane->reducer = NULL;
    gt_phase_leave(before);
    gt_trace_end(begin, NULL, "reduction");
}

void gt_reducer_free(gt_reducer *r)
{
    if (!r)
        return;
    if (r->lane && r->lane->reducer == r)
        wait_for_posted(r);
    gt__packed_sum_free(r->packed);
    gt__tree_sum_free(r->tree);
    gt__shared_sum_free(r->shared);
    free(r->requests);
    gt_arena_free(&r->arena);
    free(r);
}

/* --- This rank's shards. */

void gt_reducer_begin(gt_reducer *r, int present)
{
    assert(present >= 0 && present <= r->n_shards);
    r->height = 0;
    r->taken = 0;
    r->present = present;
    r->merged = r->count;
    r->posted = 0;
    if (r->shared)
        gt__shared_sum_begin(r->shared);
}

gt_real *gt_reducer_vector(gt_reducer *r)
{
    return r->stack[r->height];
}

/* The carries of a shard over some values; the stack is `height` high with it.
 */
static void carry(gt_reducer *r, int height, int carries, gt__span span)
{
    for (int top = height - 1; top >= height - carries; top--)
        gt__add(r->stack[top - 1] + span.from, r->stack[top] + span.from,
                span.to - span.from);
}

static int block_of(const gt_reducer *r, int shard)
{
    int i = 0;
    while (shard >= r->block[i + 1])
        i++;
    return i;
}

/* With the last shard, also the sums are added whose siblings have no samples
 * in them. They all lie in the last block begun: earlier ones are complete. */
static int last_carries(const gt_reducer *r)
{
    if (r->present == 0)
        return 0;
    int begun = block_of(r, r->first + r->present - 1) + 1;
    return r->height + 1 - begun;
}

/* Blocks of shards without samples: see reducer.h for the -0. */
static void fill_missing(gt_reducer *r, int blocks, gt__span span)
{
    for (int k = blocks; k < r->n_blocks; k++)
        for (size_t i = span.from; i < span.to; i++)
            r->stack[k][i] = -(gt_real)0;
}

/* Bring the values from `from` on to the state where the stack is blocks. */
static void merge_from(gt_reducer *r, size_t from)
{
    gt__span span = {from, r->merged};
    if (from >= r->merged)
        return;
    int carries = last_carries(r);
    int height = r->height + (r->present > 0);
    carry(r, height, carries, span);
    fill_missing(r, height - carries, span);
    r->merged = from;
}

void gt_reducer_ready(gt_reducer *r, size_t from)
{
    int64_t begin = gt_trace_begin();
    if (r->taken + 1 == r->present) {
        merge_from(r, from);
        if (r->lane)
            post_merged(r);
    }
    if (r->lane)
        progress(r->comm);
    gt_trace_end(begin, NULL, "send gradients");
}

void gt_reducer_add(gt_reducer *r)
{
    assert(r->taken < r->present);
    if (r->taken + 1 == r->present) {
        gt_reducer_ready(r, 0);
        r->taken++;
        return;
    }
    int carries = count_carries(r, r->first + r->taken++);
    carry(r, ++r->height, carries, (gt__span){0, r->count});
    r->height -= carries;
}

const gt_real *gt_reducer_finish(gt_reducer *r)
{
    assert(r->taken == r->present);
    if (r->present == 0)
        merge_from(r, 0);
    if (!r->lane)
        return r->stack[0];
    post_merged(r);
    wait_for_posted(r);
    return r->shared ? gt__shared_sum_result(r->shared) : result_of(r);
}
