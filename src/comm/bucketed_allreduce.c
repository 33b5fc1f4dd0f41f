/* bucketed_allreduce.c: a bucket is collected, then held until its owner has
 * done with its slice what it wants to, then spread. That is at once, unless
 * owners must see all of their slices first. */
#include "comm/bucketed_allreduce.h"

#include "base/heartbeat.h"
#include "base/log.h"
#include "base/trace.h"
#include "comm/backend.h"
#include "comm/pending.h"
#include "comm/transport_shared.h"

#include <assert.h>
#include <sched.h>
#include <stdlib.h>

enum { PATIENCE = 256 };

typedef enum stage { POSTED, HELD, SPREAD } stage;

/* Buckets that go the same way. */
typedef struct route {
    const gt__transport *transport; /* NULL: there are none */
    void *sum;
    gt__buckets buckets;
} route;

struct gt__bucketed_allreduce {
    gt_comm *comm;               /* borrowed */
    gt__transport_config config; /* of both, but for their buckets */
    route exact, packed;         /* the first buckets, and the others */
    int n_buckets;
    gt_real *result;      /* of both */
    gt_slice_hooks hooks; /* all NULL: nobody asks */
    stage *stage;         /* by bucket */
    gt_slice *part;       /* by bucket: this rank's */
    int posted;           /* buckets under way or done */
    int held;             /* of these, are or were */
    int done;             /* of these, without a gap */
};

/* Which way a bucket goes, and its number there. */
static const route *route_of(const gt__bucketed_allreduce *x, int bucket,
                             int *number)
{
    bool packed = bucket >= x->exact.buckets.n;
    *number = packed ? bucket - x->exact.buckets.n : bucket;
    return packed ? &x->packed : &x->exact;
}

/* --- Setting up. */

/* In place of the way that was taken before, if there is another. */
static gt_status take(gt__bucketed_allreduce *x, route *l,
                      const gt__transport *transport)
{
    void *sum;
    x->config.buckets = &l->buckets;
    gt_status status = transport->create(&sum, &x->config);
    if (status != GT_OK)
        return status;
    if (l->transport)
        l->transport->discard(l->sum);
    l->transport = transport;
    l->sum = sum;
    x->result = transport->result(sum);
    return GT_OK;
}

static gt_status plan(gt__bucketed_allreduce *x, size_t count,
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
    const gt__backend *backend = x->comm->backend;
    gt_status status =
        take(x, &x->exact, tree ? backend->tree : backend->any_order);
    if (status != GT_OK || !packs)
        return status;
    x->config.first_bucket = x->exact.buckets.n;
    return take(x, &x->packed, backend->bf16);
}

gt_status
gt__bucketed_allreduce_new(gt__bucketed_allreduce **out,
                           const gt__bucketed_allreduce_config *config)
{
    int channel = config->reducer->channel;
    assert(channel >= 0 && channel < GT_CHANNELS);
    gt__bucketed_allreduce *x = calloc(1, sizeof *x);
    if (!x)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate a reducer");
    x->comm = config->comm;
    x->config = (gt__transport_config){.comm = config->comm,
                                       .channel = channel,
                                       .n_shards = config->n_shards,
                                       .n_blocks = config->n_blocks,
                                       .n_vectors = config->n_vectors,
                                       .stack = config->stack};
    gt_status status = plan(x, config->count, config->reducer);
    if (status != GT_OK)
        gt__bucketed_allreduce_free(x);
    else
        *out = x;
    return status;
}

bool gt__bucketed_allreduce_share(gt__bucketed_allreduce *x)
{
    if (!gt__bucketed_allreduce_is_sliced(x) || x->comm->nodes > 1)
        return false;
    if (take(x, &x->exact, &gt__transport_shared) == GT_OK)
        return true;
    if (!x->comm->warned)
        gt_warn("%s; ranks send each other messages instead", gt_message());
    x->comm->warned = true;
    return false;
}

gt_real *gt__bucketed_allreduce_vector(const gt__bucketed_allreduce *x, int i)
{
    return gt__transport_shared_vector(x->exact.sum, i);
}

/* --- Owners. */

bool gt__bucketed_allreduce_is_sliced(const gt__bucketed_allreduce *x)
{
    return x->exact.transport->allgather_start && !x->packed.transport;
}

int gt__bucketed_allreduce_buckets(const gt__bucketed_allreduce *x)
{
    return x->n_buckets;
}

gt__range gt__bucketed_allreduce_slice(const gt__bucketed_allreduce *x,
                                       int bucket, int rank)
{
    int place = x->exact.transport->place(x->exact.sum, rank);
    return gt__bucket_slice(&x->exact.buckets, bucket, place, x->comm->size);
}

void gt__bucketed_allreduce_set_hooks(gt__bucketed_allreduce *x,
                                      const gt_slice_hooks *owner)
{
    size_t at = 0;
    x->hooks = *owner;
    for (int b = x->n_buckets - 1; b >= 0; b--) {
        gt__range span = gt__bucketed_allreduce_slice(x, b, x->comm->rank);
        x->part[b] = (gt_slice){span.from, span.to, at};
        at += span.to - span.from;
    }
}

/* --- A bucket's way. */

static void spread(gt__bucketed_allreduce *x, int bucket)
{
    int i;
    const route *l = route_of(x, bucket, &i);
    gt_slice part = x->part[bucket];
    if (x->hooks.apply)
        x->hooks.apply(x->hooks.context, x->result + part.from, part);
    if (l->transport->allgather_start)
        l->transport->allgather_start(l->sum, i);
    x->stage[bucket] = SPREAD;
}

static void hold(gt__bucketed_allreduce *x, int bucket)
{
    gt_slice part = x->part[bucket];
    x->hooks.measure(x->hooks.context, x->result + part.from, part);
    x->stage[bucket] = HELD;
    x->held++;
}

/* As far as it goes; true when the whole sum is there. */
static bool advance(gt__bucketed_allreduce *x, int bucket)
{
    int i;
    const route *l = route_of(x, bucket, &i);
    if (x->stage[bucket] == POSTED && l->transport->reduce_scatter(l->sum, i)) {
        if (x->hooks.measure)
            hold(x, bucket);
        else
            spread(x, bucket);
    }
    return x->stage[bucket] == SPREAD &&
           (!l->transport->allgather_test ||
            l->transport->allgather_test(l->sum, i));
}

static void drive(void *context)
{
    gt__bucketed_allreduce *x = context;
    for (int b = x->done; b < x->posted; b++)
        if (advance(x, b) && b == x->done)
            x->done++;
}

/* --- A step. */

void gt__bucketed_allreduce_post(gt__bucketed_allreduce *x, size_t from)
{
    gt__pending_set(x->comm, x->config.channel, drive, x);
    for (; x->posted < x->n_buckets; x->posted++) {
        int i;
        const route *l = route_of(x, x->posted, &i);
        if (gt__bucket_range(&l->buckets, i).from < from)
            break;
        x->stage[x->posted] = POSTED;
        l->transport->post(l->sum, i);
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
static void wait_for(gt__bucketed_allreduce *x, const int *so_far)
{
    unsigned turns = 0;
    gt__pending_advance(x->comm);
    while (*so_far < x->posted) {
        pause_a_little(&turns);
        gt__pending_advance(x->comm);
    }
}

static void wait_for_posted(gt__bucketed_allreduce *x)
{
    int64_t begin = gt_trace_begin();
    const char *before = gt_phase_enter(gt_phase_ranks);
    int exact = x->exact.buckets.n;
    if (x->exact.transport->settle)
        x->exact.transport->settle(x->exact.sum,
                                   x->posted < exact ? x->posted : exact);
    if (x->hooks.measure) {
        wait_for(x, &x->held);
        x->hooks.decide(x->hooks.context);
        for (int b = 0; b < x->posted; b++)
            spread(x, b);
    }
    wait_for(x, &x->done);
    x->posted = x->held = x->done = 0;
    gt__pending_set(x->comm, x->config.channel, NULL, NULL);
    gt_phase_leave(before);
    gt_trace_end(begin, NULL, "reduction");
}

const gt_real *gt__bucketed_allreduce_finish(gt__bucketed_allreduce *x)
{
    wait_for_posted(x);
    return x->result;
}

static void discard(route *l)
{
    if (l->transport)
        l->transport->discard(l->sum);
}

void gt__bucketed_allreduce_free(gt__bucketed_allreduce *x)
{
    if (!x)
        return;
    x->hooks = (gt_slice_hooks){0};
    if (x->posted > 0) {
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
