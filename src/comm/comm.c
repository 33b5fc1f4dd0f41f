/* comm.c: what the house needs of MPI, in its own words. Counts are size_t here
 * and int in MPI 3, so long transfers go in pieces. One rank alone needs no MPI
 * and makes no call of it.
 *
 * Work that a rank does by itself (comm.h): each all-reduce of a minimum means
 * either "at work", if any rank gives AT_WORK, or the outcome of the agreement
 * at the work's end, if none does. So ranks that wait need not know who is
 * still at work, nor how often it will tick. */
#include "comm/comm.h"

#include "base/collective_tick.h"
#include "base/heartbeat.h"
#include "base/progress_hook.h"
#include "comm/handle.h"
#include "comm/launcher.h"
#include "comm/shard_tree.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE = 1 << 26 };
enum { AT_WORK = -1 }; /* less than every rank */
static const double every =
    0.1; /* seconds between ticks that are all-reduces */

/* Ranks are numbered node by node, however the launcher has placed them: rank
 * numbers that are close exchange most. A node's place in the order is the
 * launcher's number of its first rank, so the launcher's rank 0 is rank 0.
 * Counting the first ranks counts the nodes. */
static void number_ranks(gt_comm *c)
{
    struct gt_comm_mpi *handle = c->handle;
    MPI_Comm_rank(MPI_COMM_WORLD, &c->launch_rank);
    MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL,
                        &handle->node);
    MPI_Comm_rank(handle->node, &c->node_rank);
    MPI_Comm_size(handle->node, &c->node_size);
    int leader = c->launch_rank, leads = c->node_rank == 0;
    MPI_Bcast(&leader, 1, MPI_INT, 0, handle->node);
    MPI_Comm_split(MPI_COMM_WORLD, 0, leader, &handle->job);
    MPI_Comm_rank(handle->job, &c->rank);
    MPI_Comm_size(handle->job, &c->size);
    MPI_Allreduce(&leads, &c->nodes, 1, MPI_INT, MPI_SUM, handle->job);
    int halvings = gt__halvings(c->node_size);
    MPI_Allreduce(&halvings, &handle->halvings, 1, MPI_INT, MPI_MIN,
                  handle->job);
    MPI_Comm_split(handle->job, c->rank % (1 << gt__halvings(c->size)), 0,
                   &handle->peers);
    char name[MPI_MAX_PROCESSOR_NAME] = "";
    int length;
    MPI_Get_processor_name(name, &length);
    snprintf(c->host, sizeof c->host, "%.63s", name);
}

static void progress(void *comm)
{
    const gt_comm *c = comm;
    gt__channels_progress(c->handle->channel, GT_CHANNELS);
}

gt_status gt_comm_init(gt_comm **out, int *argc, char ***argv)
{
    gt__launcher_expect_one_rank();
    int provided;
    MPI_Init_thread(argc, argv, MPI_THREAD_FUNNELED, &provided);
    gt_comm *c = calloc(1, sizeof *c);
    struct gt_comm_mpi *handle = calloc(1, sizeof *handle);
    if (!c || !handle) {
        free(c);
        free(handle);
        return gt_fail(GT_ERR_MEMORY, "cannot allocate a communicator");
    }
    c->handle = handle;
    number_ranks(c);
    for (int i = 0; i < GT_CHANNELS; i++)
        MPI_Comm_dup(handle->job, &handle->channel[i].comm);
    if (c->size > 1)
        gt_progress_hook_set(progress, c);
    *out = c;
    if (provided < MPI_THREAD_FUNNELED)
        return gt_fail(GT_ERR_COMM,
                       "this MPI library does not allow a second thread in "
                       "the process (MPI_THREAD_FUNNELED); use one that does");
    return gt__launcher_check(c->size);
}

void gt_comm_finalize(gt_comm *c)
{
    if (!c)
        return;
    gt_progress_hook_set(NULL, NULL);
    for (int i = 0; i < GT_CHANNELS; i++)
        MPI_Comm_free(&c->handle->channel[i].comm);
    MPI_Comm_free(&c->handle->node);
    MPI_Comm_free(&c->handle->peers);
    MPI_Comm_free(&c->handle->job);
    MPI_Finalize();
    free(c->handle);
    free(c);
}

gt_comm gt_comm_solo(void)
{
    return (gt_comm){.size = 1, .node_size = 1, .nodes = 1};
}

/* A call that waits for other ranks begins; returns the phase that it
 * interrupts. */
static const char *enter(const gt_comm *c)
{
    assert(!c->working);
    return gt_phase_enter(gt_phase_ranks);
}

static void broadcast_from(gt_comm *c, int rank, void *data, size_t bytes)
{
    char *p = data;
    if (c->size == 1)
        return;
    const char *before = enter(c);
    for (size_t done = 0; done < bytes; done += PIECE) {
        size_t n = bytes - done < PIECE ? bytes - done : PIECE;
        MPI_Bcast(p + done, (int)n, MPI_BYTE, rank, c->handle->job);
    }
    gt_phase_leave(before);
}

/* May be called at work. */
static int reduce(gt_comm *c, int value, MPI_Op op)
{
    int result;
    if (c->size == 1)
        return value;
    const char *before = gt_phase_enter(gt_phase_ranks);
    MPI_Allreduce(&value, &result, 1, MPI_INT, op, c->handle->job);
    gt_phase_leave(before);
    return result;
}

/* The lowest rank that failed, or c->size; AT_WORK if a rank is at work. */
static int first_failed(gt_comm *c, gt_status mine)
{
    int first = reduce(c, mine == GT_OK ? c->size : c->rank, MPI_MIN);
    gt_heartbeat();
    return first;
}

/* What gt_comm_agree returns, when `first` is known. */
static gt_status share_failure(gt_comm *c, gt_status mine, int first)
{
    if (first == c->size)
        return GT_OK;
    int succeeded = reduce(c, mine == GT_OK, MPI_SUM);
    struct {
        int status, rank;
        char host[sizeof c->host], message[GT_MESSAGE];
    } failure = {.status = mine, .rank = c->launch_rank};
    memcpy(failure.host, c->host, sizeof failure.host);
    snprintf(failure.message, sizeof failure.message, "%s", gt_message());
    broadcast_from(c, first, &failure, sizeof failure);
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
    if (MPI_Wtime() - c->handle->ticked < every)
        return;
    reduce(c, AT_WORK, MPI_MIN);
    c->handle->ticked = MPI_Wtime();
}

void gt_comm_work_begin(gt_comm *c)
{
    assert(!c->working);
    c->working = true;
    if (c->size == 1)
        return;
    c->handle->ticked = MPI_Wtime();
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

/* A piece of every rank, which lie `stride` bytes apart on rank 0. */
static void gather_piece(gt_comm *c, const char *mine, size_t bytes,
                         size_t stride, char *all)
{
    MPI_Datatype piece, strided;
    MPI_Type_contiguous((int)bytes, MPI_BYTE, &piece);
    MPI_Type_create_resized(piece, 0, (MPI_Aint)stride, &strided);
    MPI_Type_commit(&strided);
    MPI_Gather(mine, (int)bytes, MPI_BYTE, all, 1, strided, 0, c->handle->job);
    MPI_Type_free(&strided);
    MPI_Type_free(&piece);
}

void gt_comm_gather(gt_comm *c, const void *mine, size_t bytes, void *all)
{
    const char *from = mine;
    char *to = all;
    if (c->size == 1) {
        memcpy(all, mine, bytes);
        return;
    }
    const char *before = enter(c);
    for (size_t done = 0; done < bytes; done += PIECE) {
        size_t n = bytes - done < PIECE ? bytes - done : PIECE;
        gather_piece(c, from + done, n, bytes, to ? to + done : NULL);
    }
    gt_phase_leave(before);
}

void gt_comm_sum(gt_comm *c, double *values, int n)
{
    if (c->size == 1)
        return;
    const char *before = enter(c);
    MPI_Allreduce(MPI_IN_PLACE, values, n, MPI_DOUBLE, MPI_SUM, c->handle->job);
    gt_phase_leave(before);
}

double gt_comm_max(gt_comm *c, double value)
{
    double largest;
    if (c->size == 1)
        return value;
    const char *before = enter(c);
    MPI_Allreduce(&value, &largest, 1, MPI_DOUBLE, MPI_MAX, c->handle->job);
    gt_phase_leave(before);
    return largest;
}

void gt_comm_barrier(gt_comm *c)
{
    if (c->size == 1)
        return;
    const char *before = enter(c);
    MPI_Barrier(c->handle->job);
    gt_phase_leave(before);
}
