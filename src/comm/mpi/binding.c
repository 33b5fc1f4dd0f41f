/* binding.c: finds ranks that must share cores, which costs a factor of two or
 * more and is the commonest mistake in starting an MPI job. Each node compares
 * the cores its ranks may use with the threads they run; Linux only, elsewhere
 * nothing is said. */
#define _GNU_SOURCE /* sched_getaffinity */
#include "comm/comm.h"

#include "base/heartbeat.h"
#include "comm/mpi/handle.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS = CPU_SETSIZE / 64 };

typedef struct core_set {
    uint64_t word[WORDS];
} core_set;

static core_set own_cores(void)
{
    core_set mine = {{0}};
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof set, &set) == 0)
        for (int i = 0; i < CPU_SETSIZE; i++)
            if (CPU_ISSET(i, &set))
                mine.word[i / 64] |= 1ull << i % 64;
    return mine;
}

static int count_cores(const core_set *set)
{
    int n = 0;
    for (int i = 0; i < WORDS; i++)
        n += __builtin_popcountll(set->word[i]);
    return n;
}

static bool overlap(const core_set *a, const core_set *b)
{
    uint64_t common = 0;
    for (int i = 0; i < WORDS; i++)
        common |= a->word[i] & b->word[i];
    return common != 0;
}

static bool contains(const core_set *all, const core_set *part)
{
    uint64_t outside = 0;
    for (int i = 0; i < WORDS; i++)
        outside |= part->word[i] & ~all->word[i];
    return outside == 0;
}

/* `set` with all sets that share a core with it. */
static core_set grown(const core_set *set, const core_set *sets, int n)
{
    core_set all = *set;
    for (int j = 0; j < n; j++)
        for (int i = 0; overlap(set, &sets[j]) && i < WORDS; i++)
            all.word[i] |= sets[j].word[i];
    return all;
}

/* The most crowded cores of a node: how many ranks have these alone, and how
 * many cores they are. Looked at are each rank's cores, and what these grow to
 * where ranks' cores overlap, step by step. */
static void most_crowded(const core_set *sets, int n, int *ranks, int *cores)
{
    *ranks = 0;
    *cores = 1;
    for (int i = 0; i < n; i++) {
        core_set set = sets[i], before;
        do {
            int inside = 0, size = count_cores(&set);
            for (int j = 0; j < n; j++)
                inside += contains(&set, &sets[j]);
            if (size > 0 && inside * *cores > *ranks * size) {
                *ranks = inside;
                *cores = size;
            }
            before = set;
            set = grown(&before, sets, n);
        } while (!contains(&before, &set));
    }
}

/* Threads that are wanted on some cores of a node. */
typedef struct crowd {
    int threads, cores;
    char host[64];
} crowd;

/* Of all nodes' crowds, on every rank. `all` has room for this node's sets on
 * its first rank. */
static crowd find_worst(gt_comm *c, int threads, core_set *all)
{
    core_set mine = own_cores();
    crowd worst = {.cores = 1};
    memcpy(worst.host, c->host, sizeof worst.host);
    MPI_Gather(&mine, sizeof mine, MPI_BYTE, all, sizeof mine, MPI_BYTE, 0,
               c->mpi->node);
    if (all)
        most_crowded(all, c->node_size, &worst.threads, &worst.cores);
    worst.threads *= threads;
    struct {
        double load;
        int rank;
    } load = {(double)worst.threads / worst.cores, c->rank}, most;
    MPI_Allreduce(&load, &most, 1, MPI_DOUBLE_INT, MPI_MAXLOC, c->mpi->job);
    MPI_Bcast(&worst, sizeof worst, MPI_BYTE, most.rank, c->mpi->job);
    return worst;
}

/* Without memory nothing is said: it is but a warning. */
void gt_comm_check_binding(gt_comm *c, int threads, char *text, size_t size)
{
    core_set *all = NULL;
    crowd worst = {0};
    if (c->node_rank == 0)
        all = calloc((size_t)c->node_size, sizeof *all);
    gt_status status = GT_OK;
    if (c->node_rank == 0 && !all)
        status = gt_fail(GT_ERR_MEMORY, "cannot compare the ranks' cores");
    if (gt_comm_agree(c, status) == GT_OK) {
        const char *before = gt_phase_enter(gt_phase_ranks);
        worst = find_worst(c, threads, all);
        gt_phase_leave(before);
    }
    free(all);
    text[0] = '\0';
    int n = worst.threads, m = worst.cores;
    if (n > m)
        snprintf(text, size,
                 "on %s, %d thread%s of gentrain share%s %d core%s, which "
                 "costs a factor of two or more; give each rank its own cores "
                 "(mpirun --bind-to core --map-by slot:PE=%d, at most one rank "
                 "per %d core%s) or start fewer ranks",
                 worst.host, n, n == 1 ? "" : "s", n == 1 ? "s" : "", m,
                 m == 1 ? "" : "s", threads, threads, threads == 1 ? "" : "s");
}
