/* transport_mpi.c: Open MPI 4.1 has good algorithms for blocking all-reduces of
 * any size. Its nonblocking one is a plain binomial tree for fewer ranks or
 * shorter messages than OVERLAP_...: at 2 ranks and 1 MB it takes half as long
 * again, more than overlap wins back. (MPI_IN_PLACE makes it twice as slow
 * again.) So such buckets are left until the caller has nothing else to do. */
#include "comm/mpi/handle.h"
#include "comm/mpi/transports.h"

#include <stdlib.h>

enum { OVERLAP_RANKS = 4, OVERLAP_BYTES = 1 << 16 };

typedef struct mpi_sum {
    gt__transport_config config;
    bool blocking_done;    /* in this step */
    MPI_Request *requests; /* by bucket */
} mpi_sum;

static MPI_Comm channel_of(const mpi_sum *m)
{
    return m->config.comm->mpi->channel[m->config.channel];
}

static bool is_overlapped(const mpi_sum *m, gt__interval span)
{
    return m->config.comm->size >= OVERLAP_RANKS &&
           (span.to - span.from) * sizeof(gt_real) >= OVERLAP_BYTES;
}

static void reduce_scatter_start(void *state, int bucket)
{
    mpi_sum *m = state;
    const gt__transport_config *c = &m->config;
    gt__interval span = gt__bucket_interval(c->buckets, bucket);
    m->blocking_done = false;
    if (is_overlapped(m, span))
        MPI_Iallreduce(c->stack[0] + span.from, c->stack[1] + span.from,
                       (int)(span.to - span.from), gt__real_type(), MPI_SUM,
                       channel_of(m), &m->requests[bucket]);
}

/* All ranks are here with the same buckets, in the same order. */
static void reduce_blocking(void *state, int n)
{
    mpi_sum *m = state;
    const gt__transport_config *c = &m->config;
    for (int b = 0; b < n; b++) {
        gt__interval span = gt__bucket_interval(c->buckets, b);
        if (!is_overlapped(m, span))
            MPI_Allreduce(c->stack[0] + span.from, c->stack[1] + span.from,
                          (int)(span.to - span.from), gt__real_type(), MPI_SUM,
                          channel_of(m));
    }
    m->blocking_done = true;
}

static bool reduce_scatter_test(void *state, int bucket)
{
    mpi_sum *m = state;
    int done = m->blocking_done;
    if (is_overlapped(m, gt__bucket_interval(m->config.buckets, bucket)))
        MPI_Test(&m->requests[bucket], &done, MPI_STATUS_IGNORE);
    return done;
}

static gt_real *result(const void *state)
{
    const mpi_sum *m = state;
    return m->config.stack[1];
}

static void destroy(void *state)
{
    mpi_sum *m = state;
    if (m)
        free(m->requests);
    free(m);
}

static gt_status create(void **out, const gt__transport_config *config)
{
    mpi_sum *m = calloc(1, sizeof *m);
    size_t n = (size_t)config->buckets->n;
    if (m)
        m->requests = calloc(n + 1, sizeof(MPI_Request));
    if (!m || !m->requests) {
        destroy(m);
        return gt_fail(GT_ERR_MEMORY, "cannot allocate a reducer");
    }
    m->config = *config;
    for (size_t i = 0; i < n; i++)
        m->requests[i] = MPI_REQUEST_NULL;
    *out = m;
    return GT_OK;
}

const gt__transport gt__transport_mpi = {
    .create = create,
    .destroy = destroy,
    .result = result,
    .reduce_scatter_start = reduce_scatter_start,
    .reduce_scatter_test = reduce_scatter_test,
    .reduce_blocking = reduce_blocking};
