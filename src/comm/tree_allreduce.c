/* tree_allreduce.c: a rank merges its shards into as few blocks of the tree as
 * they consist of (shard_tree.h), for most numbers just one. As far as ranks go
 * up the tree in pairs, two swap their blocks and both merge them, so that one
 * message a level will do. Of what is left, an odd number of blocks or all of
 * them where a rank has several, every rank gets everything and goes on by
 * itself. */
#include "comm/tree_allreduce.h"

#include "base/heartbeat.h"
#include "base/trace.h"
#include "comm/backend.h"
#include "comm/shard_tree.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { TAG = 2 }; /* comm.c has 0, slices.c 1 */

typedef void merger(double *to, const double *from, size_t count);

struct gt_tree_allreduce {
    gt_comm *comm; /* borrowed */
    int n_shards;  /* of this rank */
    size_t max_count;
    int block[GT__MAX_BLOCKS + 1]; /* of this rank: first shards */
    int levels;           /* that ranks go up in pairs; 2^levels make a group */
    int groups, group;    /* of ranks, and this rank's */
    gt__shard_tree tree;  /* groups in place of ranks */
    double *contribution; /* [n_shards][count] */
    double *all;          /* [tree.n][count]; the outcome ends in the first */
    double *other;        /* [max_count]: a block of another rank */
    int *counts, *offsets; /* [groups], of doubles in `all` */
};

static gt_status plan(gt_tree_allreduce *t)
{
    gt_comm *comm = t->comm;
    gt__aligned_blocks(comm->rank * t->n_shards, t->n_shards, t->block);
    t->levels = gt__paired_levels(comm->size, t->n_shards);
    t->groups = comm->size >> t->levels;
    t->group = comm->rank >> t->levels;
    gt_status status =
        gt__shard_tree_plan(&t->tree, t->groups, t->n_shards << t->levels);
    if (status != GT_OK)
        return status;
    if (t->max_count > (size_t)INT_MAX / (size_t)t->tree.n)
        return gt_fail(GT_ERR_CONFIG,
                       "the statistics of all shards, %d times %zu numbers, "
                       "do not fit into one MPI message; lower "
                       "train.shards",
                       t->tree.n, t->max_count);
    t->contribution =
        calloc((size_t)t->n_shards * t->max_count, sizeof *t->contribution);
    t->all = calloc((size_t)t->tree.n * t->max_count, sizeof *t->all);
    t->other = calloc(t->max_count, sizeof *t->other);
    t->counts = calloc((size_t)t->groups, sizeof *t->counts);
    t->offsets = calloc((size_t)t->groups, sizeof *t->offsets);
    if (!t->contribution || !t->all || !t->other || !t->counts || !t->offsets)
        return gt_fail(GT_ERR_MEMORY,
                       "cannot allocate the statistics of %d shards",
                       t->n_shards);
    return GT_OK;
}

gt_status gt_tree_allreduce_new(gt_tree_allreduce **out, gt_comm *comm,
                                int n_shards, size_t max_count)
{
    gt_tree_allreduce *t = calloc(1, sizeof *t);
    if (!t)
        return gt_fail(GT_ERR_MEMORY,
                       "cannot allocate the statistics of %d shards", n_shards);
    t->comm = comm;
    t->n_shards = n_shards;
    t->max_count = max_count;
    gt_status status = plan(t);
    if (status != GT_OK)
        gt_tree_allreduce_free(t);
    else
        *out = t;
    return status;
}

void gt_tree_allreduce_free(gt_tree_allreduce *t)
{
    if (!t)
        return;
    gt__shard_tree_free(&t->tree);
    free(t->contribution);
    free(t->all);
    free(t->other);
    free(t->counts);
    free(t->offsets);
    free(t);
}

double *gt_tree_allreduce_contributions(gt_tree_allreduce *t)
{
    return t->contribution;
}

/* A block of 2^k shards, into the first of them. */
static void merge_block(double *first, int shards, size_t count, merger *merge)
{
    for (int apart = 1; apart < shards; apart *= 2)
        for (int i = 0; i < shards; i += 2 * apart)
            merge(first + (size_t)i * count,
                  first + (size_t)(i + apart) * count, count);
}

static void merge_own(gt_tree_allreduce *t, size_t count, merger *merge)
{
    const int *first = t->tree.first + t->group;
    for (int k = 0; k < first[1] - first[0]; k++) {
        double *block =
            t->contribution + (size_t)(t->block[k] - t->block[0]) * count;
        merge_block(block, t->block[k + 1] - t->block[k], count, merge);
        memcpy(t->all + (size_t)(first[0] + k) * count, block,
               count * sizeof *block);
    }
}

/* The lower rank's block comes first, for both. */
static void merge_in_pairs(gt_tree_allreduce *t, size_t count, merger *merge)
{
    double *mine = t->all + (size_t)t->group * count;
    for (int i = 0; i < t->levels; i++) {
        int other = t->comm->rank ^ 1 << i;
        t->comm->backend->swap(t->comm, other, TAG, mine, t->other, (int)count);
        if (other > t->comm->rank) {
            merge(mine, t->other, count);
        } else {
            merge(t->other, mine, count);
            memcpy(mine, t->other, count * sizeof *mine);
        }
    }
}

static void gather_all(gt_tree_allreduce *t, size_t count)
{
    const int *first = t->tree.first;
    for (int g = 0; g < t->groups; g++) {
        t->offsets[g] = first[g] * (int)count;
        t->counts[g] = (first[g + 1] - first[g]) * (int)count;
    }
    t->comm->backend->allgather(t->comm, t->levels == 0, t->all, t->counts,
                                t->offsets);
}

const double *gt_tree_allreduce_run(gt_tree_allreduce *t, int present,
                                    size_t count, merger *merge)
{
    assert(present >= 0 && present <= t->n_shards && count <= t->max_count);
    assert(!t->comm->working);
    int64_t begin = gt_trace_begin();
    memset(t->contribution + (size_t)present * count, 0,
           (size_t)(t->n_shards - present) * count * sizeof *t->contribution);
    merge_own(t, count, merge);
    const char *before = gt_phase_enter(gt_phase_ranks);
    merge_in_pairs(t, count, merge);
    if (t->groups > 1)
        gather_all(t, count);
    gt_phase_leave(before);
    for (int i = 0; i < t->tree.n - 1; i++)
        merge(t->all + (size_t)t->tree.additions[i][0] * count,
              t->all + (size_t)t->tree.additions[i][1] * count, count);
    gt_trace_end(begin, NULL, "all-reduce of statistics");
    return t->all;
}
