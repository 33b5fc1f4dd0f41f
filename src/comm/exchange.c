/* exchange.c: a bucket is collected, then held until its owner has done with
 * its slice what it wants to, then spread. That is at once, unless owners must
 * see all of their slices first. */
#include "comm/exchange.h"

#include "comm/way.h"
#include "gentrain/log.h"
#include "gentrain/phase.h"
#include "gentrain/trace.h"

#include <assert.h>
#include <sched.h>
#include <stdlib.h>

enum { PATIENCE = 256 };

typedef enum stage { POSTED, HELD, SPREAD } stage;

/* Buckets that go the same way. */
typedef struct leg {
    const gt__way *way; /* NULL: there are none */
    void *sum;
    gt__buckets buckets;
} leg;

struct gt__exchange {
    gt_comm *comm; /* borrowed */
    gt__lane *lane;
    gt__way_config config; /* of both, but for their buckets */
    leg exact, packed;     /* the first buckets, and the others */
    int n_buckets;
    gt_real *result; /* of both */
    gt_owner owner;  /* all NULL: nobody asks */
    stage *stage;    /* by bucket */
    gt_part *part;   /* by bucket: this rank's */
    int posted;      /* buckets under way or done */
    int held;        /* of these, are or were */
    int done;        /* of these, without a gap */
};

/* Which way a bucket goes, and its number there. */
static const leg *leg_of(const gt__exchange *x, int bucket, int *number)
{
    bool packed = bucket >= x->exact.buckets.n;
    *number = packed ? bucket - x->exact.buckets.n : bucket;
    return packed ? &x->packed : &x->exact;
}

/* --- Setting up. */

/* In place of the way that was taken before, if there is another. */
static gt_status take(gt__exchange *x, leg *l, const gt__way *way)
{
    void *sum;
    x->config.buckets = &l->buckets;
    gt_status status = way->create(&sum, &x->config);
    if (status != GT_OK)
        return status;
    if (l->way)
        l->way->discard(l->sum);
    l->way = way;
    l->sum = sum;
    x->result = way->result(sum);
    return GT_OK;
}

static gt_status plan(gt__exchange *x, size_t count,
                      const gt_reducer_config *config)
{
    bool packs = config->compression != GT_COMPRESSION_NONE;
    size_t grain = config->grain ? config->grain : 1;
    x->exact.buckets = gt__buckets_cut(count, config->bucket, grain);
    if (packs) {
        x->exact.buckets = (gt__buckets){count, config->exact, 1, 1};
        x->packed.buckets =
            gt__buckets_cut(count - config->exact, config->bucket, 1);
    }
    x->n_buckets = x->exact.buckets.n + x->packed.buckets.n;
    size_t n = (size_t)x->n_buckets + 1;
    x->stage = calloc(n, sizeof *x->stage);
    x->part = calloc(n, sizeof *x->part);
    if (!x->stage || !x->part)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate a reducer");
    bool tree = config->reduction == GT_REDUCTION_TREE;
    assert(tree || !packs);
    gt_status status =
        take(x, &x->exact, tree ? &gt__tree_way : &gt__all_reduce_way);
    if (status != GT_OK || !packs)
        return status;
    x->config.first_bucket = x->exact.buckets.n;
    return take(x, &x->packed, &gt__packed_way);
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
    x->config = (gt__way_config){.comm = config->comm,
                                 .lane = x->lane->comm,
                                 .n_shards = config->n_shards,
                                 .n_blocks = config->n_blocks,
                                 .n_vectors = config->n_vectors,
                                 .stack = config->stack};
    gt_status status = plan(x, config->count, config->reducer);
    if (status != GT_OK)
        gt__exchange_free(x);
    else
        *out = x;
    return status;
}

bool gt__exchange_share(gt__exchange *x)
{
    if (!gt__exchange_has_owners(x) || x->comm->nodes > 1)
        return false;
    if (take(x, &x->exact, &gt__shared_way) == GT_OK)
        return true;
    if (!x->comm->handle->warned)
        gt_warn("%s; ranks send each other messages instead", gt_message());
    x->comm->handle->warned = true;
    return false;
}

gt_real *gt__exchange_vector(const gt__exchange *x, int i)
{
    return gt__shared_vector(x->exact.sum, i);
}

/* --- Owners. */

bool gt__exchange_has_owners(const gt__exchange *x)
{
    return x->exact.way->spread && !x->packed.way;
}

int gt__exchange_buckets(const gt__exchange *x)
{
    return x->n_buckets;
}

gt__span gt__exchange_slice(const gt__exchange *x, int bucket, int rank)
{
    int place = x->exact.way->place(x->exact.sum, rank);
    return gt__bucket_slice(&x->exact.buckets, bucket, place, x->comm->size);
}

void gt__exchange_set_owner(gt__exchange *x, const gt_owner *owner)
{
    size_t at = 0;
    x->owner = *owner;
    for (int b = x->n_buckets - 1; b >= 0; b--) {
        gt__span span = gt__exchange_slice(x, b, x->comm->rank);
        x->part[b] = (gt_part){span.from, span.to, at};
        at += span.to - span.from;
    }
}

/* --- A bucket's way. */

static void spread(gt__exchange *x, int bucket)
{
    int i;
    const leg *l = leg_of(x, bucket, &i);
    gt_part part = x->part[bucket];
    if (x->owner.apply)
        x->owner.apply(x->owner.context, x->result + part.from, part);
    if (l->way->spread)
        l->way->spread(l->sum, i);
    x->stage[bucket] = SPREAD;
}

static void hold(gt__exchange *x, int bucket)
{
    gt_part part = x->part[bucket];
    x->owner.measure(x->owner.context, x->result + part.from, part);
    x->stage[bucket] = HELD;
    x->held++;
}

/* As far as it goes; true when the whole sum is there. */
static bool advance(gt__exchange *x, int bucket)
{
    int i;
    const leg *l = leg_of(x, bucket, &i);
    if (x->stage[bucket] == POSTED && l->way->collect(l->sum, i)) {
        if (x->owner.measure)
            hold(x, bucket);
        else
            spread(x, bucket);
    }
    return x->stage[bucket] == SPREAD &&
           (!l->way->gather || l->way->gather(l->sum, i));
}

static void drive(gt__exchange *x)
{
    for (int b = x->done; b < x->posted; b++)
        if (advance(x, b) && b == x->done)
            x->done++;
}

void gt__exchange_progress(gt_comm *comm)
{
    for (int i = 0; i < GT_LANES; i++)
        if (comm->handle->lane[i].exchange)
            drive(comm->handle->lane[i].exchange);
}

/* --- A step. */

void gt__exchange_post(gt__exchange *x, size_t from)
{
    x->lane->exchange = x;
    for (; x->posted < x->n_buckets; x->posted++) {
        int i;
        const leg *l = leg_of(x, x->posted, &i);
        if (gt__bucket_span(&l->buckets, i).from < from)
            break;
        x->stage[x->posted] = POSTED;
        l->way->post(l->sum, i);
    }
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

/* Until `*so_far` is as much as was posted. */
static void wait_for(gt__exchange *x, const int *so_far)
{
    unsigned turns = 0;
    gt__exchange_progress(x->comm);
    while (*so_far < x->posted) {
        pause_a_little(&turns);
        gt__exchange_progress(x->comm);
    }
}

static void wait_for_posted(gt__exchange *x)
{
    int64_t begin = gt_trace_begin();
    const char *before = gt_phase_enter(gt_phase_ranks);
    int exact = x->exact.buckets.n;
    if (x->exact.way->settle)
        x->exact.way->settle(x->exact.sum,
                             x->posted < exact ? x->posted : exact);
    if (x->owner.measure) {
        wait_for(x, &x->held);
        x->owner.decide(x->owner.context);
        for (int b = 0; b < x->posted; b++)
            spread(x, b);
    }
    wait_for(x, &x->done);
    x->posted = x->held = x->done = 0;
    x->lane->exchange = NULL;
    gt_phase_leave(before);
    gt_trace_end(begin, NULL, "reduction");
}

const gt_real *gt__exchange_finish(gt__exchange *x)
{
    wait_for_posted(x);
    return x->result;
}

static void discard(leg *l)
{
    if (l->way)
        l->way->discard(l->sum);
}

void gt__exchange_free(gt__exchange *x)
{
    if (!x)
        return;
    x->owner = (gt_owner){0};
    if (x->lane->exchange == x) {
        for (int b = 0; b < x->posted; b++)
            if (x->stage[b] == HELD)
                spread(x, b);
        wait_for_posted(x);
    }
    discard(&x->exact);
    discard(&x->packed);
    free(x->stage);
    free(x->part);
    free(x);
}
