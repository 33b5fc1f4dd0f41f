/* comm.c: what all ranks do together. Where there is but one rank each call is
 * over at once, without a backend.
 *
 * Work that a rank does by itself (comm.h): each all-reduce of a minimum means
 * either "at work", if any rank gives AT_WORK, or the outcome of the agreement
 * at the work's end, if none does. So ranks that wait need not know who is
 * still at work, nor how often it will tick. */
#include "comm/comm.h"

#include "base/clock.h"
#include "base/collective_tick.h"
#include "base/heartbeat.h"
#include "comm/backend.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#undef gt_comm_agree

enum { TEXT_TAG = 0 }; /* slices.c has 1, tree_allreduce.c 2 */
enum { AT_WORK = -1 }; /* less than every rank */
static const double every =
    0.1; /* seconds between ticks that are all-reduces */

gt_comm gt_comm_solo(void)
{
    return (gt_comm){.size = 1, .node_size = 1, .nodes = 1};
}

/* A call that waits for other ranks begins, which none may do that is at work;
 * returns the phase that it interrupts. */
static const char *enter(const gt_comm *c)
{
    (void)c; /* read by the assertion alone */
    assert(!c->working);
    return gt_phase_enter(gt_phase_ranks);
}

void gt_comm_broadcast_from(gt_comm *c, int from, void *data, size_t bytes)
{
    if (c->size == 1)
        return;
    const char *before = enter(c);
    c->backend->broadcast(c, from, data, bytes);
    gt_phase_leave(before);
}

/* Of ticks, too. */
static void reduce(gt_comm *c, double *values, int n, gt__operation operation)
{
    if (c->size == 1)
        return;
    const char *before = gt_phase_enter(gt_phase_ranks);
    c->backend->reduce(c, values, n, operation);
    gt_phase_leave(before);
}

static int reduce_int(gt_comm *c, int value, gt__operation operation)
{
    double result = value;
    reduce(c, &result, 1, operation);
    return (int)result;
}

/* The lowest rank that failed, or c->size; AT_WORK if a rank is at work. */
static int first_failed(gt_comm *c, gt_status mine)
{
    int first = reduce_int(c, mine == GT_OK ? c->size : c->rank, GT__MIN);
    gt_heartbeat();
    return first;
}

/* What gt_comm_agree returns, when `first` is known. */
static gt_status share_failure(gt_comm *c, gt_status mine, int first)
{
    if (first == c->size) {
        assert(mine == GT_OK);
        return GT_OK;
    }
    int succeeded = reduce_int(c, mine == GT_OK, GT__SUM);
    struct {
        int status, rank;
        char host[sizeof c->host], message[GT_MESSAGE];
    } failure = {.status = mine, .rank = c->launch_rank};
    memcpy(failure.host, c->host, sizeof failure.host);
    snprintf(failure.message, sizeof failure.message, "%s", gt_message());
    gt_comm_broadcast_from(c, first, &failure, sizeof failure);
    assert(failure.status != GT_OK);
    if (succeeded && c->size > 1)
        return gt_fail(failure.status, "rank %d on %s: %s", failure.rank,
                       failure.host, failure.message);
    return gt_fail(failure.status, "%s", failure.message);
}

gt_status gt_comm_agree(gt_comm *c, gt_status mine)
{
    assert(!c->working);
    return share_failure(c, mine, first_failed(c, mine));
}

static void tick(void *comm)
{
    gt_comm *c = comm;
    if (gt_seconds() - c->ticked < every)
        return;
    reduce_int(c, AT_WORK, GT__MIN);
    c->ticked = gt_seconds();
}

void gt_comm_work_begin(gt_comm *c)
{
    assert(!c->working);
    c->working = true;
    if (c->size == 1)
        return;
    c->ticked = gt_seconds();
    gt_collective_tick_set(tick, c);
}

gt_status gt_comm_work_end(gt_comm *c, gt_status mine)
{
    assert(c->working);
    c->working = false;
    gt_collective_tick_set(NULL, NULL);
    int first = first_failed(c, mine);
    while (first == AT_WORK)
        first = first_failed(c, mine);
    return share_failure(c, mine, first);
}

/* --- A part of the ranks. */

gt_status gt_comm_part_new(gt_comm **part, gt_comm *c, int ranks)
{
    assert(ranks > 0 && ranks < c->size && !c->working);
    gt_status status = GT_OK;
    gt_comm *p = NULL;
    if (c->rank < ranks) {
        p = calloc(1, sizeof *p);
        struct gt__mpi *mpi = calloc(1, c->backend->size);
        if (p)
            p->mpi = mpi;
        if (!p || !mpi) {
            status = gt_fail(GT_ERR_MEMORY, "cannot allocate a communicator");
            free(mpi);
            free(p);
            p = NULL;
        }
    }
    status = gt_comm_agree(c, status);
    if (status == GT_OK)
        c->backend->part_make(c, ranks, p);
    else if (p)
        free(p->mpi);
    if (status != GT_OK) {
        free(p);
        p = NULL;
    }
    *part = p;
    return status;
}

void gt_comm_part_free(gt_comm *part)
{
    if (!part)
        return;
    part->backend->part_release(part);
    free(part->mpi);
    free(part);
}

/* --- Data. */

void gt_comm_broadcast(gt_comm *c, void *data, size_t bytes)
{
    gt_comm_broadcast_from(c, 0, data, bytes);
}

gt_status gt_comm_broadcast_text(gt_comm *c, char **text)
{
    uint64_t size = c->rank == 0 ? strlen(*text) + 1 : 0;
    gt_comm_broadcast(c, &size, sizeof size);
    gt_status status = GT_OK;
    if (c->rank != 0) {
        *text = malloc(size);
        if (!*text)
            status = gt_fail(GT_ERR_MEMORY, "cannot allocate %llu bytes",
                             (unsigned long long)size);
    }
    status = gt_comm_agree(c, status);
    if (status == GT_OK)
        gt_comm_broadcast(c, *text, size);
    return status;
}

void gt_comm_gather(gt_comm *c, const void *mine, size_t bytes, void *all)
{
    if (c->size == 1) {
        memcpy(all, mine, bytes);
        return;
    }
    const char *before = enter(c);
    c->backend->gather(c, mine, bytes, all);
    gt_phase_leave(before);
}

/* Allocate rank 0's *all for the texts of all ranks, whose sizes come back in
 * `sizes`. Collective. */
static gt_status allocate_for_all(gt_comm *c, uint64_t size, uint64_t *sizes,
                                  char **all)
{
    gt_comm_gather(c, &size, sizeof size, sizes);
    uint64_t total = 1;
    for (int r = 0; c->rank == 0 && r < c->size; r++)
        total += sizes[r];
    gt_status status = GT_OK;
    if (c->rank == 0 && !(*all = malloc(total)))
        status = gt_fail(GT_ERR_MEMORY, "cannot allocate %llu bytes",
                         (unsigned long long)total);
    return gt_comm_agree(c, status);
}

gt_status gt_comm_gather_text(gt_comm *c, const char *mine, char **all)
{
    uint64_t size = strlen(mine);
    uint64_t *sizes = calloc((size_t)c->size, sizeof *sizes);
    gt_status status = GT_OK;
    if (!sizes)
        status = gt_fail(GT_ERR_MEMORY, "cannot allocate %d sizes", c->size);
    status = gt_comm_agree(c, status);
    assert(status != GT_OK || sizes);
    *all = NULL;
    if (status == GT_OK)
        status = allocate_for_all(c, size, sizes, all);
    const char *before = enter(c);
    if (status == GT_OK && c->rank != 0) {
        c->backend->send(c, 0, TEXT_TAG, mine, size);
    } else if (status == GT_OK) {
        assert(*all);
        memcpy(*all, mine, size);
        char *to = *all + size;
        for (int r = 1; r < c->size; to += sizes[r++])
            c->backend->receive(c, r, TEXT_TAG, to, sizes[r]);
        *to = '\0';
    }
    gt_phase_leave(before);
    free(sizes);
    return status;
}

void gt_comm_sum(gt_comm *c, double *values, int n)
{
    assert(!c->working);
    reduce(c, values, n, GT__SUM);
}

double gt_comm_max(gt_comm *c, double value)
{
    assert(!c->working);
    reduce(c, &value, 1, GT__MAX);
    return value;
}

void gt_comm_barrier(gt_comm *c)
{
    if (c->size == 1)
        return;
    const char *before = enter(c);
    c->backend->barrier(c);
    gt_phase_leave(before);
}
