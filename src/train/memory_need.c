/* memory_need.c: a job that takes more than its control group or its node has
 * is killed without a word, and one that takes more addresses than ulimit
 * allows may hang in a library (OpenBLAS asks for its buffer for ever) or crash
 * in one (HDF5). Here either becomes an error before the first step. */
#include "train/memory_need.h"

#include "base/memory.h"
#include "base/thread.h"
#include "core/blas.h"
#include "core/gemm.h"
#include "store/h5file.h"
#include "store/h5rehearse.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* Bytes that the heap and MPI's library may still want. */
static const double slack = 8e6;
/* What MPI takes to start, and does not always survive not to get. */
static const double mpi_room = 32e6;

static const struct {
    const char *what, *addresses, *mend;
} uses[] = {
    [GT_MEMORY_WORK] = {"", "the job",
                        "use a smaller batch or model, train.accumulate, fewer "
                        "ranks on a node"},
    [GT_MEMORY_DATA] = {" for the data", "reading the data",
                        "use less of them"},
    [GT_MEMORY_SAMPLES] = {" for the samples", "the job",
                           "make fewer of them (--count)"},
    [GT_MEMORY_FIGURES] = {" for an evaluation", "the evaluation",
                           "look at fewer samples (--samples; while a model "
                           "trains, output.eval_samples)"},
};

static gt_status fail_addresses(const gt_memory_room *room, double need,
                                const char *what)
{
    return gt_fail(
        GT_ERR_MEMORY,
        "%s needs %.0f MB of addresses more, but %s allows %.0f MB in all, of "
        "which %.0f MB are left; raise it (ulimit, h_vmem of SGE, pvmem of "
        "PBS), or make the job smaller",
        what, need / 1e6, room->name, room->limit / 1e6, room->left / 1e6);
}

double gt_memory_later(int others)
{
    return others * gt_thread_addresses() + gt_h5_room;
}

gt_status gt_memory_expect_mpi(void)
{
    gt_memory_room room = gt_memory_addresses();
    return mpi_room <= room.left ? GT_OK
                                 : fail_addresses(&room, mpi_room, "MPI");
}

gt_status gt_memory_start_libraries(int threads, int others)
{
    gt_memory_room room = gt_memory_addresses();
    double need =
        (double)threads * gt_blas_buffer() + gt_memory_later(others) + slack;
    if (need > room.left)
        return fail_addresses(&room, need, "a rank with its libraries");
    gt_memory_share_heap();
    gt_blas_set_threads(threads);
    gt_blas_start();
    return gt_h5_start();
}

/* What one rank wants and sees. */
typedef struct report {
    double need;
    gt_memory_use use;
    gt_memory_room group, node;
    int node_rank, padding;
} report;

/* Ranks from `first` on that share the limit: those of its node, in the same
 * group. */
static gt_status check_shared(const gt_comm *comm, const report *of, int first,
                              bool whole_node)
{
    const gt_memory_room *room =
        whole_node ? &of[first].node : &of[first].group;
    double need = 0;
    int ranks = 0;
    for (int r = first; r < comm->size && (r == first || of[r].node_rank > 0);
         r++)
        if (whole_node || of[r].group.group == room->group) {
            need += of[r].need;
            ranks++;
        }
    if (need + slack <= room->left)
        return GT_OK;
    char who[64];
    if (ranks == 1)
        snprintf(who, sizeof who, "rank %d needs", first);
    else
        snprintf(who, sizeof who, "the %d ranks from rank %d on need", ranks,
                 first);
    return gt_fail(GT_ERR_MEMORY,
                   "%s %.0f MB of memory more%s, but %s is %.0f MB, of which "
                   "%.0f MB are left; %s, or ask for more (sbatch --mem, "
                   "docker --memory)",
                   who, need / 1e6, uses[of->use].what, room->name,
                   room->limit / 1e6, room->left / 1e6, uses[of->use].mend);
}

/* Every rank is the first of those that share some limit with it, or comes
 * after it. */
static gt_status check_all(const gt_comm *comm, const report *of)
{
    gt_status status = GT_OK;
    for (int r = 0; r < comm->size && status == GT_OK; r++) {
        status = check_shared(comm, of, r, false);
        if (status == GT_OK && of[r].node_rank == 0)
            status = check_shared(comm, of, r, true);
    }
    return status;
}

gt_status gt_memory_check_rest(bool writes)
{
    gt_memory_room room = gt_memory_addresses();
    double need = slack + (writes ? gt_h5_room : 0);
    return need > room.left ? fail_addresses(&room, need, "the job") : GT_OK;
}

gt_status gt_memory_check(gt_comm *comm, gt_memory_use use, double bytes,
                          double addresses)
{
    report mine = {.need = bytes,
                   .use = use,
                   .group = gt_memory_group(""),
                   .node = gt_memory_node(""),
                   .node_rank = comm->node_rank};
    gt_memory_room own = gt_memory_addresses();
    report *all = NULL;
    gt_status status = GT_OK;
    if (addresses + slack > own.left)
        status = fail_addresses(&own, addresses + slack, uses[use].addresses);
    if (comm->rank == 0 && !(all = calloc((size_t)comm->size, sizeof *all)))
        status = gt_fail(GT_ERR_MEMORY, "cannot allocate a table of ranks");
    status = gt_comm_agree(comm, status);
    if (status == GT_OK) {
        gt_comm_gather(comm, &mine, sizeof mine, all);
        if (comm->rank == 0)
            status = check_all(comm, all);
        status = gt_comm_agree(comm, status);
    }
    free(all);
    return status;
}

gt_status gt_memory_fits_beside(void *context, const gt_task *task,
                                size_t bytes)
{
    const gt_memory_beside *b = context;
    (void)task;
    return gt_memory_check(b->comm, b->use, (double)bytes + b->bytes,
                           b->bytes + gt_memory_later(0));
}
