/* peers_bf16.c: peers' sums, sent as bfloat16. An owner adds up what it is sent
 * in fp32, in the order of groups, and sends the rounded sum to all; it takes
 * the rounded sum too, so all ranks hold the same. */
#include "comm/mpi/peers.h"

#include "core/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct packed {
    const gt__peers *peers; /* borrowed */
    /* What rounding took away: of what was sent to owners, and in this rank's
     * own slices of the sums it sent. */
    gt_real *kept;
    uint16_t *out; /* [count]: values for the owners; then their sums */
    uint16_t *in;  /* [bucket][group][pitch] */
    size_t pitch;  /* longest slice */
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

/* Pack values with what was kept of earlier ones. */
static void pack_span(packed *p, gt__range span)
{
    const gt_real *values = p->peers->config.stack[0];
    for (size_t i = span.from; i < span.to; i++) {
        gt_real wanted = values[i] + p->kept[i];
        p->out[i] = pack((float)wanted);
        p->kept[i] = wanted - (gt_real)unpack(p->out[i]);
    }
}

static uint16_t *inbox(const packed *p, int bucket, int group)
{
    size_t at = (size_t)bucket * (size_t)p->peers->groups + (size_t)group;
    return p->in + at * p->pitch;
}

static MPI_Request *receive(const packed *p, uint16_t *to, gt__range span,
                            int group, int tag, MPI_Request *r)
{
    MPI_Irecv(to, (int)(span.to - span.from), MPI_UINT16_T,
              gt__peers_rank(p->peers, group), tag, gt__peers_channel(p->peers),
              r);
    return r + 1;
}

static MPI_Request *send(const packed *p, gt__range span, int group, int tag,
                         MPI_Request *r)
{
    MPI_Isend(p->out + span.from, (int)(span.to - span.from), MPI_UINT16_T,
              gt__peers_rank(p->peers, group), tag, gt__peers_channel(p->peers),
              r);
    return r + 1;
}

static void ask(void *sums, int bucket, int tag, MPI_Request *r)
{
    packed *p = sums;
    int n = p->peers->groups;
    gt__range mine = gt__peers_slice(p->peers, bucket, p->peers->group);
    for (int k = n - 1; k > 0; k--) {
        int from = gt__peers_next(p->peers, k);
        r = receive(p, inbox(p, bucket, from), mine, from, tag, r);
    }
    for (int k = 1; k < n; k++) {
        int to = gt__peers_next(p->peers, k);
        gt__range theirs = gt__peers_slice(p->peers, bucket, to);
        pack_span(p, theirs);
        r = send(p, theirs, to, tag, r);
    }
}

/* This rank's own values take part as they are. */
static void add(void *sums, int bucket)
{
    packed *p = sums;
    int group = p->peers->group;
    gt_real *own = p->peers->config.stack[0];
    gt__range mine = gt__peers_slice(p->peers, bucket, group);
    for (size_t i = mine.from; i < mine.to; i++) {
        gt_real sum = 0;
        for (int g = 0; g < p->peers->groups; g++)
            sum += g == group
                       ? own[i]
                       : (gt_real)unpack(inbox(p, bucket, g)[i - mine.from]);
        own[i] = sum;
    }
    pack_span(p, mine);
}

static void answer(void *sums, int bucket, int tag, MPI_Request *r)
{
    packed *p = sums;
    int n = p->peers->groups;
    gt__range mine = gt__peers_slice(p->peers, bucket, p->peers->group);
    for (int k = n - 1; k > 0; k--) {
        int from = gt__peers_next(p->peers, k);
        gt__range theirs = gt__peers_slice(p->peers, bucket, from);
        r = receive(p, p->out + theirs.from, theirs, from, tag, r);
    }
    for (int k = 1; k < n; k++)
        r = send(p, mine, gt__peers_next(p->peers, k), tag, r);
}

static void accept(void *sums, int bucket)
{
    packed *p = sums;
    gt_real *to = p->peers->config.stack[0];
    for (int g = 0; g < p->peers->groups; g++) {
        gt__range span = gt__peers_slice(p->peers, bucket, g);
        for (size_t i = span.from; i < span.to; i++)
            to[i] = (gt_real)unpack(p->out[i]);
    }
}

static void discard(void *sums)
{
    packed *p = sums;
    if (!p)
        return;
    free(p->kept);
    free(p->out);
    free(p->in);
    free(p);
}

static gt_status create(void **out, int *n_requests, const gt__peers *peers)
{
    packed *p = calloc(1, sizeof *p);
    if (!p)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate a reducer");
    const gt__buckets *b = peers->config.buckets;
    p->peers = peers;
    p->pitch = gt__longest_slice(b, peers->config.comm->size);
    size_t arriving = (size_t)b->n * (size_t)peers->groups * p->pitch;
    p->kept = gt_real_alloc(b->count);
    p->out = calloc(b->count + 1, sizeof *p->out);
    p->in = calloc(arriving + 1, sizeof *p->in);
    if (!p->kept || !p->out || !p->in) {
        discard(p);
        return gt_fail(GT_ERR_MEMORY,
                       "cannot allocate %.1f MB for packed gradients",
                       (double)b->count * 2 * sizeof(gt_real) / 1e6);
    }
    *n_requests = 2 * (peers->groups - 1);
    *out = p;
    return GT_OK;
}

const gt__peer_sums gt__peer_sums_bf16 = {.create = create,
                                          .discard = discard,
                                          .rs_start = ask,
                                          .rs_finish = add,
                                          .ag_start = answer,
                                          .ag_finish = accept};
