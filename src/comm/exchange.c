/* exchange.c: a bucket with owners is summed, then held until its owner has
 * done with its slice what it wants to, then spread. That is at once, unless
 * owners must see all of their slices first. */
#include "comm/exchange.h"

#include "comm/packed.h"
#include "comm/shared.h"
#include "comm/tree.h"
#include "gentrain/log.h"
#include "gentrain/phase.h"
#include "gentrain/trace.h"

#include <assert.h>
#include <stdlib.h>

/* Open MPI 4.1 has good algorithms for blocking all-reduces of any size, but
 * its nonblocking one is a plain binomial tree for fewer ranks or shorter
 * messages than these: at 2 ranks and 1 MB it takes half as long again, more
 * than overlap wins back. (MPI_IN_PLACE makes it twice as slow again.) */
enum { OVERLAP_RANKS = 4, OVERLAP_BYTES = 1 << 16 };

/* Of a bucket with owners. */
typedef enum stage { SUMMED_UP, HELD, SPREAD } stage;

struct gt__exchange {
    gt_comm *comm; /* borrowed */
    gt__lane *lane;
    size_t count;
    int n_shards;
    gt_real *const *stack; /* borrowed */
    gt__buckets buckets;
    int n_buckets;
    int posted;             /* buckets under way or done */
    gt__packed_sum *packed; /* NULL: nothing is compressed; else the buckets
                               from 1 on, and only bucket 0 is in `buckets` */
    gt__buckets packable;
    gt__tree_sum *tree;     /* NULL: sums over ranks are MPI's, or shared */
    gt__shared_sum *shared; /* NULL: vectors are this process's own */
    MPI_Request *requests;  /* of MPI's sums, by bucket */
    gt_owner owner;         /* all NULL: nobody asks */
    stage *stage;           /* by bucket */
    gt_part *part;          /* by bucket: this rank's */
};

/* --- Setting up. */

static gt_real *result_of(const gt__exchange *x)
{
    if (x->shared)
        return gt__shared_sum_result(x->shared);
    return x->tree ? x->stack[0] : x->stack[1];
}

static gt_status plan_packed(gt__exchange *x, const gt__exchange_config *config)
{
    gt__packed_config packed = {.comm = x->lane->comm,
                                .rank = x->comm->rank,
                                .size = x->comm->size,
                                .buckets = &x->packable,
                                .blocks = x->stack,
                                .n_blocks = config->n_blocks,
                                .result = result_of(x)};
    x->packable = gt__buckets_cut(x->count - config->reducer->exact,
                                  config->reducer->bucket, 1);
    x->n_buckets += x->packable.n;
    return gt__packed_sum_new(&x->packed, &packed);
}

static gt_status plan_exact(gt__exchange *x, const gt__exchange_config *config)
{
    size_t n = (size_t)x->buckets.n + 1;
    x->stage = calloc(n, sizeof *x->stage);
    x->part = calloc(n, sizeof *x->part);
    x->requests = calloc(n, sizeof(MPI_Request));
    if (!x->stage || !x->part || !x->requests)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate a reducer");
    for (size_t i = 0; i < n; i++)
        x->requests[i] = MPI_REQUEST_NULL;
    if (config->reducer->reduction != GT_REDUCTION_TREE)
        return GT_OK;
    gt__tree_config tree = {.comm = x->lane->comm,
                            .rank = x->comm->rank,
                            .size = x->comm->size,
                            .n_shards = x->n_shards,
                            .buckets = &x->buckets,
                            .blocks = x->stack};
    return gt__tree_sum_new(&x->tree, &tree);
}

static gt_status plan(gt__exchange *x, const gt__exchange_config *config)
{
    const gt_reducer_config *reducer = config->reducer;
    bool packs = reducer->compression != GT_COMPRESSION_NONE;
    size_t grain = reducer->grain ? reducer->grain : 1;
    x->buckets = gt__buckets_cut(x->count, reducer->bucket, grain);
    if (packs)
        x->buckets = (gt__buckets){x->count, reducer->exact, 1, 1};
    x->n_buckets = x->buckets.n;
    gt_status status = plan_exact(x, config);
    if (status == GT_OK && packs)
        status = plan_packed(x, config);
    return status;
}

gt_status gt__exchange_new(gt__exchange **out,
                           const gt__exchange_config *config)
{
    int lane = config->reducer->lane;
    assert(lane >= 0 && lane < GT_LANES);
    gt__exchange *x = calloc(1, sizeof *x);
    if (!x)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate a reducer");
    x->comm = config->comm;
    x->lane = &config->comm->handle->lane[lane];
    x->count = config->count;
    x->n_shards = config->n_shards;
    x->stack = config->stack;
    gt_status status = plan(x, config);
    if (status != GT_OK)
        gt__exchange_free(x);
    else
        *out = x;
    return status;
}

bool gt__exchange_share(gt__exchange *x, int n)
{
    if (!x->tree || x->packed || x->comm->nodes > 1)
        return false;
    gt__shared_config config = {.comm = x->comm,
                                .n_shards = x->n_shards,
                                .count = x->count,
                                .n_vectors = n,
                                .buckets = &x->buckets};
    if (gt__shared_sum_new(&x->shared, &config) != GT_OK) {
        if (!x->comm->handle->warned)
            gt_warn("%s; ranks send each other messages instead", gt_message());
        x->comm->handle->warned = true;
        return false;
    }
    gt__tree_sum_free(x->tree);
    x->tree = NULL;
    return true;
}

gt_real *gt__exchange_vector(const gt__exchange *x, int i)
{
    return gt__shared_sum_vector(x->shared, i);
}

/* --- Owners. */

bool gt__exchange_has_owners(const gt__exchange *x)
{
    return (x->tree || x->shared) && !x->packed;
}

int gt__exchange_buckets(const gt__exchange *x)
{
    return x->buckets.n;
}

gt__span gt__exchange_slice(const gt__exchange *x, int bucket, int rank)
{
    int place = x->tree ? gt__tree_sum_place(x->tree, rank) : rank;
    return gt__bucket_slice(&x->buckets, bucket, place, x->comm->size);
}

void gt__exchange_set_owner(gt__exchange *x, const gt_owner *owner)
{
    size_t at = 0;
    x->owner = *owner;
    for (int b = x->buckets.n - 1; b >= 0; b--) {
        gt__span span = gt__exchange_slice(x, b, x->comm->rank);
        x->part[b] = (gt_part){span.from, span.to, at};
        at += span.to - span.from;
    }
}

/* --- A bucket's way. */

static void spread(gt__exchange *x, int bucket)
{
    gt_part part = x->part[bucket];
    if (x->owner.apply)
        x->owner.apply(x->owner.context, result_of(x) + part.from, part);
    if (x->shared)
        gt__shared_sum_spread(x->shared, bucket);
    else
        gt__tree_sum_spread(x->tree, bucket);
    x->stage[bucket] = SPREAD;
}

static bool advance_owned(gt__exchange *x, int bucket, bool wait)
{
    if (x->stage[bucket] == SUMMED_UP) {
        if (!(x->shared ? gt__shared_sum_collect(x->shared, bucket, wait)
                        : gt__tree_sum_collect(x->tree, bucket, wait)))
            return false;
        if (x->owner.measure) {
            gt_part part = x->part[bucket];
            x->owner.measure(x->owner.context, result_of(x) + part.from, part);
            x->stage[bucket] = HELD;
        } else {
            spread(x, bucket);
        }
    }
    if (x->stage[bucket] == HELD)
        return false;
    return x->shared ? gt__shared_sum_gather(x->shared, bucket, wait)
                     : gt__tree_sum_gather(x->tree, bucket, wait);
}

static bool is_overlapped(const gt__exchange *x, gt__span span)
{
    return x->comm->size >= OVERLAP_RANKS &&
           (span.to - span.from) * sizeof(gt_real) >= OVERLAP_BYTES;
}

static gt__span span_of(const gt__exchange *x, int bucket)
{
    if (x->packed && bucket > 0)
        return gt__bucket_span(&x->packable, bucket - 1);
    return gt__bucket_span(&x->buckets, bucket);
}

static void post(gt__exchange *x, int bucket)
{
    gt__span span = span_of(x, bucket);
    if (x->packed && bucket > 0) {
        gt__packed_sum_post(x->packed, bucket - 1);
        return;
    }
    x->stage[bucket] = SUMMED_UP;
    if (x->shared)
        gt__shared_sum_post(x->shared, bucket);
    else if (x->tree)
        gt__tree_sum_post(x->tree, bucket);
    else if (is_overlapped(x, span))
        MPI_Iallreduce(x->stack[0] + span.from, x->stack[1] + span.from,
                       (int)(span.to - span.from), gt__real_type(), MPI_SUM,
                       x->lane->comm, &x->requests[bucket]);
}

/* Buckets that MPI adds up better without overlap are left to `wait`, which
 * every rank comes to when it has posted all others. */
static bool advance(gt__exchange *x, int bucket, bool wait)
{
    gt__span span = span_of(x, bucket);
    int over = 1;
    if (x->packed && bucket > 0)
        return gt__packed_sum_advance(x->packed, bucket - 1, wait);
    if (x->shared || x->tree)
        return advance_owned(x, bucket, wait);
    if (!is_overlapped(x, span)) {
        if (wait)
            MPI_Allreduce(x->stack[0] + span.from, x->stack[1] + span.from,
                          (int)(span.to - span.from), gt__real_type(), MPI_SUM,
                          x->lane->comm);
    } else if (wait) {
        MPI_Wait(&x->requests[bucket], MPI_STATUS_IGNORE);
    } else {
        MPI_Test(&x->requests[bucket], &over, MPI_STATUS_IGNORE);
    }
    return over;
}

/* --- A step. */

void gt__exchange_begin(gt__exchange *x)
{
    x->posted = 0;
    if (x->shared)
        gt__shared_sum_begin(x->shared);
}

void gt__exchange_post(gt__exchange *x, size_t from)
{
    x->lane->exchange = x;
    while (x->posted < x->n_buckets && span_of(x, x->posted).from >= from)
        post(x, x->posted++);
}

void gt__exchange_progress(gt_comm *comm)
{
    for (int i = 0; i < GT_LANES; i++) {
        gt__exchange *x = comm->handle->lane[i].exchange;
        for (int b = 0; x && b < x->posted; b++)
            advance(x, b, false);
    }
}

static void wait_for_each(gt__exchange *x)
{
    for (int b = 0; b < x->posted; b++) {
        gt__exchange_progress(x->comm);
        advance(x, b, true);
    }
}

static void wait_for_posted(gt__exchange *x)
{
    int64_t begin = gt_trace_begin();
    const char *before = gt_phase_enter(gt_phase_ranks);
    wait_for_each(x);
    if (x->owner.measure) {
        x->owner.decide(x->owner.context);
        for (int b = 0; b < x->posted; b++)
            spread(x, b);
        wait_for_each(x);
    }
    x->posted = 0;
    x->lane->exchange = NULL;
    gt_phase_leave(before);
    gt_trace_end(begin, NULL, "reduction");
}

const gt_real *gt__exchange_finish(gt__exchange *x)
{
    wait_for_posted(x);
    return result_of(x);
}

void gt__exchange_free(gt__exchange *x)
{
    if (!x)
        return;
    x->owner = (gt_owner){0};
    if (x->lane->exchange == x) {
        for (int b = 0; b < x->buckets.n && b < x->posted; b++)
            if (x->stage[b] == HELD)
                spread(x, b);
        wait_for_posted(x);
    }
    gt__packed_sum_free(x->packed);
    gt__tree_sum_free(x->tree);
    gt__shared_sum_free(x->shared);
    free(x->requests);
    free(x->stage);
    free(x->part);
    free(x);
}
