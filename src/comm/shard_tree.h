/* shard_tree.h: which subtrees of the tree over all shards (reducer.h) ranks
 * hold the sums of, and how these make one sum in the order of the tree. Pure.
 *
 * A rank's shards are neighbours. Where they are not one subtree they are
 * several, which must not be added to each other yet: shards 3, 4, 5 are the
 * subtrees 3 and 4-5.
 */
#ifndef GT_COMM_SHARD_TREE_H
#define GT_COMM_SHARD_TREE_H

#include "base/status.h"

/* The subtrees that shards first .. first + n - 1 consist of, each as large as
 * can be: aligned blocks of 2^k shards. Block i begins at shard start[i];
 * start[] ends with first + n. Returns their number, at most GT__MAX_BLOCKS. */
enum { GT__MAX_BLOCKS = 62 };
int gt__aligned_blocks(int first, int n, int start[GT__MAX_BLOCKS + 1]);

/* How many times a number can be halved. */
int gt__halvings(int n);

/* How many levels up the tree all ranks go in pairs: a rank and the one whose
 * number differs in bit 0, then in bit 1, and so on. 0 where n_shards, of each
 * rank, is no power of two, as then a rank holds more than one subtree. */
int gt__paired_levels(int ranks, int n_shards);

/* The blocks of all ranks, in the order of shards. */
typedef struct gt__shard_tree {
    int n;               /* blocks */
    int *first;          /* [ranks + 1]: each rank's first block */
    int (*additions)[2]; /* [n - 1]: block [0] += block [1], in this order; the
                            whole sum ends in block 0 */
} gt__shard_tree;

/* For ranks of n_shards shards each. GT_ERR_MEMORY leaves nothing allocated. */
gt_status gt__shard_tree_plan(gt__shard_tree *tree, int ranks, int n_shards);
void gt__shard_tree_free(gt__shard_tree *tree);

#endif
