/* bucketed_allreduce.c: moves buckets from state to state; bucketed_allreduce.h
 * draws them. Buckets in states after WAITING are those before `started`, and
 * all before `done` are DONE, so what is under way lies between the two. */
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

/* Of a bucket that was started. */
typedef enum bucket_state { REDUCING, MEASURED, GATHERING, DONE } bucket_state;

/* Buckets that one transport carries. */
typedef struct bucket_range {
    const gt__transport *transport; /* NULL: there are none */
    void *state;                    /* the transport's */
    gt__buckets buckets;
} bucket_range;

struct gt__bucketed_allreduce {
    gt_comm *comm;               /* borrowed */
    gt__transport_config config; /* of both ranges, but for their buckets */
    bucket_range exact, rounded; /* the first buckets, and the others */
    int n_buckets;
    gt_real *result;      /* of both */
    gt_slice_hooks hooks; /* all NULL: there are none */
    bucket_state *bucket; /* [n_buckets] */
    gt_slice *slice;      /* [n_buckets]: this rank's */
    int started;          /* buckets, in this step */
    int measured;         /* buckets, in this step */
    int done;             /* buckets, in this step, without a gap */
};

/* The range in which a bucket is, and its number there. */
static const bucket_range *range_of(const gt__bucketed_allreduce *a, int bucket,
                                    int *number)
{
    bool rounded = bucket >= a->exact.buckets.n;
    *number = rounded ? bucket - a->exact.buckets.n : bucket;
    return rounded ? &a->rounded : &a->exact;
}

/* --- Setting up. */

/* In place of the transport that carried the range before, if there is one.
 * Collective if the transport's create is. */
static gt_status set_transport(gt__bucketed_allreduce *a, bucket_range *range,
                               const gt__transport *transport)
{
    void *state;
    a->config.buckets = &range->buckets;
    gt_status status = transport->create(&state, &a->config);
    if (status != GT_OK)
        return status;
    if (range->transport)
        range->transport->destroy(range->state);
    range->transport = transport;
    range->state = state;
    a->result = transport->result(state);
    return GT_OK;
}

static gt_status plan(gt__bucketed_allreduce *a, size_t count,
                      const gt_reducer_config *config)
{
    bool rounds = config->compression != GT_COMPRESSION_NONE;
    size_t grain = config->grain ? config->grain : 1;
    a->exact.buckets = gt__buckets_cut(count, config->bucket, grain);
    if (rounds) {
        a->exact.buckets = (gt__buckets){count, config->exact, 1, 1};
        a->rounded.buckets =
            gt__buckets_cut(count - config->exact, config->bucket, 1);
    }
    a->n_buckets = a->exact.buckets.n + a->rounded.buckets.n;
    size_t n = (size_t)a->n_buckets + 1;
    a->bucket = calloc(n, sizeof *a->bucket);
    a->slice = calloc(n, sizeof *a->slice);
    if (!a->bucket || !a->slice)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate a reducer");
    bool tree = config->reduction == GT_REDUCTION_TREE;
    assert(tree || !rounds);
    const gt__backend *backend = a->comm->backend;
    gt_status status =
        set_transport(a, &a->exact, tree ? backend->tree : backend->any_order);
    if (status != GT_OK || !rounds)
        return status;
    a->config.first_bucket = a->exact.buckets.n;
    return set_transport(a, &a->rounded, backend->bf16);
}

gt_status
gt__bucketed_allreduce_new(gt__bucketed_allreduce **out,
                           const gt__bucketed_allreduce_config *config)
{
    int channel = config->reducer->channel;
    assert(channel >= 0 && channel < GT_CHANNELS);
    gt__bucketed_allreduce *a = calloc(1, sizeof *a);
    if (!a)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate a reducer");
    a->comm = config->comm;
    a->config = (gt__transport_config){.comm = config->comm,
                                       .channel = channel,
                                       .n_shards = config->n_shards,
                                       .n_blocks = config->n_blocks,
                                       .n_vectors = config->n_vectors,
                                       .stack = config->stack};
    gt_status status = plan(a, config->count, config->reducer);
    if (status != GT_OK)
        gt__bucketed_allreduce_free(a);
    else
        *out = a;
    return status;
}

bool gt__bucketed_allreduce_use_shared_memory(gt__bucketed_allreduce *a)
{
    if (!gt__bucketed_allreduce_has_owners(a) || a->comm->nodes > 1)
        return false;
    if (set_transport(a, &a->exact, &gt__transport_shared) == GT_OK)
        return true;
    if (!a->comm->warned)
        gt_warn("%s; ranks send each other messages instead", gt_message());
    a->comm->warned = true;
    return false;
}

gt_real *gt__bucketed_allreduce_vector(const gt__bucketed_allreduce *a, int i)
{
    return a->exact.transport->vector(a->exact.state, i);
}

/* --- Owners. */

bool gt__bucketed_allreduce_has_owners(const gt__bucketed_allreduce *a)
{
    return a->exact.transport->allgather_start && !a->rounded.transport;
}

int gt__bucketed_allreduce_buckets(const gt__bucketed_allreduce *a)
{
    return a->n_buckets;
}

gt__interval gt__bucketed_allreduce_slice(const gt__bucketed_allreduce *a,
                                          int bucket, int rank)
{
    int slice = a->exact.transport->slice_of(a->exact.state, rank);
    return gt__bucket_slice(&a->exact.buckets, bucket, slice, a->comm->size);
}

void gt__bucketed_allreduce_set_hooks(gt__bucketed_allreduce *a,
                                      const gt_slice_hooks *hooks)
{
    size_t at = 0;
    a->hooks = *hooks;
    for (int b = a->n_buckets - 1; b >= 0; b--) {
        gt__interval span = gt__bucketed_allreduce_slice(a, b, a->comm->rank);
        a->slice[b] = (gt_slice){span.from, span.to, at};
        at += span.to - span.from;
    }
}

/* --- A bucket's transitions. */

static void gather(gt__bucketed_allreduce *a, int bucket)
{
    int i;
    const bucket_range *range = range_of(a, bucket, &i);
    gt_slice slice = a->slice[bucket];
    if (a->hooks.apply)
        a->hooks.apply(a->hooks.context, a->result + slice.from, slice);
    if (range->transport->allgather_start)
        range->transport->allgather_start(range->state, i);
    a->bucket[bucket] = GATHERING;
}

static void measure(gt__bucketed_allreduce *a, int bucket)
{
    gt_slice slice = a->slice[bucket];
    a->hooks.measure(a->hooks.context, a->result + slice.from, slice);
    a->bucket[bucket] = MEASURED;
    a->measured++;
}

/* As far as it goes without waiting. */
static void advance(gt__bucketed_allreduce *a, int bucket)
{
    int i;
    const bucket_range *range = range_of(a, bucket, &i);
    const gt__transport *t = range->transport;
    if (a->bucket[bucket] == REDUCING &&
        t->reduce_scatter_test(range->state, i)) {
        if (a->hooks.measure)
            measure(a, bucket);
        else
            gather(a, bucket);
    }
    if (a->bucket[bucket] == GATHERING &&
        (!t->allgather_test || t->allgather_test(range->state, i)))
        a->bucket[bucket] = DONE;
}

/* Of this all-reduce: what its channel calls (pending.h). */
static void advance_all(void *allreduce)
{
    gt__bucketed_allreduce *a = allreduce;
    for (int b = a->done; b < a->started; b++) {
        advance(a, b);
        if (b == a->done && a->bucket[b] == DONE)
            a->done++;
    }
}

/* --- A step. */

void gt__bucketed_allreduce_start(gt__bucketed_allreduce *a, size_t from)
{
    gt__pending_set(a->comm, a->config.channel, advance_all, a);
    for (; a->started < a->n_buckets; a->started++) {
        int i;
        const bucket_range *range = range_of(a, a->started, &i);
        if (gt__bucket_interval(&range->buckets, i).from < from)
            break;
        a->bucket[a->started] = REDUCING;
        range->transport->reduce_scatter_start(range->state, i);
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
#elif defined(__aarch64__)
    else
        __asm__ volatile("yield");
#endif
}

/* Until `*buckets` is as many as were started. */
static void wait_for(gt__bucketed_allreduce *a, const int *buckets)
{
    unsigned turns = 0;
    gt__pending_advance(a->comm);
    while (*buckets < a->started) {
        pause_a_little(&turns);
        gt__pending_advance(a->comm);
    }
}

/* What was started becomes DONE, and then WAITING for the next step.
 * Collective. */
static void wait_for_started(gt__bucketed_allreduce *a)
{
    assert(!a->comm->working);
    int64_t begin = gt_trace_begin();
    const char *before = gt_phase_enter(gt_phase_ranks);
    int exact = a->exact.buckets.n;
    if (a->exact.transport->reduce_blocking)
        a->exact.transport->reduce_blocking(
            a->exact.state, a->started < exact ? a->started : exact);
    if (a->hooks.measure) {
        wait_for(a, &a->measured);
        a->hooks.decide(a->hooks.context);
        for (int b = 0; b < a->started; b++)
            gather(a, b);
    }
    wait_for(a, &a->done);
    a->started = a->measured = a->done = 0;
    gt__pending_set(a->comm, a->config.channel, NULL, NULL);
    gt_phase_leave(before);
    gt_trace_end(begin, NULL, "reduction");
}

const gt_real *gt__bucketed_allreduce_finish(gt__bucketed_allreduce *a)
{
    wait_for_started(a);
    return a->result;
}

static void destroy(bucket_range *range)
{
    if (range->transport)
        range->transport->destroy(range->state);
}

void gt__bucketed_allreduce_free(gt__bucketed_allreduce *a)
{
    if (!a)
        return;
    a->hooks = (gt_slice_hooks){0};
    if (gt__pending_is(a->comm, a->config.channel, a)) {
        for (int b = 0; b < a->started; b++)
            if (a->bucket[b] == MEASURED)
                gather(a, b);
        wait_for_started(a);
    }
    destroy(&a->exact);
    destroy(&a->rounded);
    free(a->bucket);
    free(a->slice);
    free(a);
}
