/* tree_allreduce.c: a rank merges its shards into as few nodes of the tree as
 * they make (nodes.h), for most numbers just one. As far as ranks go up the
 * tree in pairs, two swap their nodes and both merge them, so that one message
 * a level will do. Of what is left, an odd number of nodes or all of them where
 * a rank has several, everybody gets everything, and goes on by itself. */
#include "comm/tree_allreduce.h"

#include "base/heartbeat.h"
#include "base/trace.h"
#include "comm/backend.h"
#include "comm/nodes.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { TAG = 2 }; /* comm.c has 0, slices.c 1 */

typedef void merger(double *to, const double *from, size_t count);

struct gt_tree_allreduce {
    gt_comm *comm; /* borrowed */
    int n_shards;  /* of this rank */
    size_t most;
    int block[GT__MAX_BLOCKS + 1]; /* of this rank */
    int levels;        /* that ranks go up in pairs; 2^levels make a group */
    int groups, group; /* of ranks, and this rank's */
    gt__nodes nodes;   /* of groups */
    double *told;      /* [n_shards x most] */
    double *all;       /* [nodes.n x most]; the outcome ends in the first */
    double *other;     /* [most]: a node of another rank */
    int *counts, *offsets; /* [groups], of doubles in `all` */
};

static gt_status plan(gt_tree_allreduce *m)
{
    gt_comm *comm = m->comm;
    gt__aligned_blocks(comm->rank * m->n_shards, m->n_shards, m->block);
    m->levels = gt__paired_levels(comm->size, m->n_shards);
    m->groups = comm->size >> m->levels;
    m->group = comm->rank >> m->levels;
    gt_status status =
        gt__nodes_plan(&m->nodes, m->groups, m->n_shards << m->levels);
    if (status != GT_OK)
        return status;
    if (m->most > (size_t)INT_MAX / (size_t)m->nodes.n)
        return gt_fail(GT_ERR_CONFIG,
                       "the statistics of all shards, %d times %zu numbers, "
                       "are more than one MPI message takes; lower "
                       "train.shards",
                       m->nodes.n, m->most);
    m->told = calloc((size_t)m->n_shards * m->most, sizeof *m->told);
    m->all = calloc((size_t)m->nodes.n * m->most, sizeof *m->all);
    m->other = calloc(m->most, sizeof *m->other);
    m->counts = calloc((size_t)m->groups, sizeof *m->counts);
    m->offsets = calloc((size_t)m->groups, sizeof *m->offsets);
    if (!m->told || !m->all || !m->other || !m->counts || !m->offsets)
        return gt_fail(GT_ERR_MEMORY,
                       "cannot allocate the statistics of %d shards",
                       m->n_shards);
    return GT_OK;
}

gt_status gt_tree_allreduce_new(gt_tree_allreduce **out, gt_comm *comm,
                                int n_shards, size_t most)
{
    gt_tree_allreduce *m = calloc(1, sizeof *m);
    if (!m)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate a meeting of shards");
    m->comm = comm;
    m->n_shards = n_shards;
    m->most = most;
    gt_status status = plan(m);
    if (status != GT_OK)
        gt_tree_allreduce_free(m);
    else
        *out = m;
    return status;
}

void gt_tree_allreduce_free(gt_tree_allreduce *m)
{
    if (!m)
        return;
    gt__nodes_free(&m->nodes);
    free(m->told);
    free(m->all);
    free(m->other);
    free(m->counts);
    free(m->offsets);
    free(m);
}

double *gt_tree_allreduce_contributions(gt_tree_allreduce *m)
{
    return m->told;
}

/* A block of 2^k shards, into the first of them. */
static void merge_block(double *first, int shards, size_t count, merger *merge)
{
    for (int apart = 1; apart < shards; apart *= 2)
        for (int i = 0; i < shards; i += 2 * apart)
            merge(first + (size_t)i * count,
                  first + (size_t)(i + apart) * count, count);
}

static void merge_own(gt_tree_allreduce *m, size_t count, merger *merge)
{
    const int *nodes = m->nodes.first + m->group;
    for (int k = 0; k < nodes[1] - nodes[0]; k++) {
        double *block = m->told + (size_t)(m->block[k] - m->block[0]) * count;
        merge_block(block, m->block[k + 1] - m->block[k], count, merge);
        memcpy(m->all + (size_t)(nodes[0] + k) * count, block,
               count * sizeof *block);
    }
}

/* The lower rank's node comes first, for both. */
static void merge_in_pairs(gt_tree_allreduce *m, size_t count, merger *merge)
{
    double *mine = m->all + (size_t)m->group * count;
    for (int i = 0; i < m->levels; i++) {
        int other = m->comm->rank ^ 1 << i;
        m->comm->backend->swap(m->comm, other, TAG, mine, m->other, (int)count);
        if (other > m->comm->rank) {
            merge(mine, m->other, count);
        } else {
            merge(m->other, mine, count);
            memcpy(mine, m->other, count * sizeof *mine);
        }
    }
}

static void get_all(gt_tree_allreduce *m, size_t count)
{
    const int *first = m->nodes.first;
    for (int g = 0; g < m->groups; g++) {
        m->offsets[g] = first[g] * (int)count;
        m->counts[g] = (first[g + 1] - first[g]) * (int)count;
    }
    m->comm->backend->allgather(m->comm, m->levels == 0, m->all, m->counts,
                                m->offsets);
}

const double *gt_tree_allreduce_run(gt_tree_allreduce *m, int present,
                                    size_t count, merger *merge)
{
    assert(present >= 0 && present <= m->n_shards && count <= m->most);
    int64_t begin = gt_trace_begin();
    memset(m->told + (size_t)present * count, 0,
           (size_t)(m->n_shards - present) * count * sizeof *m->told);
    merge_own(m, count, merge);
    const char *before = gt_phase_enter(gt_phase_ranks);
    merge_in_pairs(m, count, merge);
    if (m->groups > 1)
        get_all(m, count);
    gt_phase_leave(before);
    for (int i = 0; i < m->nodes.n - 1; i++)
        merge(m->all + (size_t)m->nodes.sums[i][0] * count,
              m->all + (size_t)m->nodes.sums[i][1] * count, count);
    gt_trace_end(begin, NULL, "meeting of shards");
    return m->all;
}
