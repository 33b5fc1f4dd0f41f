/* nodes.h: which sums of shards ranks hold, and how one sum comes of them, in
 * the order of the binary tree over all shards (see reducer.h). Pure. */
#ifndef GT_COMM_NODES_H
#define GT_COMM_NODES_H

#include "base/status.h"

/* The aligned blocks that shards first .. first + n - 1 are made of, each as
 * large as can be: entry i begins at shard start[i]. start[] ends with
 * first + n. Returns their number, at most GT__MAX_BLOCKS. */
enum { GT__MAX_BLOCKS = 62 };
int gt__aligned_blocks(int first, int n, int start[GT__MAX_BLOCKS + 1]);

/* How many times a number can be halved. With as many ranks, and a power of two
 * of shards on each, that is how far up the tree all of them go in pairs: a
 * rank and the one whose number differs in bit 0, then in bit 1, and so on. */
int gt__halvings(int n);
/* The same, or 0 where n_shards is no power of two. */
int gt__paired_levels(int ranks, int n_shards);

/* The blocks of all ranks, in the order of shards. */
typedef struct gt__nodes {
    int n;
    int *first;     /* [ranks + 1] of each rank's nodes */
    int (*sums)[2]; /* [n - 1]: node [0] += node [1], in this order; the whole
                       sum ends in node 0 */
} gt__nodes;

gt_status gt__nodes_plan(gt__nodes *nodes, int ranks, int n_shards);
void gt__nodes_free(gt__nodes *nodes);

#endif
