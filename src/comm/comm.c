/* comm.c: what the house needs of MPI, in its own words. Counts are size_t
 * here and int in MPI 3, so long transfers go in pieces. */
#include "gentrain/comm.h"

#include "gentrain/phase.h"
#include "gentrain/pulse.h"

#include "comm/exchange.h"
#include "comm/handle.h"
#include "comm/nodes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE = 1 << 28, MESSAGE = 2048 };

/* One rank of each node speaks for it; counting them counts the nodes. Ranks
 * are numbered node by node, however they were dealt out, so that neighbours,
 * who talk most, are on one node. The launcher's rank 0 keeps its number. */
static void find_places(gt_comm *c)
{
    struct gt_comm_mpi *handle = c->handle;
    MPI_Comm_rank(MPI_COMM_WORLD, &c->launch_rank);
    MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL,
                        &handle->node);
    MPI_Comm_rank(handle->node, &c->node_rank);
    MPI_Comm_size(handle->node, &c->node_size);
    int speaker = c->launch_rank, speaks = c->node_rank == 0;
    MPI_Bcast(&speaker, 1, MPI_INT, 0, handle->node);
    MPI_Comm_split(MPI_COMM_WORLD, 0, speaker, &handle->job);
    MPI_Comm_rank(handle->job, &c->rank);
    MPI_Comm_size(handle->job, &c->size);
    MPI_Allreduce(&speaks, &c->nodes, 1, MPI_INT, MPI_SUM, handle->job);
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
    gt__exchange_progress(comm);
}

gt_status gt_comm_init(gt_comm **out, int *argc, char ***argv)
{
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
    find_places(c);
    for (int i = 0; i < GT_LANES; i++)
        MPI_Comm_dup(handle->job, &handle->lane[i].comm);
    if (c->size > 1)
        gt_pulse_ask(progress, c);
    *out = c;
    if (provided < MPI_THREAD_FUNNELED)
        return gt_fail(GT_ERR_COMM,
                       "this MPI library does not allow a second thread in "
                       "the process (MPI_THREAD_FUNNELED); use one that does");
    return GT_OK;
}

void gt_comm_finalize(gt_comm *c)
{
    if (!c)
        return;
    gt_pulse_ask(NULL, NULL);
    for (int i = 0; i < GT_LANES; i++)
        MPI_Comm_free(&c->handle->lane[i].comm);
    MPI_Comm_free(&c->handle->node);
    MPI_Comm_free(&c->handle->peers);
    MPI_Comm_free(&c->handle->job);
    MPI_Finalize();
    free(c->handle);
    free(c);
}

void gt_comm_abort(gt_comm *c, int code)
{
    MPI_Abort(c ? c->handle->job : MPI_COMM_WORLD, code);
    abort();
}

int gt_launch_rank(void)
{
    static const char *const names[] = {"OMPI_COMM_WORLD_RANK", "PMIX_RANK",
                                        "PMI_RANK", "SLURM_PROCID"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);
        if (value)
            return atoi(value);
    }
    return 0;
}

gt_status gt_comm_agree(gt_comm *c, gt_status mine)
{
    int report[2] = {mine == GT_OK ? c->size : c->rank, mine == GT_OK ? 1 : 0};
    int first, succeeded;
    const char *before = gt_phase_enter(gt_phase_ranks);
    MPI_Allreduce(&report[0], &first, 1, MPI_INT, MPI_MIN, c->handle->job);
    gt_phase_leave(before);
    if (first == c->size)
        return GT_OK;
    MPI_Allreduce(&report[1], &succeeded, 1, MPI_INT, MPI_SUM, c->handle->job);
    struct {
        int status, rank;
        char host[sizeof c->host], message[MESSAGE];
    } said = {.status = mine, .rank = c->launch_rank};
    memcpy(said.host, c->host, sizeof said.host);
    snprintf(said.message, sizeof said.message, "%s", gt_message());
    MPI_Bcast(&said, sizeof said, MPI_BYTE, first, c->handle->job);
    if (succeeded && c->size > 1)
        return gt_fail(said.status, "rank %d on %s: %s", said.rank, said.host,
                       said.message);
    return gt_fail(said.status, "%s", said.message);
}

void gt_comm_broadcast(gt_comm *c, void *data, size_t bytes)
{
    char *p = data;
    for (size_t done = 0; done < bytes; done += PIECE) {
        size_t n = bytes - done < PIECE ? bytes - done : PIECE;
        MPI_Bcast(p + done, (int)n, MPI_BYTE, 0, c->handle->job);
    }
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
    MPI_Datatype block;
    MPI_Type_contiguous((int)bytes, MPI_BYTE, &block);
    MPI_Type_commit(&block);
    MPI_Gather(mine, 1, block, all, 1, block, 0, c->handle->job);
    MPI_Type_free(&block);
}

/* Pieces arrive in the order in which they were sent. */
static void send_text(gt_comm *c, const char *text, uint64_t size)
{
    for (uint64_t done = 0; done < size; done += PIECE) {
        uint64_t n = size - done < PIECE ? size - done : PIECE;
        MPI_Send(text + done, (int)n, MPI_CHAR, 0, 0, c->handle->job);
    }
}

static char *receive_text(gt_comm *c, int from, char *to, uint64_t size)
{
    for (uint64_t done = 0; done < size; done += PIECE) {
        uint64_t n = size - done < PIECE ? size - done : PIECE;
        MPI_Recv(to + done, (int)n, MPI_CHAR, from, 0, c->handle->job,
                 MPI_STATUS_IGNORE);
    }
    return to + size;
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
    if (status == GT_OK && c->rank != 0) {
        send_text(c, mine, size);
    } else if (status == GT_OK) {
        memcpy(*all, mine, size);
        char *to = *all + size;
        for (int r = 1; r < c->size; r++)
            to = receive_text(c, r, to, sizes[r]);
        *to = '\0';
    }
    free(sizes);
    return status;
}

void gt_comm_sum(gt_comm *c, double *values, int n)
{
    const char *before = gt_phase_enter(gt_phase_ranks);
    MPI_Allreduce(MPI_IN_PLACE, values, n, MPI_DOUBLE, MPI_SUM, c->handle->job);
    gt_phase_leave(before);
}

double gt_comm_max(gt_comm *c, double value)
{
    double largest;
    MPI_Allreduce(&value, &largest, 1, MPI_DOUBLE, MPI_MAX, c->handle->job);
    return largest;
}

void gt_comm_barrier(gt_comm *c)
{
    MPI_Barrier(c->handle->job);
}
