/* peers_bf16.c: peers' sums, sent as bfloat16. The owner of a slice adds up
 * what it is sent in fp32, in the order of groups, and sends the rounded sum to
 * all. It uses the rounded sum too, so all ranks hold the same. */
#include "comm/mpi/peers.h"

#include "core/arena.h"
#include "core/bfloat16.h"

#include <stdint.h>
#include <stdlib.h>

typedef struct bf16_sums {
    const gt__peers *peers; /* borrowed */
    /* [count]: what rounding took away so far, from the values that were sent
     * to owners, and in this rank's own slices from the sums that it sent. */
    gt_real *residual;
    uint16_t *rounded;  /* [count]: values for the owners; then their sums */
    uint16_t *received; /* [bucket][group][pitch] */
    size_t pitch;       /* longest slice */
} bf16_sums;

/* Round values, each with what earlier rounding took from it. */
static void round_values(bf16_sums *s, gt__interval span)
{
    const gt_real *values = s->peers->config.stack[0];
    for (size_t i = span.from; i < span.to; i++) {
        gt_real wanted = values[i] + s->residual[i];
        s->rounded[i] = gt_bfloat16_of((float)wanted);
        s->residual[i] = wanted - (gt_real)gt_bfloat16_widen(s->rounded[i]);
    }
}

static uint16_t *received(const bf16_sums *s, int bucket, int group)
{
    size_t at = (size_t)bucket * (size_t)s->peers->groups + (size_t)group;
    return s->received + at * s->pitch;
}

static MPI_Request *receive(const bf16_sums *s, uint16_t *to, gt__interval span,
                            int group, int tag, MPI_Request *r)
{
    MPI_Irecv(to, (int)(span.to - span.from), MPI_UINT16_T,
              gt__peers_rank(s->peers, group), tag, gt__peers_channel(s->peers),
              r);
    return r + 1;
}

static MPI_Request *send(const bf16_sums *s, gt__interval span, int group,
                         int tag, MPI_Request *r)
{
    MPI_Isend(s->rounded + span.from, (int)(span.to - span.from), MPI_UINT16_T,
              gt__peers_rank(s->peers, group), tag, gt__peers_channel(s->peers),
              r);
    return r + 1;
}

static void rs_start(void *sums, int bucket, int tag, MPI_Request *r)
{
    bf16_sums *s = sums;
    int n = s->peers->groups;
    gt__interval mine = gt__peers_slice(s->peers, bucket, s->peers->group);
    for (int k = n - 1; k > 0; k--) {
        int from = gt__peers_next(s->peers, k);
        r = receive(s, received(s, bucket, from), mine, from, tag, r);
    }
    for (int k = 1; k < n; k++) {
        int to = gt__peers_next(s->peers, k);
        gt__interval theirs = gt__peers_slice(s->peers, bucket, to);
        round_values(s, theirs);
        r = send(s, theirs, to, tag, r);
    }
}

/* This rank's own values take part unrounded. */
static void rs_finish(void *sums, int bucket)
{
    bf16_sums *s = sums;
    int group = s->peers->group;
    gt_real *own = s->peers->config.stack[0];
    gt__interval mine = gt__peers_slice(s->peers, bucket, group);
    for (size_t i = mine.from; i < mine.to; i++) {
        gt_real sum = 0;
        for (int g = 0; g < s->peers->groups; g++)
            sum += g == group ? own[i]
                              : (gt_real)gt_bfloat16_widen(
                                    received(s, bucket, g)[i - mine.from]);
        own[i] = sum;
    }
    round_values(s, mine);
}

static void ag_start(void *sums, int bucket, int tag, MPI_Request *r)
{
    bf16_sums *s = sums;
    int n = s->peers->groups;
    gt__interval mine = gt__peers_slice(s->peers, bucket, s->peers->group);
    for (int k = n - 1; k > 0; k--) {
        int from = gt__peers_next(s->peers, k);
        gt__interval theirs = gt__peers_slice(s->peers, bucket, from);
        r = receive(s, s->rounded + theirs.from, theirs, from, tag, r);
    }
    for (int k = 1; k < n; k++)
        r = send(s, mine, gt__peers_next(s->peers, k), tag, r);
}

static void ag_finish(void *sums, int bucket)
{
    bf16_sums *s = sums;
    gt_real *to = s->peers->config.stack[0];
    for (int g = 0; g < s->peers->groups; g++) {
        gt__interval span = gt__peers_slice(s->peers, bucket, g);
        for (size_t i = span.from; i < span.to; i++)
            to[i] = (gt_real)gt_bfloat16_widen(s->rounded[i]);
    }
}

static void destroy(void *sums)
{
    bf16_sums *s = sums;
    if (!s)
        return;
    free(s->residual);
    free(s->rounded);
    free(s->received);
    free(s);
}

static gt_status create(void **out, int *n_requests, const gt__peers *peers)
{
    bf16_sums *s = calloc(1, sizeof *s);
    if (!s)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate a reducer");
    const gt__buckets *b = peers->config.buckets;
    s->peers = peers;
    s->pitch = gt__longest_slice(b, peers->config.comm->size);
    size_t numbers = (size_t)b->n * (size_t)peers->groups * s->pitch;
    s->residual = gt_real_alloc(b->count);
    s->rounded = calloc(b->count + 1, sizeof *s->rounded);
    s->received = calloc(numbers + 1, sizeof *s->received);
    if (!s->residual || !s->rounded || !s->received) {
        destroy(s);
        return gt_fail(GT_ERR_MEMORY,
                       "cannot allocate %.1f MB for rounded gradients",
                       (double)b->count * 2 * sizeof(gt_real) / 1e6);
    }
    *n_requests = 2 * (peers->groups - 1);
    *out = s;
    return GT_OK;
}

const gt__peer_sums gt__peer_sums_bf16 = {.create = create,
                                          .destroy = destroy,
                                          .rs_start = rs_start,
                                          .rs_finish = rs_finish,
                                          .ag_start = ag_start,
                                          .ag_finish = ag_finish};
