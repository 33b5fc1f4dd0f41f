/* shard_tree.c: the additions are found as by a binary counter: a block is
 * added to its left neighbour as soon as both are of one size. The first block
 * begins at shard 0, so two of one size side by side are always siblings in the
 * tree.
 */
#include "comm/shard_tree.h"

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

/* start[] is as for aligned blocks; `stack` has room for n. */
static void plan_additions(const int *start, int n, int (*additions)[2],
                           int *stack)
{
    int height = 0, count = 0;
    for (int i = 0; i < n; i++) {
        stack[height++] = i;
        while (height > 1) {
            int left = stack[height - 2], right = stack[height - 1];
            if (start[right] - start[left] != start[i + 1] - start[right])
                break;
            additions[count][0] = left;
            additions[count++][1] = right;
            height--;
        }
    }
    for (; height > 1; height--) {
        additions[count][0] = stack[height - 2];
        additions[count++][1] = stack[height - 1];
    }
}

gt_status gt__shard_tree_plan(gt__shard_tree *tree, int ranks, int n_shards)
{
    int block[GT__MAX_BLOCKS + 1], n = 0;
    *tree = (gt__shard_tree){.first = calloc((size_t)ranks + 1, sizeof(int))};
    if (!tree->first)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate a reducer");
    for (int r = 0; r < ranks; r++) {
        tree->first[r] = n;
        n += gt__aligned_blocks(r * n_shards, n_shards, block);
    }
    tree->first[ranks] = tree->n = n;
    int *start = calloc(2 * (size_t)n + 1, sizeof *start);
    tree->additions = calloc((size_t)n, sizeof *tree->additions);
    if (!start || !tree->additions) {
        free(start);
        gt__shard_tree_free(tree);
        return gt_fail(GT_ERR_MEMORY, "cannot allocate a reducer");
    }
    for (int r = 0; r < ranks; r++) {
        int m = gt__aligned_blocks(r * n_shards, n_shards, block);
        for (int i = 0; i <= m; i++)
            start[tree->first[r] + i] = block[i];
    }
    plan_additions(start, n, tree->additions, start + n + 1);
    free(start);
    return GT_OK;
}

void gt__shard_tree_free(gt__shard_tree *tree)
{
    free(tree->first);
    free(tree->additions);
    *tree = (gt__shard_tree){0};
}
