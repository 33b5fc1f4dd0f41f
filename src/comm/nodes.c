/* nodes.c: aligned blocks and the additions over them. */
#include "comm/nodes.h"

#include <stdlib.h>

int gt__aligned_blocks(int first, int n, int start[GT__MAX_BLOCKS + 1])
{
    int count = 0, end = first + n;
    for (int at = first; at < end; count++) {
        int size = 1;
        while (at % (2 * size) == 0 && size <= (end - at) / 2)
            size *= 2;
        start[count] = at;
        at += size;
    }
    start[count] = end;
    return count;
}

int gt__halvings(int n)
{
    int halvings = 0;
    while ((n >> halvings) % 2 == 0)
        halvings++;
    return halvings;
}

int gt__paired_levels(int ranks, int n_shards)
{
    return (n_shards & (n_shards - 1)) == 0 ? gt__halvings(ranks) : 0;
}

/* The additions that make one sum of the nodes: like the binary counter of
 * reducer.c, with nodes of several sizes. start[] is as for aligned blocks. As
 * nodes begin at shard 0, two of one size side by side are siblings. */
static void plan_sums(const int *start, int n, int (*sums)[2], int *stack)
{
    int height = 0, count = 0;
    for (int i = 0; i < n; i++) {
        stack[height++] = i;
        while (height > 1) {
            int left = stack[height - 2], right = stack[height - 1];
            if (start[right] - start[left] != start[i + 1] - start[right])
                break;
            sums[count][0] = left;
            sums[count++][1] = right;
            height--;
        }
    }
    for (; height > 1; height--) {
        sums[count][0] = stack[height - 2];
        sums[count++][1] = stack[height - 1];
    }
}

gt_status gt__nodes_plan(gt__nodes *nodes, int ranks, int n_shards)
{
    int block[GT__MAX_BLOCKS + 1], n = 0;
    *nodes = (gt__nodes){.first = calloc((size_t)ranks + 1, sizeof(int))};
    if (!nodes->first)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate a reducer");
    for (int r = 0; r < ranks; r++) {
        nodes->first[r] = n;
        n += gt__aligned_blocks(r * n_shards, n_shards, block);
    }
    nodes->first[ranks] = nodes->n = n;
    int *begin = calloc(2 * (size_t)n + 1, sizeof *begin);
    nodes->sums = calloc((size_t)n, sizeof *nodes->sums);
    if (!begin || !nodes->sums) {
        free(begin);
        gt__nodes_free(nodes);
        return gt_fail(GT_ERR_MEMORY, "cannot allocate a reducer");
    }
    for (int r = 0; r < ranks; r++) {
        int m = gt__aligned_blocks(r * n_shards, n_shards, block);
        for (int i = 0; i <= m; i++)
            begin[nodes->first[r] + i] = block[i];
    }
    plan_sums(begin, n, nodes->sums, begin + n + 1);
    free(begin);
    return GT_OK;
}

void gt__nodes_free(gt__nodes *nodes)
{
    free(nodes->first);
    free(nodes->sums);
    *nodes = (gt__nodes){0};
}
