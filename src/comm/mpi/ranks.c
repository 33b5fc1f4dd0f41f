/* ranks.c: the communicators of all ranks, or of a part of them. Their parts
 * are numbered as the whole is. */
#include "comm/mpi/ranks.h"

#include "base/progress_hook.h"
#include "comm/pending.h"
#include "comm/shard_tree.h"

#include <stdio.h>

static void progress(void *comm)
{
    gt__pending_advance(comm);
}

/* From here on, messages of this communicator are kept moving. */
static void advance(gt_comm *c)
{
    if (c->size > 1)
        gt_progress_hook_set(progress, c);
    else
        gt_progress_hook_set(NULL, NULL);
}

/* Ranks are numbered node by node, however the launcher has placed them, as
 * ranks with close numbers send each other most. A node's position in that
 * order is the launcher's number of its first rank, so the launcher's rank 0 is
 * rank 0. Counting the first ranks counts the nodes. */
void gt__ranks_number(gt_comm *c, MPI_Comm all)
{
    gt__mpi *mpi = c->mpi;
    int leader, leads;
    MPI_Comm_split_type(all, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL,
                        &mpi->node);
    MPI_Comm_rank(mpi->node, &c->node_rank);
    MPI_Comm_size(mpi->node, &c->node_size);
    MPI_Comm_rank(all, &leader);
    leads = c->node_rank == 0;
    MPI_Bcast(&leader, 1, MPI_INT, 0, mpi->node);
    MPI_Comm_split(all, 0, leader, &mpi->job);
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
    for (int i = 0; i < GT_CHANNELS; i++)
        MPI_Comm_dup(mpi->job, &mpi->channel[i]);
    advance(c);
}

void gt__ranks_release(gt_comm *c)
{
    gt__mpi *mpi = c->mpi;
    gt_progress_hook_set(NULL, NULL);
    for (int i = 0; i < GT_CHANNELS; i++)
        MPI_Comm_free(&mpi->channel[i]);
    MPI_Comm_free(&mpi->node);
    MPI_Comm_free(&mpi->peers);
    MPI_Comm_free(&mpi->job);
    if (mpi->whole)
        advance(mpi->whole);
}

void gt__ranks_part(gt_comm *c, int ranks, gt_comm *part)
{
    MPI_Comm below;
    MPI_Comm_split(c->mpi->job, c->rank < ranks ? 0 : MPI_UNDEFINED, 0, &below);
    if (!part)
        return;
    part->backend = c->backend;
    part->launch_rank = c->launch_rank;
    part->mpi->whole = c;
    gt__ranks_number(part, below);
    MPI_Comm_free(&below);
}
