/* binding.c: each rank finds out what it may use, as nobody else can; the first
 * rank of a node compares (node_cores.c); then ranks agree on the node that is
 * worst off. What cannot be found out is left open: it is but a warning. */
#include "comm/mpi/binding.h"

#include "base/heartbeat.h"
#include "comm/mpi/cpu_quota.h"
#include "comm/mpi/handle.h"
#include "comm/mpi/node_cores.h"

#include <stdlib.h>
#include <string.h>

enum { WORDS = 64 };

/* What a rank may use. */
typedef struct allowance {
    unsigned long pus[WORDS]; /* hardware threads, by the system's numbers */
    gt__cpu_quota quota;
} allowance;

static allowance own_allowance(hwloc_topology_t topology)
{
    allowance mine = {.quota = gt__cpu_quota_read("")};
    hwloc_bitmap_t pus = hwloc_bitmap_alloc();
    if (topology && pus &&
        hwloc_get_cpubind(topology, pus, HWLOC_CPUBIND_THREAD) == 0)
        hwloc_bitmap_to_ulongs(pus, WORDS, mine.pus);
    hwloc_bitmap_free(pus);
    return mine;
}

/* The ranks that share a quota, of the quota that they strain most. */
static void count_quotas(gt__occupancy *node, const allowance *of, int n)
{
    for (int i = 0; i < n; i++) {
        const gt__cpu_quota *quota = &of[i].quota;
        int ranks = 0;
        for (int j = 0; j < n && quota->cpus > 0; j++)
            ranks += of[j].quota.cpus > 0 && of[j].quota.group == quota->group;
        if (ranks * node->quota_cpus > node->quota_ranks * quota->cpus ||
            (ranks > 0 && node->quota_cpus == 0)) {
            node->quota_cpus = quota->cpus;
            node->quota_ranks = ranks;
        }
    }
}

/* Ranks whose binding is not known have no bits set, and crowd nobody. */
static gt_status count_node(gt__occupancy *node, hwloc_topology_t topology,
                            const allowance *of, size_t n)
{
    gt_status status = GT_OK;
    hwloc_bitmap_t *pus = calloc(n, sizeof *pus);
    for (size_t i = 0; i < n && pus && status == GT_OK; i++)
        if (!(pus[i] = hwloc_bitmap_alloc()) ||
            hwloc_bitmap_from_ulongs(pus[i], WORDS, of[i].pus) != 0)
            status = GT_ERR_MEMORY;
    if (!pus || status != GT_OK)
        status = gt_fail(GT_ERR_MEMORY, "cannot compare the ranks' cores");
    if (status == GT_OK)
        status = gt__count_cores(topology, pus, (int)n, node);
    for (size_t i = 0; i < n && pus; i++)
        hwloc_bitmap_free(pus[i]);
    free(pus);
    return status;
}

/* This node's numbers, on its first rank. Collective over the node. */
static gt__occupancy look_at_node(gt_comm *c, int threads, allowance *all)
{
    gt__occupancy node = {.ranks = c->node_size, .threads = threads};
    hwloc_topology_t topology = NULL;
    bool known = gt__topology_load(&topology) == GT_OK;
    allowance mine = own_allowance(known ? topology : NULL);
    memcpy(node.host, c->host, sizeof node.host);
    MPI_Gather(&mine, sizeof mine, MPI_BYTE, all, sizeof mine, MPI_BYTE, 0,
               c->mpi->node);
    if (all)
        count_quotas(&node, all, c->node_size);
    if (all && known)
        count_node(&node, topology, all, (size_t)c->node_size);
    if (known)
        hwloc_topology_destroy(topology);
    return node;
}

/* Of all nodes' numbers, on every rank. */
static gt__occupancy find_worst(gt_comm *c, gt__occupancy node)
{
    struct {
        double severity;
        int rank;
    } mine = {gt__occupancy_severity(&node), c->rank}, most;
    MPI_Allreduce(&mine, &most, 1, MPI_DOUBLE_INT, MPI_MAXLOC, c->mpi->job);
    MPI_Bcast(&node, sizeof node, MPI_BYTE, most.rank, c->mpi->job);
    return node;
}

void gt_binding_check(gt_comm *c, int threads, char *text, size_t size)
{
    allowance *all = NULL;
    gt_status status = GT_OK;
    if (c->node_rank == 0 && !(all = calloc((size_t)c->node_size, sizeof *all)))
        status = gt_fail(GT_ERR_MEMORY, "cannot compare the ranks' cores");
    text[0] = '\0';
    if (gt_comm_agree(c, status) == GT_OK) {
        const char *before = gt_phase_enter(gt_phase_ranks);
        gt__occupancy worst = find_worst(c, look_at_node(c, threads, all));
        gt_phase_leave(before);
        gt__occupancy_warning(&worst, text, size);
    }
    free(all);
}
