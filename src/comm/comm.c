/* comm.c: what all ranks do together. A process alone has nobody to wait for,
 * so each call here is over at once where there is but one rank.
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

enum { TEXT_TAG = 0 }; /* slices.c has 1, tree_allreduce.c 2 */
enum { AT_WORK = -1 }; /* less than every rank */
static const double every =
    0.1; /* seconds between ticks that are all-reduces */

gt_comm gt_comm_solo(void)
{
    return (gt_comm){.size = 1, .node_size = 1, .nodes = 1};
}

static void broadcast_from(gt_comm *c, int rank, void *data, size_t bytes)
{
    if (c->size == 1)
        return;
    const char *before = gt_phase_enter(gt_phase_ranks);
    c->backend->broadcast(c, rank, data, bytes);
    gt_phase_leave(before);
}

static void reduce(gt_comm *c, double *values, int n, gt__operation what)
{
    if (c->size == 1)
        return;
    const char *before = gt_phase_enter(gt_phase_ranks);
    c->backend->reduce(c, values, n, what);
    gt_phase_leave(before);
}

static int reduce_int(gt_comm *c, int value, gt__operation what)
{
    double result = value;
    reduce(c, &result, 1, what);
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
    if (first == c->size)
        return GT_OK;
    int succeeded = reduce_int(c, mine == GT_OK, GT__SUM);
    struct {
        int status, rank;
        char host[sizeof c->host], message[GT_MESSAGE];
    } said = {.status = mine, .rank = c->launch_rank};
    memcpy(said.host, c->host, sizeof said.host);
    snprintf(said.message, sizeof said.message, "%s", gt_message());
    broadcast_from(c, first, &said, sizeof said);
    if (succeeded && c->size > 1)
        return gt_fail(said.status, "rank %d on %s: %s", said.rank, said.host,
                       said.message);
    return gt_fail(said.status, "%s", said.message);
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

void gt_comm_broadcast(gt_comm *c, void *data, size_t bytes)
{
    broadcast_from(c, 0, data, bytes);
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
    const char *before = gt_phase_enter(gt_phase_ranks);
    c->backend->gather(c, mine, bytes, all);
    gt_phase_leave(before);
}

/* Room for the texts of all ranks, whose sizes come back in `sizes`. */
static gt_status make_room(gt_comm *c, uint64_t size, uint64_t *sizes,
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
    *all = NULL;
    if (status == GT_OK)
        status = make_room(c, size, sizes, all);
    const char *before = gt_phase_enter(gt_phase_ranks);
    if (status == GT_OK && c->rank != 0) {
        c->backend->send(c, 0, TEXT_TAG, mine, size);
    } else if (status == GT_OK) {
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
    reduce(c, values, n, GT__SUM);
}

double gt_comm_max(gt_comm *c, double value)
{
    reduce(c, &value, 1, GT__MAX);
    return value;
}

void gt_comm_barrier(gt_comm *c)
{
    if (c->size == 1)
        return;
    const char *before = gt_phase_enter(gt_phase_ranks);
    c->backend->barrier(c);
    gt_phase_leave(before);
}
