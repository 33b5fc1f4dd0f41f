/* start.c: MPI begins and ends, and says which process this is. */
#include "comm/mpi/start.h"

#include "base/progress_hook.h"
#include "comm/mpi/backend_mpi.h"
#include "comm/mpi/handle.h"
#include "comm/mpi/library.h"
#include "comm/pending.h"
#include "comm/shard_tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern char **environ;

/* Ranks are numbered node by node, however the launcher has placed them, as
 * ranks with close numbers send each other most. A node's position in that
 * order is the launcher's number of its first rank, so the launcher's rank 0 is
 * rank 0. Counting the first ranks counts the nodes. */
static void number_ranks(gt_comm *c)
{
    gt__mpi *mpi = c->mpi;
    MPI_Comm_rank(MPI_COMM_WORLD, &c->launch_rank);
    MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL,
                        &mpi->node);
    MPI_Comm_rank(mpi->node, &c->node_rank);
    MPI_Comm_size(mpi->node, &c->node_size);
    int leader = c->launch_rank, leads = c->node_rank == 0;
    MPI_Bcast(&leader, 1, MPI_INT, 0, mpi->node);
    MPI_Comm_split(MPI_COMM_WORLD, 0, leader, &mpi->job);
    MPI_Comm_rank(mpi->job, &c->rank);
    MPI_Comm_size(mpi->job, &c->size);
    MPI_Allreduce(&leads, &c->nodes, 1, MPI_INT, MPI_SUM, mpi->job);
    int halvings = gt__halvings(c->node_size);
    MPI_Allreduce(&halvings, &mpi->halvings, 1, MPI_INT, MPI_MIN, mpi->job);
    MPI_Comm_split(mpi->job, c->rank % (1 << gt__halvings(c->size)), 0,
                   &mpi->peers);
    char name[MPI_MAX_PROCESSOR_NAME] = "";
    int length;
    MPI_Get_processor_name(name, &length);
    snprintf(c->host, sizeof c->host, "%.63s", name);
}

/* A process that no launcher started is alone. It needs no daemon of Open
 * MPI's, no folder that all such processes would share, and no network. Looking
 * for networks is most of the time that Open MPI takes to start. What the user
 * has set stands. */
static void expect_one_rank(void)
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
    gt__pending_advance(comm);
}

gt_status gt_comm_init(gt_comm **out, int *argc, char ***argv)
{
    int provided;
    gt_launcher launcher;
    *out = NULL;
    gt_status status = gt_launcher_find(&launcher);
    if (status != GT_OK)
        return status;
    gt_launcher_follow(&launcher);
    bool missed = gt__library_misses(&launcher);
    if (missed && launcher.size > 1)
        return gt__library_check(&launcher, 1);
    gt_launcher_hide(&launcher, missed);
    expect_one_rank();
    MPI_Init_thread(argc, argv, MPI_THREAD_FUNNELED, &provided);
    gt_comm *c = calloc(1, sizeof *c);
    gt__mpi *mpi = calloc(1, sizeof *mpi);
    if (!c || !mpi) {
        free(c);
        free(mpi);
        return gt_fail(GT_ERR_MEMORY, "cannot allocate a communicator");
    }
    c->mpi = mpi;
    c->backend = &gt__backend_mpi;
    number_ranks(c);
    for (int i = 0; i < GT_CHANNELS; i++)
        MPI_Comm_dup(mpi->job, &mpi->channel[i]);
    if (c->size > 1)
        gt_progress_hook_set(progress, c);
    *out = c;
    if (provided < MPI_THREAD_FUNNELED)
        return gt_fail(GT_ERR_COMM,
                       "this MPI library does not allow a second thread in "
                       "the process (MPI_THREAD_FUNNELED); use one that does");
    return gt__library_check(&launcher, c->size);
}

void gt_comm_finalize(gt_comm *c)
{
    if (!c)
        return;
    gt_progress_hook_set(NULL, NULL);
    for (int i = 0; i < GT_CHANNELS; i++)
        MPI_Comm_free(&c->mpi->channel[i]);
    MPI_Comm_free(&c->mpi->node);
    MPI_Comm_free(&c->mpi->peers);
    MPI_Comm_free(&c->mpi->job);
    MPI_Finalize();
    free(c->mpi);
    free(c);
}
