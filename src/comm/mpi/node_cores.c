/* node_cores.c: ranks' sets of cores may be the same, apart, nested or chained:
 * two ranks on cores 0-1 and two on cores 1-2 are four on three cores. So the
 * most crowded cores are searched among each rank's own set and what it grows
 * to, step by step, with all sets that overlap it.
 *
 * Sets are of cores, not of hardware threads: two ranks on the two hardware
 * threads of one core share that core. */
#include "comm/mpi/node_cores.h"

#include <stdbool.h>
#include <stdlib.h>

/* hwloc's x86 component would move this process to every core in turn, which
 * takes long when all ranks of a node do so at once; the system tells enough.
 */
gt_status gt__topology_load(hwloc_topology_t *topology)
{
    if (hwloc_topology_init(topology) != 0)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate the map of this node");
    hwloc_topology_set_components(
        *topology, HWLOC_TOPOLOGY_COMPONENTS_FLAG_BLACKLIST, "x86");
    if (hwloc_topology_load(*topology) == 0)
        return GT_OK;
    hwloc_topology_destroy(*topology);
    return gt_fail(GT_ERR_IO, "hwloc cannot tell the cores of this node");
}

/* Where the system does not tell what cores there are, each hardware thread is
 * one. */
static hwloc_obj_type_t core_type(hwloc_topology_t topology)
{
    bool known = hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_CORE) > 0;
    return known ? HWLOC_OBJ_CORE : HWLOC_OBJ_PU;
}

/* hwloc's numbers of the cores that have one of these hardware threads. */
static hwloc_bitmap_t cores_of(hwloc_topology_t topology,
                               hwloc_const_bitmap_t pus)
{
    hwloc_bitmap_t cores = hwloc_bitmap_alloc();
    hwloc_obj_t core = NULL;
    while (cores && (core = hwloc_get_next_obj_by_type(
                         topology, core_type(topology), core)))
        if (hwloc_bitmap_intersects(core->cpuset, pus))
            hwloc_bitmap_set(cores, core->logical_index);
    return cores;
}

/* --- The most crowded cores. */

/* `all` with every set that shares a core with it; false if it was whole. */
static bool grow(hwloc_bitmap_t all, const hwloc_bitmap_t *cores, int n)
{
    int before = hwloc_bitmap_weight(all);
    hwloc_bitmap_t seed = hwloc_bitmap_dup(all);
    for (int i = 0; i < n && seed; i++)
        if (hwloc_bitmap_intersects(seed, cores[i]))
            hwloc_bitmap_or(all, all, cores[i]);
    hwloc_bitmap_free(seed);
    return hwloc_bitmap_weight(all) > before;
}

/* If more ranks for each core have these cores alone than those of `node`,
 * these are its crowd. */
static void compare(gt__occupancy *node, hwloc_const_bitmap_t set,
                    const hwloc_bitmap_t *cores, const hwloc_bitmap_t *pus,
                    int n)
{
    int ranks = 0, size = hwloc_bitmap_weight(set);
    hwloc_bitmap_t used = hwloc_bitmap_alloc();
    for (int i = 0; i < n && used; i++)
        if (!hwloc_bitmap_iszero(cores[i]) &&
            hwloc_bitmap_isincluded(cores[i], set)) {
            ranks++;
            hwloc_bitmap_or(used, used, pus[i]);
        }
    if (size > 0 && used &&
        (node->crowd_cores == 0 ||
         ranks * node->crowd_cores > node->crowd_ranks * size)) {
        node->crowd_ranks = ranks;
        node->crowd_cores = size;
        node->crowd_hardware_threads = hwloc_bitmap_weight(used);
    }
    hwloc_bitmap_free(used);
}

static void find_crowd(gt__occupancy *node, const hwloc_bitmap_t *cores,
                       const hwloc_bitmap_t *pus, int n)
{
    node->crowd_ranks = node->crowd_cores = node->crowd_hardware_threads = 0;
    for (int i = 0; i < n; i++) {
        hwloc_bitmap_t set = hwloc_bitmap_dup(cores[i]);
        bool more = set != NULL;
        while (more) {
            compare(node, set, cores, pus, n);
            more = grow(set, cores, n);
        }
        hwloc_bitmap_free(set);
    }
}

/* --- NUMA. */

/* A domain is what some memory is near to, but not the whole machine. Memory of
 * two kinds may be near to the same cores, and none may be without cores of its
 * own. */
static hwloc_obj_t next_domain(hwloc_topology_t topology, hwloc_obj_t at)
{
    hwloc_obj_t before = NULL;
    while (
        (at = hwloc_get_next_obj_by_type(topology, HWLOC_OBJ_NUMANODE, at))) {
        bool whole = hwloc_bitmap_isequal(
            at->cpuset, hwloc_topology_get_topology_cpuset(topology));
        bool again = false;
        for (before = at->prev_cousin; before; before = before->prev_cousin)
            again |= hwloc_bitmap_isequal(before->cpuset, at->cpuset);
        if (!whole && !again && !hwloc_bitmap_iszero(at->cpuset))
            return at;
    }
    return NULL;
}

static int cores_inside(hwloc_topology_t topology, hwloc_const_bitmap_t pus)
{
    return hwloc_get_nbobjs_inside_cpuset_by_type(topology, pus,
                                                  core_type(topology));
}

/* Whether a rank stays in one domain, or needs the cores of several. */
static bool is_at_home(hwloc_topology_t topology, hwloc_const_bitmap_t pus,
                       int threads)
{
    int most = 0;
    hwloc_obj_t domain = NULL;
    while ((domain = next_domain(topology, domain))) {
        if (hwloc_bitmap_isincluded(pus, domain->cpuset))
            return true;
        int cores = cores_inside(topology, domain->cpuset);
        most = cores > most ? cores : most;
    }
    return most == 0 || threads > most;
}

static void count_domains(gt__occupancy *node, hwloc_topology_t topology,
                          const hwloc_bitmap_t *pus, int n)
{
    node->domains = node->unbound_ranks = 0;
    hwloc_obj_t domain = NULL;
    while ((domain = next_domain(topology, domain)))
        node->domains++;
    for (int i = 0; i < n; i++)
        node->unbound_ranks += !is_at_home(topology, pus[i], node->threads);
}

gt_status gt__count_cores(hwloc_topology_t topology, const hwloc_bitmap_t *pus,
                          int n, gt__occupancy *node)
{
    gt_status status = GT_OK;
    hwloc_bitmap_t *cores = calloc((size_t)n, sizeof *cores);
    for (int i = 0; i < n && cores && status == GT_OK; i++)
        if (!(cores[i] = cores_of(topology, pus[i])))
            status = GT_ERR_MEMORY;
    if (!cores || status != GT_OK)
        status = gt_fail(GT_ERR_MEMORY, "cannot compare the ranks' cores");
    if (status == GT_OK) {
        find_crowd(node, cores, pus, n);
        count_domains(node, topology, pus, n);
    }
    for (int i = 0; i < n && cores; i++)
        hwloc_bitmap_free(cores[i]);
    free(cores);
    return status;
}
