/* slices.c: one message for each slice, in the order of the vector, so that no
 * number has to be copied on its way. */
#include "comm/slices.h"

#include "base/heartbeat.h"
#include "comm/backend.h"

#include <string.h>

enum { TAG = 1 }; /* comm.c has 0, tree_allreduce.c 2 */

void gt__swap(gt_real *a, gt_real *b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        gt_real x = a[i];
        a[i] = b[i];
        b[i] = x;
    }
}

/* What a rank owns of a bucket below `count`. */
static gt__interval slice_below(const gt__bucketed_allreduce *a, int bucket,
                                int rank, size_t count)
{
    gt__interval span = gt__bucketed_allreduce_slice(a, bucket, rank);
    return (gt__interval){span.from < count ? span.from : count,
                          span.to < count ? span.to : count};
}

size_t gt__slices_count(const gt__bucketed_allreduce *a, int rank, size_t count)
{
    size_t owned = 0;
    for (int b = gt__bucketed_allreduce_buckets(a) - 1; b >= 0; b--) {
        gt__interval span = slice_below(a, b, rank, count);
        owned += span.to - span.from;
    }
    return owned;
}

/* Called by rank 0 and by `rank`. */
static void gather_from(const gt__bucketed_allreduce *a, gt_comm *comm,
                        int rank, const gt_real *mine, size_t count,
                        gt_real *all)
{
    for (int b = gt__bucketed_allreduce_buckets(a) - 1; b >= 0; b--) {
        gt__interval span = slice_below(a, b, rank, count);
        size_t n = span.to - span.from;
        if (rank == 0)
            memcpy(all + span.from, mine, n * sizeof *all);
        else if (comm->rank == 0)
            comm->backend->receive(comm, rank, TAG, all + span.from,
                                   n * sizeof *all);
        else
            comm->backend->send(comm, 0, TAG, mine, n * sizeof *mine);
        if (comm->rank == rank)
            mine += n;
    }
}

static void scatter_to(const gt__bucketed_allreduce *a, gt_comm *comm, int rank,
                       const gt_real *all, size_t count, gt_real *mine)
{
    for (int b = gt__bucketed_allreduce_buckets(a) - 1; b >= 0; b--) {
        gt__interval span = slice_below(a, b, rank, count);
        size_t n = span.to - span.from;
        if (rank == 0)
            memcpy(mine, all + span.from, n * sizeof *all);
        else if (comm->rank == 0)
            comm->backend->send(comm, rank, TAG, all + span.from,
                                n * sizeof *all);
        else
            comm->backend->receive(comm, 0, TAG, mine, n * sizeof *mine);
        if (comm->rank == rank)
            mine += n;
    }
}

void gt__slices_gather(const gt__bucketed_allreduce *a, gt_comm *comm,
                       const gt_real *mine, size_t count, gt_real *all)
{
    const char *before = gt_phase_enter(gt_phase_ranks);
    for (int r = 0; r < comm->size; r++)
        if (comm->rank == 0 || comm->rank == r)
            gather_from(a, comm, r, mine, count, all);
    gt_phase_leave(before);
}

static void swap_own(const gt__bucketed_allreduce *a, int rank, gt_real *mine,
                     size_t count, gt_real *all)
{
    for (int b = gt__bucketed_allreduce_buckets(a) - 1; b >= 0; b--) {
        gt__interval span = slice_below(a, b, rank, count);
        gt__swap(all + span.from, mine, span.to - span.from);
        mine += span.to - span.from;
    }
}

/* Called by rank 0 and by `rank`: its slices to rank 0, in their places. */
static void collect_from(const gt__bucketed_allreduce *a, gt_comm *comm,
                         int rank, size_t count, gt_real *all)
{
    for (int b = gt__bucketed_allreduce_buckets(a) - 1; b >= 0; b--) {
        gt__interval span = slice_below(a, b, rank, count);
        size_t bytes = (span.to - span.from) * sizeof *all;
        if (comm->rank == 0)
            comm->backend->receive(comm, rank, TAG, all + span.from, bytes);
        else
            comm->backend->send(comm, 0, TAG, all + span.from, bytes);
    }
}

void gt__slices_swap(const gt__bucketed_allreduce *a, gt_comm *comm,
                     gt_real *mine, size_t count, gt_real *all)
{
    const char *before = gt_phase_enter(gt_phase_ranks);
    swap_own(a, comm->rank, mine, count, all);
    for (int r = 1; r < comm->size; r++)
        if (comm->rank == 0 || comm->rank == r)
            collect_from(a, comm, r, count, all);
    gt_comm_broadcast(comm, all, count * sizeof *all);
    gt_phase_leave(before);
}

void gt__slices_scatter(const gt__bucketed_allreduce *a, gt_comm *comm,
                        const gt_real *all, size_t count, gt_real *mine)
{
    const char *before = gt_phase_enter(gt_phase_ranks);
    for (int r = 0; r < comm->size; r++)
        if (comm->rank == 0 || comm->rank == r)
            scatter_to(a, comm, r, all, count, mine);
    gt_phase_leave(before);
}
