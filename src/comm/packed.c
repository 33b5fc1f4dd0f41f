/* packed.c: each slice of a bucket has an owner, who is sent everybody's values
 * of it, adds them in fp32 in the order of ranks, and sends the rounded sum to
 * all; the owner takes the rounded sum too, so all ranks hold the same. */
#include "comm/way.h"

#include "gentrain/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { COLLECT, SPREAD, DONE };

typedef struct packed {
    gt__way_config config;
    /* What rounding took away: of what was sent to owners, and in this rank's
     * own slices of the sums it sent. */
    gt_real *kept;
    uint16_t *out;  /* [count]: values for the owners; then their sums */
    uint16_t *in;   /* [bucket][rank][pitch] */
    size_t pitch;   /* longest slice */
    int *stage;     /* of each bucket */
    int n_requests; /* of a bucket */
    MPI_Request *requests;
} packed;

/* The nearest bfloat16, ties to even: the upper half of a float. */
static uint16_t pack(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    if (x != x)
        return (uint16_t)(bits >> 16 |
                          0x40); /* else it might become infinity */
    return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

static float unpack(uint16_t x)
{
    uint32_t bits = (uint32_t)x << 16;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Pack `values` with what was kept of earlier ones. */
static void pack_span(packed *p, const gt_real *values, gt__span span)
{
    for (size_t i = span.from; i < span.to; i++) {
        gt_real wanted = values[i] + p->kept[i];
        p->out[i] = pack((float)wanted);
        p->kept[i] = wanted - (gt_real)unpack(p->out[i]);
    }
}

static gt__span slice_of(const packed *p, int bucket, int owner)
{
    return gt__bucket_slice(p->config.buckets, bucket, owner,
                            p->config.comm->size);
}

static uint16_t *inbox(const packed *p, int bucket, int rank)
{
    size_t at = (size_t)bucket * (size_t)p->config.comm->size + (size_t)rank;
    return p->in + at * p->pitch;
}

static void start(packed *p, int bucket)
{
    const gt__way_config *c = &p->config;
    MPI_Request *r = p->requests + (size_t)bucket * (size_t)p->n_requests;
    bool spread = p->stage[bucket] == SPREAD;
    int tag = 2 + 2 * bucket + spread; /* 0 and 1: of the exact bucket */
    gt__span mine = slice_of(p, bucket, c->comm->rank);
    for (int k = 1; k < c->comm->size; k++) {
        int from = (c->comm->rank + c->comm->size - k) % c->comm->size;
        gt__span in = spread ? slice_of(p, bucket, from) : mine;
        uint16_t *to = spread ? p->out + in.from : inbox(p, bucket, from);
        MPI_Irecv(to, (int)(in.to - in.from), MPI_UINT16_T, from, tag, c->lane,
                  r++);
    }
    for (int k = 1; k < c->comm->size; k++) {
        int to = (c->comm->rank + k) % c->comm->size;
        gt__span out = spread ? mine : slice_of(p, bucket, to);
        MPI_Isend(p->out + out.from, (int)(out.to - out.from), MPI_UINT16_T, to,
                  tag, c->lane, r++);
    }
}

static void post(void *sum, int bucket)
{
    packed *p = sum;
    const gt__way_config *c = &p->config;
    gt__span all = gt__bucket_span(c->buckets, bucket);
    for (int i = c->n_blocks - 1; i > 0; i--)
        gt__add(c->stack[i - 1] + all.from, c->stack[i] + all.from,
                all.to - all.from);
    gt__span mine = slice_of(p, bucket, c->comm->rank);
    pack_span(p, c->stack[0], (gt__span){all.from, mine.from});
    pack_span(p, c->stack[0], (gt__span){mine.to, all.to});
    p->stage[bucket] = COLLECT;
    start(p, bucket);
}

/* This rank's own values take part as they are. */
static void add_slice(packed *p, int bucket)
{
    const gt__way_config *c = &p->config;
    gt__span mine = slice_of(p, bucket, c->comm->rank);
    gt_real *own = c->stack[0];
    for (size_t i = mine.from; i < mine.to; i++) {
        gt_real sum = 0;
        for (int r = 0; r < c->comm->size; r++)
            sum += r == c->comm->rank
                       ? own[i]
                       : (gt_real)unpack(inbox(p, bucket, r)[i - mine.from]);
        own[i] = sum;
    }
    pack_span(p, own, mine);
}

static void end(packed *p, int bucket)
{
    if (p->stage[bucket] == COLLECT) {
        add_slice(p, bucket);
        return;
    }
    gt__span all = gt__bucket_span(p->config.buckets, bucket);
    for (size_t i = all.from; i < all.to; i++)
        p->config.result[i] = (gt_real)unpack(p->out[i]);
}

static bool collect(void *sum, int bucket)
{
    packed *p = sum;
    while (p->stage[bucket] < DONE) {
        int over;
        MPI_Testall(p->n_requests,
                    p->requests + (size_t)bucket * (size_t)p->n_requests, &over,
                    MPI_STATUSES_IGNORE);
        if (!over)
            return false;
        end(p, bucket);
        if (++p->stage[bucket] < DONE)
            start(p, bucket);
    }
    return true;
}

static void discard(void *sum)
{
    packed *p = sum;
    if (!p)
        return;
    free(p->kept);
    free(p->out);
    free(p->in);
    free(p->stage);
    free(p->requests);
    free(p);
}

static gt_status create(void **out, const gt__way_config *config)
{
    packed *p = calloc(1, sizeof *p);
    if (!p)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate a reducer");
    const gt__buckets *b = config->buckets;
    size_t ranks = (size_t)config->comm->size, n = (size_t)b->n;
    p->config = *config;
    p->pitch = gt__longest_slice(b, config->comm->size);
    p->n_requests = 2 * (config->comm->size - 1);
    p->kept = gt_real_alloc(b->count);
    p->out = calloc(b->count + 1, sizeof *p->out);
    p->in = calloc(n * ranks * p->pitch + 1, sizeof *p->in);
    p->stage = calloc(n + 1, sizeof *p->stage);
    size_t requests = n * (size_t)p->n_requests;
    p->requests = calloc(requests + 1, sizeof(MPI_Request));
    if (!p->kept || !p->out || !p->in || !p->stage || !p->requests) {
        discard(p);
        return gt_fail(GT_ERR_MEMORY,
                       "cannot allocate %.1f MB for packed gradients",
                       (double)b->count * 2 * sizeof(gt_real) / 1e6);
    }
    for (size_t i = 0; i < requests; i++)
        p->requests[i] = MPI_REQUEST_NULL;
    *out = p;
    return GT_OK;
}

const gt__way gt__packed_way = {
    .create = create, .discard = discard, .post = post, .collect = collect};
