/* multiply_shards.h: products of several shards in one. For src/core. Local. */
#ifndef GT_CORE_PANELS_MULTIPLY_SHARDS_H
#define GT_CORE_PANELS_MULTIPLY_SHARDS_H

#include "core/panels/kernel.h"

/* The terms of the sum are of several shards: those of shard s are the rows
 * cut[s] .. cut[s + 1] - 1 of A[rows x m] and B[rows x n]. */
typedef struct gt__panel_shards {
    int n; /* at most GT__PANEL_SHARDS */
    const int *cut;
} gt__panel_shards;

enum { GT__PANEL_SHARDS = 16, GT__PANEL_TERMS = 3072 };

/* C[m x n] = the sum over shards of A^T B, added in the tree of
 * comm/reducer.h: the bits are those of the shards' products if these were
 * made one by one and added so. At most GT__PANEL_TERMS rows in all. */
void gt__panel_multiply_shards(const gt__panel_kernel *kernel, int m, int n,
                               const gt__panel_shards *shards,
                               gt__panel_matrix a, gt__panel_matrix b, float *c,
                               int ldc);

#endif
