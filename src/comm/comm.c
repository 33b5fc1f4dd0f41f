/* comm.c: what the house needs of MPI, in its own words. Counts are size_t
 * here and int in MPI 3, so long transfers go in pieces.
 *
 * Work that a rank does by itself (comm.h): each all-reduce of a minimum means
 * either "at work", if any rank gives AT_WORK, or the outcome of the agreement
 * at the work's end, if none does. So ranks that wait need not know who is
 * still at work, nor how often it will tick. */
#include "comm/comm.h"

#include "base/collective_tick.h"
#include "base/heartbeat.h"
#include "base/progress_hook.h"

#include "comm/bucketed_allreduce.h"
#include "comm/handle.h"
#include "comm/nodes.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern char **environ;

enum { PIECE = 1 << 26 };
enum { AT_WORK = -1 }; /* less than every rank */
static const double every =
    0.1; /* seconds between ticks that are all-reduces */

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

/* Where srun and this MPI library speak different PMIs, each process believes
 * to be alone. */
static gt_status check_together(const gt_comm *c)
{
    const char *started = getenv("SLURM_STEP_NUM_TASKS");
    bool by_mpirun = getenv("OMPI_COMM_WORLD_SIZE");
    if (c->size > 1 || by_mpirun || !started || atoi(started) < 2)
        return GT_OK;
    return gt_fail(GT_ERR_USAGE,
                   "srun started %s processes that do not see each other, as "
                   "this MPI library does not speak the PMI of srun --mpi; "
                   "start them by mpirun (GENTRAIN_LAUNCHER=mpirun in "
                   "jobs/gentrain.sbatch) or with another --mpi",
                   started);
}

/* A process that no launcher started is alone. It needs no daemon of Open
 * MPI's, no folder that all such processes would share, and no network, the
 * search for which is most of its start. What the user has set stands. */
static void expect_nobody(void)
{
    static const char *const launchers[] = {"OMPI_COMM_WORLD_", "PMI",
                                            "SLURM_STEP_NUM_TASKS="};
    for (char **variable = environ; *variable; variable++)
        for (size_t i = 0; i < sizeof launchers / sizeof *launchers; i++)
            if (strncmp(*variable, launchers[i], strlen(launchers[i])) == 0)
                return;
    setenv("OMPI_MCA_ess_singleton_isolated", "1", 0);
    setenv("OMPI_MCA_orte_create_session_dirs", "0", 0);
    setenv("OMPI_MCA_pml", "ob1", 0);
    setenv("OMPI_MCA_btl", "self", 0);
}

static void progress(void *comm)
{
    gt__bucketed_allreduce_progress(comm);
}

gt_status gt_comm_init(gt_comm **out, int *argc, char ***argv)
{
    expect_nobody();
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
    for (int i = 0; i < GT_CHANNELS; i++)
        MPI_Comm_dup(handle->job, &handle->channel[i].comm);
    if (c->size > 1)
        gt_progress_hook_set(progress, c);
    *out = c;
    if (provided < MPI_THREAD_FUNNELED)
        return gt_fail(GT_ERR_COMM,
                       "this MPI library does not allow a second thread in "
                       "the process (MPI_THREAD_FUNNELED); use one that does");
    return check_together(c);
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

static void broadcast_from(gt_comm *c, int rank, void *data, size_t bytes)
{
    char *p = data;
    if (c->size == 1)
        return;
    const char *before = gt_phase_enter(gt_phase_ranks);
    for (size_t done = 0; done < bytes; done += PIECE) {
        size_t n = bytes - done < PIECE ? bytes - done : PIECE;
        MPI_Bcast(p + done, (int)n, MPI_BYTE, rank, c->handle->job);
    }
    gt_phase_leave(before);
}

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

/* A piece of every rank, which lie `stride` bytes apart on rank 0. */
static void gather_piece(gt_comm *c, const char *mine, size_t bytes,
                         size_t stride, char *all)
{
    MPI_Datatype piece, apart;
    MPI_Type_contiguous((int)bytes, MPI_BYTE, &piece);
    MPI_Type_create_resized(piece, 0, (MPI_Aint)stride, &apart);
    MPI_Type_commit(&apart);
    MPI_Gather(mine, (int)bytes, MPI_BYTE, all, 1, apart, 0, c->handle->job);
    MPI_Type_free(&apart);
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
    const char *before = gt_phase_enter(gt_phase_ranks);
    for (size_t done = 0; done < bytes; done += PIECE) {
        size_t n = bytes - done < PIECE ? bytes - done : PIECE;
        gather_piece(c, from + done, n, bytes, to ? to + done : NULL);
    }
    gt_phase_leave(before);
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
    const char *before = gt_phase_enter(gt_phase_ranks);
    if (status == GT_OK && c->rank != 0) {
        send_text(c, mine, size);
    } else if (status == GT_OK) {
        memcpy(*all, mine, size);
        char *to = *all + size;
        for (int r = 1; r < c->size; r++)
            to = receive_text(c, r, to, sizes[r]);
        *to = '\0';
    }
    gt_phase_leave(before);
    free(sizes);
    return status;
}

void gt_comm_sum(gt_comm *c, double *values, int n)
{
    if (c->size == 1)
        return;
    const char *before = gt_phase_enter(gt_phase_ranks);
    MPI_Allreduce(MPI_IN_PLACE, values, n, MPI_DOUBLE, MPI_SUM, c->handle->job);
    gt_phase_leave(before);
}

double gt_comm_max(gt_comm *c, double value)
{
    double largest;
    if (c->size == 1)
        return value;
    const char *before = gt_phase_enter(gt_phase_ranks);
    MPI_Allreduce(&value, &largest, 1, MPI_DOUBLE, MPI_MAX, c->handle->job);
    gt_phase_leave(before);
    return largest;
}

void gt_comm_barrier(gt_comm *c)
{
    if (c->size == 1)
        return;
    const char *before = gt_phase_enter(gt_phase_ranks);
    MPI_Barrier(c->handle->job);
    gt_phase_leave(before);
}
