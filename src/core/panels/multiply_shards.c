/* multiply_shards.c: the terms of each shard are a product of their own, tile
 * by tile, so its sums wait in the first-level cache. */
#include "core/panels/multiply_shards.h"

#include "core/panels/side.h"

#include "base/progress_hook.h"

#include <assert.h>

enum { LEVELS = 5 }; /* of the tree, and of the stack of its sums */

_Static_assert(1 << (LEVELS - 1) == GT__PANEL_SHARDS &&
                   GT__PANEL_TERMS * GT__PANEL_ROWS <=
                       GT__BLOCK_WORDS * GT__BLOCK_ROWS &&
                   GT__PANEL_TERMS * GT__PANEL_COLUMNS <=
                       GT__BLOCK_WORDS * GT__BLOCK_COLUMNS,
               "a panel of all shards fits into a block");

/* The terms of shard s. */
static gt__extent terms_of(const gt__panel_shards *shards, int s)
{
    return (gt__extent){shards->cut[s], shards->cut[s + 1] - shards->cut[s]};
}

/* Words along the sum of all shards. */
static size_t words_of(const gt__panel_kernel *kernel,
                       const gt__panel_shards *shards)
{
    size_t words = 0;
    for (int s = 0; s < shards->n; s++)
        words += gt__panel_length(kernel, terms_of(shards, s).size);
    return words;
}

/* Rows or columns of a block whose terms are all that there are. */
static int block_across(size_t words, int side, int most, int unit)
{
    int fit =
        (int)((size_t)GT__BLOCK_WORDS * (size_t)most / words) / unit * unit;
    return gt__extent_size(side, fit < most ? fit : most, unit);
}

typedef struct product {
    const gt__panel_kernel *kernel;
    const gt__panel_shards *shards;
    gt__side a, b;
    /* Of a block, those of each shard: */
    gt__side_block rows[GT__PANEL_SHARDS], columns[GT__PANEL_SHARDS];
    float *c;
    size_t ldc;
} product;

/* All shards, one after the other. */
static void pack_shards(const gt__panel_shards *shards, const gt__side *side,
                        gt__extent across, gt__side_block block[])
{
    uint32_t *panels = side->block;
    for (int s = 0; s < shards->n; s++) {
        gt__extent k = terms_of(shards, s);
        gt__side_pack(side, k, across, panels);
        block[s] = gt__side_take(side, k, across, panels);
        panels += gt__panel_length(side->kernel, k.size) *
                  (size_t)gt__extent_whole(across.size, side->width);
    }
}

/* Subtrees that shard s is the last one of. */
static int ended_by(int s)
{
    int subtrees = 0;
    for (s++; s % 2 == 0; s /= 2)
        subtrees++;
    return subtrees;
}

/* A tile of C, which begins at c, at i and j of its block: the products of
 * shards are added like a binary number counts, as reducer.c adds vectors. */
static void multiply_tile(const product *p, gt__extent i, gt__extent j,
                          float *c)
{
    static float stack[LEVELS][GT__PANEL_TILE]
        __attribute__((aligned(GT__BLOCK_ALIGN)));
    for (int s = 0, height = 0; s < p->shards->n; s++, height++) {
        bool last = s + 1 == p->shards->n;
        int terms = terms_of(p->shards, s).size;
        int sums = last ? height : ended_by(s);
        gt__panel_tile tile = {.runs = 1,
                               .words = (int)gt__panel_length(p->kernel, terms),
                               .rows = i.size,
                               .columns = j.size,
                               .a = gt__side_words(&p->rows[s], i.from),
                               .b = gt__side_words(&p->columns[s], j.from),
                               .n_sums = sums,
                               .sums = sums > 0 ? stack[height - 1] : NULL,
                               .c = last ? c : stack[height - sums],
                               .ldc = last ? p->ldc : GT__PANEL_COLUMNS};
        p->kernel->multiply(&tile);
        height -= sums;
    }
}

static void multiply_block(const product *p, gt__extent m, gt__extent n)
{
    float *c = p->c + (size_t)m.from * p->ldc + n.from;
    for (gt__extent i = {0}; gt__extent_next(&i, m.size, GT__PANEL_ROWS);)
        for (gt__extent j = {0};
             gt__extent_next(&j, n.size, GT__PANEL_COLUMNS);)
            multiply_tile(p, i, j, c + (size_t)i.from * p->ldc + j.from);
}

void gt__panel_multiply_shards(const gt__panel_kernel *kernel, int m, int n,
                               const gt__panel_shards *shards,
                               gt__panel_matrix a, gt__panel_matrix b, float *c,
                               int ldc)
{
    product p = {.kernel = kernel,
                 .shards = shards,
                 .a = gt__side_a(kernel, a, n),
                 .b = gt__side_b(kernel, b, m),
                 .c = c,
                 .ldc = (size_t)ldc};
    size_t words = words_of(kernel, shards);
    assert(shards->n <= GT__PANEL_SHARDS && words <= GT__PANEL_TERMS);
    int columns = block_across(words, n, GT__BLOCK_COLUMNS, GT__PANEL_COLUMNS);
    int rows = block_across(words, m, GT__BLOCK_ROWS, GT__PANEL_ROWS);
    gt__side_lock();
    for (gt__extent j = {0}; gt__extent_next(&j, n, columns);) {
        gt_progress_hook();
        pack_shards(shards, &p.b, j, p.columns);
        for (gt__extent i = {0}; gt__extent_next(&i, m, rows);) {
            pack_shards(shards, &p.a, i, p.rows);
            multiply_block(&p, i, j);
        }
    }
    gt__side_unlock();
}
