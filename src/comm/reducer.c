/* reducer.c: a binary counter keeps the sums of this rank's shards; what is
 * complete goes on to the other ranks (bucketed_allreduce.h).
 *
 * The stack holds one sum for each aligned block of shards that is as yet
 * without its sibling; adding a shard carries like adding 1 to a binary number.
 * The last shard's carries are made span by span while it is written, from the
 * vector's end to its beginning, after which the stack holds the blocks that
 * this rank's shards consist of (shard_tree.h): for most numbers just one. */
#include "comm/reducer.h"

#include "base/trace.h"
#include "comm/bucketed_allreduce.h"
#include "comm/pending.h"
#include "comm/shard_tree.h"
#include "comm/slices.h"
#include "core/arena.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_LEVELS = 64 };

struct gt_reducer {
    gt_comm *comm;                     /* borrowed */
    gt__bucketed_allreduce *allreduce; /* NULL: this rank is alone */
    size_t count;
    int first, n_shards; /* of this rank */
    int levels;          /* vectors in `stack` */
    int height;          /* sums on the stack */
    int present, added;  /* shards to come in this step, and come */
    int n_blocks;        /* that the stack ends with */
    int block[GT__MAX_BLOCKS + 1];
    size_t merged;   /* from here on, the stack holds the blocks */
    gt_real *memory; /* of the stack; NULL: ranks share it */
    gt_real *stack[MAX_LEVELS];
};

/* --- Setting up. */

/* How often the counter carries when shard `shard` is added. */
static int count_carries(const gt_reducer *r, int shard)
{
    int carries = 0;
    while ((shard + 1) % (2 << carries) == 0 &&
           shard + 1 - (2 << carries) >= r->first)
        carries++;
    return carries;
}

static int most_levels(const gt_reducer *r)
{
    int height = 0, most = 1;
    for (int s = r->first; s < r->first + r->n_shards; s++) {
        height++;
        most = height > most ? height : most;
        height -= count_carries(r, s);
    }
    return most;
}

static size_t pitch(const gt_reducer *r)
{
    size_t unit = GT_ALIGN / sizeof(gt_real);
    return (r->count + unit - 1) / unit * unit;
}

/* No page of it is touched before it is known that ranks cannot share. */
static gt_status allocate(gt_reducer *r)
{
    r->levels = most_levels(r);
    if (r->comm->size > 1 && r->levels == 1)
        r->levels = 2; /* another one to receive into */
    assert(r->levels <= MAX_LEVELS);
    size_t bytes = (size_t)r->levels * pitch(r) * sizeof(gt_real);
    r->memory = aligned_alloc(GT_ALIGN, bytes ? bytes : GT_ALIGN);
    if (!r->memory)
        return gt_fail(GT_ERR_MEMORY,
                       "cannot allocate %.1f MB for gradients; use a smaller "
                       "model or fewer shards",
                       (double)bytes / 1e6);
    for (int i = 0; i < r->levels; i++)
        r->stack[i] = r->memory + (size_t)i * pitch(r);
    return GT_OK;
}

static gt_status plan_allreduce(gt_reducer *r, const gt_reducer_config *config)
{
    bool tree = config->reduction == GT_REDUCTION_TREE;
    if (tree)
        r->n_blocks = gt__aligned_blocks(r->first, r->n_shards, r->block);
    gt__bucketed_allreduce_config bucketed = {.comm = r->comm,
                                              .count = r->count,
                                              .n_shards =
                                                  tree ? r->n_shards : 1,
                                              .n_blocks = r->n_blocks,
                                              .n_vectors = most_levels(r),
                                              .reducer = config,
                                              .stack = r->stack};
    return gt__bucketed_allreduce_new(&r->allreduce, &bucketed);
}

gt_status gt_reducer_new(gt_reducer **out, gt_comm *comm, size_t count,
                         int n_shards, const gt_reducer_config *config)
{
    gt_reducer *r = calloc(1, sizeof *r);
    if (!r)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate a reducer");
    r->comm = comm;
    r->count = count;
    r->first = comm->rank * n_shards;
    r->n_shards = n_shards;
    r->n_blocks = 1;
    r->block[0] = r->first;
    r->block[1] = r->first + n_shards;
    gt_status status = allocate(r);
    if (status == GT_OK && comm->size > 1)
        status = plan_allreduce(r, config);
    if (status != GT_OK)
        gt_reducer_free(r);
    else
        *out = r;
    return status;
}

void gt_reducer_use_shared_memory(gt_reducer *r)
{
    if (!r->allreduce ||
        !gt__bucketed_allreduce_use_shared_memory(r->allreduce)) {
        gt_real_clear(r->memory, (size_t)r->levels * pitch(r));
        return;
    }
    free(r->memory);
    r->memory = NULL;
    r->levels = most_levels(r);
    for (int i = 0; i < r->levels; i++)
        r->stack[i] = gt__bucketed_allreduce_vector(r->allreduce, i);
}

void gt_reducer_free(gt_reducer *r)
{
    if (!r)
        return;
    gt__bucketed_allreduce_free(r->allreduce);
    free(r->memory);
    free(r);
}

/* --- Owners. */

static bool has_owners(const gt_reducer *r)
{
    return r->allreduce && gt__bucketed_allreduce_has_owners(r->allreduce);
}

bool gt_reducer_set_slice_hooks(gt_reducer *r, const gt_slice_hooks *hooks)
{
    if (!has_owners(r))
        return false;
    gt__bucketed_allreduce_set_hooks(r->allreduce, hooks);
    return true;
}

size_t gt_reducer_slice_count(const gt_reducer *r, size_t count)
{
    return has_owners(r) ? gt__slices_count(r->allreduce, r->comm->rank, count)
                         : count;
}

void gt_reducer_gather(gt_reducer *r, const gt_real *mine, size_t count,
                       gt_real *all)
{
    if (has_owners(r))
        gt__slices_gather(r->allreduce, r->comm, mine, count, all);
    else if (r->comm->rank == 0)
        memcpy(all, mine, count * sizeof *all);
}

void gt_reducer_scatter(gt_reducer *r, const gt_real *all, size_t count,
                        gt_real *mine)
{
    if (has_owners(r)) {
        gt__slices_scatter(r->allreduce, r->comm, all, count, mine);
        return;
    }
    if (r->comm->rank == 0)
        memcpy(mine, all, count * sizeof *mine);
    gt_comm_broadcast(r->comm, mine, count * sizeof *mine);
}

void gt_reducer_swap(gt_reducer *r, gt_real *mine, size_t count, gt_real *all)
{
    if (has_owners(r))
        gt__slices_swap(r->allreduce, r->comm, mine, count, all);
    else
        gt__swap(all, mine, count);
}

/* --- This rank's shards. */

void gt_reducer_begin(gt_reducer *r, int present)
{
    assert(present >= 0 && present <= r->n_shards);
    r->height = 0;
    r->added = 0;
    r->present = present;
    r->merged = r->count;
}

gt_real *gt_reducer_vector(gt_reducer *r)
{
    return r->stack[r->height];
}

/* The carries of a shard over some values; the stack is `height` high with it.
 */
static void carry(gt_reducer *r, int height, int carries, gt__interval span)
{
    for (int top = height - 1; top >= height - carries; top--)
        gt__add(r->stack[top - 1] + span.from, r->stack[top] + span.from,
                span.to - span.from);
}

static int block_of(const gt_reducer *r, int shard)
{
    int i = 0;
    while (shard >= r->block[i + 1])
        i++;
    return i;
}

/* With the last shard, also the sums are added whose siblings have no samples
 * in them. They all lie in the last block begun: earlier ones are complete. */
static int last_carries(const gt_reducer *r)
{
    if (r->present == 0)
        return 0;
    int begun = block_of(r, r->first + r->present - 1) + 1;
    return r->height + 1 - begun;
}

/* Blocks of shards without samples: see reducer.h for the -0. */
static void fill_missing(gt_reducer *r, int blocks, gt__interval span)
{
    for (int k = blocks; k < r->n_blocks; k++)
        for (size_t i = span.from; i < span.to; i++)
            r->stack[k][i] = -(gt_real)0;
}

/* For the values from `from` on, make the stack the blocks' sums. */
static void merge_from(gt_reducer *r, size_t from)
{
    gt__interval span = {from, r->merged};
    if (from >= r->merged)
        return;
    int carries = last_carries(r);
    int height = r->height + (r->present > 0);
    carry(r, height, carries, span);
    fill_missing(r, height - carries, span);
    r->merged = from;
}

void gt_reducer_ready(gt_reducer *r, size_t from)
{
    int64_t begin = gt_trace_begin();
    if (r->added + 1 == r->present) {
        merge_from(r, from);
        if (r->allreduce)
            gt__bucketed_allreduce_start(r->allreduce, r->merged);
    }
    if (r->allreduce)
        gt__pending_advance(r->comm);
    gt_trace_end(begin, NULL, "send gradients");
}

void gt_reducer_add(gt_reducer *r)
{
    assert(r->added < r->present);
    if (r->added + 1 == r->present) {
        gt_reducer_ready(r, 0);
        r->added++;
        return;
    }
    int carries = count_carries(r, r->first + r->added++);
    carry(r, ++r->height, carries, (gt__interval){0, r->count});
    r->height -= carries;
}

const gt_real *gt_reducer_finish(gt_reducer *r)
{
    assert(r->added == r->present);
    if (r->present == 0)
        merge_from(r, 0);
    if (!r->allreduce)
        return r->stack[0];
    gt__bucketed_allreduce_start(r->allreduce, r->merged);
    return gt__bucketed_allreduce_finish(r->allreduce);
}
