/* transport_mpi.c: Open MPI 4.1 has good algorithms for blocking all-reduces of
 * any size, but its nonblocking one is a plain binomial tree for fewer ranks or
 * shorter messages than OVERLAP_...: at 2 ranks and 1 MB it takes half as long
 * again, more than overlap wins back. (MPI_IN_PLACE makes it twice as slow
 * again.) So these buckets are left for when nothing else is to be done. */
#include "comm/mpi/handle.h"
#include "comm/mpi/transports.h"

#include <stdlib.h>

enum { OVERLAP_RANKS = 4, OVERLAP_BYTES = 1 << 16 };

typedef struct all_reduce {
    gt__transport_config config;
    bool settled;          /* what is not overlapped, in this step */
    MPI_Request *requests; /* by bucket */
} all_reduce;

static MPI_Comm channel_of(const all_reduce *a)
{
    return a->config.comm->mpi->channel[a->config.channel];
}

static bool is_overlapped(const all_reduce *a, gt__range span)
{
    return a->config.comm->size >= OVERLAP_RANKS &&
           (span.to - span.from) * sizeof(gt_real) >= OVERLAP_BYTES;
}

static void post(void *sum, int bucket)
{
    all_reduce *a = sum;
    const gt__transport_config *c = &a->config;
    gt__range span = gt__bucket_range(c->buckets, bucket);
    a->settled = false;
    if (is_overlapped(a, span))
        MPI_Iallreduce(c->stack[0] + span.from, c->stack[1] + span.from,
                       (int)(span.to - span.from), gt__real_type(), MPI_SUM,
                       channel_of(a), &a->requests[bucket]);
}

/* All ranks are here with the same buckets, in the same order. */
static void settle(void *sum, int n)
{
    all_reduce *a = sum;
    const gt__transport_config *c = &a->config;
    for (int b = 0; b < n; b++) {
        gt__range span = gt__bucket_range(c->buckets, b);
        if (!is_overlapped(a, span))
            MPI_Allreduce(c->stack[0] + span.from, c->stack[1] + span.from,
                          (int)(span.to - span.from), gt__real_type(), MPI_SUM,
                          channel_of(a));
    }
    a->settled = true;
}

static bool collect(void *sum, int bucket)
{
    all_reduce *a = sum;
    int over = a->settled;
    if (is_overlapped(a, gt__bucket_range(a->config.buckets, bucket)))
        MPI_Test(&a->requests[bucket], &over, MPI_STATUS_IGNORE);
    return over;
}

static gt_real *result(const void *sum)
{
    const all_reduce *a = sum;
    return a->config.stack[1];
}

static void discard(void *sum)
{
    all_reduce *a = sum;
    if (a)
        free(a->requests);
    free(a);
}

static gt_status create(void **out, const gt__transport_config *config)
{
    all_reduce *a = calloc(1, sizeof *a);
    size_t n = (size_t)config->buckets->n;
    if (a)
        a->requests = calloc(n + 1, sizeof(MPI_Request));
    if (!a || !a->requests) {
        discard(a);
        return gt_fail(GT_ERR_MEMORY, "cannot allocate a reducer");
    }
    a->config = *config;
    for (size_t i = 0; i < n; i++)
        a->requests[i] = MPI_REQUEST_NULL;
    *out = a;
    return GT_OK;
}

const gt__transport gt__transport_mpi = {.create = create,
                                         .discard = discard,
                                         .result = result,
                                         .post = post,
                                         .settle = settle,
                                         .reduce_scatter = collect};
