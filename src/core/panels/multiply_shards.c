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
    float *c;
    size_t ldc;
} product;

/* Words in a block before those of a shard, which has `words` before it. */
static size_t packed_before(const gt__side *side, gt__extent across,
                            size_t words)
{
    return words * (size_t)gt__extent_whole(across.size, side->width);
}

/* All shards, one after the other. */
static void pack_shards(const product *p, const gt__side *side,
                        gt__extent across)
{
    size_t words = 0;
    for (int s = 0; s < p->shards->n; s++) {
        gt__extent k = terms_of(p->shards, s);
        gt__side_pack(side, k, across,
                      side->block + packed_before(side, across, words));
        words += gt__panel_length(p->kernel, k.size);
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

/* A tile of C, at i and j of the block of m and n: the products of shards are
 * added like a binary number counts, as reducer.c adds vectors. */
static void multiply_tile(const product *p, gt__extent m, gt__extent n,
                          gt__extent i, gt__extent j)
{
    static float stack[LEVELS][GT__PANEL_TILE]
        __attribute__((aligned(GT__BLOCK_ALIGN)));
    const gt__side *a = &p->a, *b = &p->b;
    size_t before = 0;
    for (int s = 0, height = 0; s < p->shards->n; s++, height++) {
        bool last = s + 1 == p->shards->n;
        gt__extent k = terms_of(p->shards, s);
        size_t words = gt__panel_length(p->kernel, k.size);
        int sums = last ? height : ended_by(s);
        gt__side_block of_a =
            gt__side_take(a, k, m, a->block + packed_before(a, m, before));
        gt__side_block of_b =
            gt__side_take(b, k, n, b->block + packed_before(b, n, before));
        gt__panel_tile tile = {.words = (int)words,
                               .rows = i.size,
                               .columns = j.size,
                               .a = gt__side_words(&of_a, i.from),
                               .b = gt__side_words(&of_b, j.from),
                               .n_sums = sums,
                               .sums = sums > 0 ? stack[height - 1] : NULL,
                               .c = stack[height - sums],
                               .ldc = GT__PANEL_COLUMNS};
        if (last) {
            tile.c =
                p->c + (size_t)(m.from + i.from) * p->ldc + n.from + j.from;
            tile.ldc = p->ldc;
        }
        p->kernel->multiply(&tile);
        before += words;
        height -= sums;
    }
}

void gt__panel_multiply_shards(const gt__panel_kernel *kernel, int m, int n,
                               const gt__panel_shards *shards,
                               gt__panel_matrix a, gt__panel_matrix b, float *c,
                               int ldc)
{
    const product p = {.kernel = kernel,
                       .shards = shards,
                       .a = gt__side_a(kernel, a),
                       .b = gt__side_b(kernel, b),
                       .c = c,
                       .ldc = (size_t)ldc};
    size_t words = words_of(kernel, shards);
    assert(shards->n <= GT__PANEL_SHARDS && words <= GT__PANEL_TERMS);
    int columns = block_across(words, n, GT__BLOCK_COLUMNS, GT__PANEL_COLUMNS);
    int rows = block_across(words, m, GT__BLOCK_ROWS, GT__PANEL_ROWS);
    gt__side_lock();
    for (gt__extent j = {0}; gt__extent_next(&j, n, columns);) {
        gt_progress_hook();
        pack_shards(&p, &p.b, j);
        for (gt__extent i = {0}; gt__extent_next(&i, m, rows);) {
            pack_shards(&p, &p.a, i);
            for (gt__extent r = {0};
                 gt__extent_next(&r, i.size, GT__PANEL_ROWS);)
                for (gt__extent q = {0};
                     gt__extent_next(&q, j.size, GT__PANEL_COLUMNS);)
                    multiply_tile(&p, i, j, r, q);
        }
    }
    gt__side_unlock();
}
