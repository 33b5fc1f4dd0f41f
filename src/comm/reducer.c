/* reducer.c: a binary counter keeps the sums. After s shards the stack holds
 * one partial sum for every 1 bit of s, each of a whole aligned subtree; adding
 * a shard carries like adding 1. */
#include "gentrain/reducer.h"

#include "gentrain/arena.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_LEVELS = 32 };

struct gt_reducer {
    gt_comm *comm; /* borrowed */
    size_t count;
    int levels;     /* buffers in `stack` */
    int height;     /* partial sums on the stack */
    unsigned taken; /* shards added in this step */
    gt_arena arena;
    gt_real *stack[MAX_LEVELS];
};

gt_status gt_reducer_new(gt_reducer **out, gt_comm *comm, size_t count,
                         int n_shards)
{
    gt_reducer *r = calloc(1, sizeof *r);
    if (!r)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate a reducer");
    r->comm = comm;
    r->count = count;
    for (r->levels = 1; n_shards >> r->levels; r->levels++)
        ;
    size_t offset[MAX_LEVELS];
    for (int i = 0; i < r->levels; i++)
        offset[i] = gt_arena_reserve(&r->arena, count);
    gt_status status = gt_arena_commit(&r->arena, "gradients");
    if (status != GT_OK) {
        gt_reducer_free(r);
        return status;
    }
    for (int i = 0; i < r->levels; i++)
        r->stack[i] = gt_arena_at(&r->arena, offset[i]);
    *out = r;
    return GT_OK;
}

void gt_reducer_free(gt_reducer *r)
{
    if (!r)
        return;
    gt_arena_free(&r->arena);
    free(r);
}

void gt_reducer_begin(gt_reducer *r)
{
    r->height = 0;
    r->taken = 0;
}

gt_real *gt_reducer_vector(gt_reducer *r)
{
    return r->stack[r->height];
}

/* stack[height - 2] += stack[height - 1], and the upper one is gone. */
static void add_top_two(gt_reducer *r)
{
    gt_real *restrict sum = r->stack[r->height - 2];
    const gt_real *restrict top = r->stack[r->height - 1];
    for (size_t i = 0; i < r->count; i++)
        sum[i] += top[i];
    r->height--;
}

void gt_reducer_add(gt_reducer *r)
{
    r->height++;
    r->taken++;
    for (unsigned carry = r->taken; !(carry & 1); carry >>= 1)
        add_top_two(r);
}

const gt_real *gt_reducer_finish(gt_reducer *r)
{
    while (r->height > 1)
        add_top_two(r);
    if (r->height == 0)
        memset(r->stack[0], 0, r->count * sizeof *r->stack[0]);
    gt_comm_sum_reals(r->comm, r->stack[0], r->count);
    return r->stack[0];
}
