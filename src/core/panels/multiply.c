/* multiply.c: a product in blocks, so that what is read again is in a cache: a
 * panel of B in the first level, a block of A in the second, where one of B
 * fits beside it (Goto and van de Geijn 2008). Numbers are rounded while they
 * are packed, so tensors need no second copy in bf16.
 *
 * A block of B is packed once, one of A again for each block of B's columns:
 * few products have several. */
#include "core/panels/multiply.h"

#include "base/progress_hook.h"

#include <assert.h>
#include <pthread.h>

enum {
    WORDS = 256,   /* along the sum, of a block */
    ROWS = 144,    /* of a block of A; whole panels */
    COLUMNS = 768, /* of a block of B; whole panels */
    PADDING = 64   /* bytes */
};

_Static_assert(ROWS % GT__PANEL_ROWS == 0 && COLUMNS % GT__PANEL_COLUMNS == 0,
               "blocks are whole panels");

/* Of the process: where ranks train, one thread multiplies. */
static uint32_t block_a[WORDS * ROWS] __attribute__((aligned(PADDING)));
static uint32_t block_b[WORDS * COLUMNS] __attribute__((aligned(PADDING)));
static pthread_mutex_t in_use = PTHREAD_MUTEX_INITIALIZER;

/* Part of a side of a matrix. */
typedef struct span {
    int from, size;
} span;

static bool next(span *s, int all, int most)
{
    s->from += s->size;
    s->size = all - s->from < most ? all - s->from : most;
    return s->size > 0;
}

/* The side in as few blocks as there must be, of whole units and much the same
 * size: a small one at the end would cost as much as a large one. */
static int block_size(int side, int most, int unit)
{
    int blocks = (side + most - 1) / most;
    int units = (side + unit - 1) / unit;
    return (units + blocks - 1) / blocks * unit;
}

/* The terms `k` of rows of A, or columns of B; `rows`: stored with a row for
 * each of them. */
static void pack(const gt__panel_kernel *kernel, const gt__panel_matrix *from,
                 bool rows, span k, span across, int width, uint32_t *panels)
{
    size_t ld = (size_t)from->ld, i = (size_t)across.from, j = (size_t)k.from;
    gt__panel_span s = {.from = from->at + (rows ? i * ld + j : j * ld + i),
                        .ld = ld,
                        .terms = k.size,
                        .count = across.size,
                        .width = width};
    if (rows)
        kernel->pack_rows(&s, panels);
    else
        kernel->pack_terms(&s, panels);
}

static void multiply_blocks(const gt__panel_kernel *kernel, span k, span m,
                            span n, bool add, float *c, size_t ldc)
{
    size_t words = gt__panel_words(kernel, k.size);
    for (span j = {0}; next(&j, n.size, GT__PANEL_COLUMNS);)
        for (span i = {0}; next(&i, m.size, GT__PANEL_ROWS);) {
            gt__panel_tile tile = {.words = (int)words,
                                   .rows = i.size,
                                   .columns = j.size,
                                   .a = block_a + (size_t)i.from * words,
                                   .b = block_b + (size_t)j.from * words,
                                   .add = add,
                                   .c = c + (size_t)(m.from + i.from) * ldc +
                                        n.from + j.from,
                                   .ldc = ldc};
            kernel->multiply(&tile);
        }
}

void gt__panel_multiply(const gt__panel_kernel *kernel, int m, int n, int k,
                        gt__panel_matrix a, gt__panel_matrix b, bool add,
                        float *c, int ldc)
{
    int terms = block_size(k, WORDS * kernel->terms, kernel->terms);
    int columns = block_size(n, COLUMNS, GT__PANEL_COLUMNS);
    int rows = block_size(m, ROWS, GT__PANEL_ROWS);
    pthread_mutex_lock(&in_use);
    for (span p = {0}; next(&p, k, terms); add = true)
        for (span j = {0}; next(&j, n, columns);) {
            gt_progress_hook();
            pack(kernel, &b, b.turned, p, j, GT__PANEL_COLUMNS, block_b);
            for (span i = {0}; next(&i, m, rows);) {
                pack(kernel, &a, !a.turned, p, i, GT__PANEL_ROWS, block_a);
                multiply_blocks(kernel, p, i, j, add, c, (size_t)ldc);
            }
        }
    pthread_mutex_unlock(&in_use);
}

/* --- Products of several shards. */

enum { LEVELS = 5 }; /* of the tree, and of the stack of its sums */

_Static_assert(1 << (LEVELS - 1) == GT__PANEL_SHARDS &&
                   GT__PANEL_TERMS * GT__PANEL_ROWS <= WORDS * ROWS &&
                   GT__PANEL_TERMS * GT__PANEL_COLUMNS <= WORDS * COLUMNS,
               "a panel of all shards fits into a block");

/* The terms of shard s. */
static span terms_of(const gt__panel_shards *shards, int s)
{
    return (span){shards->cut[s], shards->cut[s + 1] - shards->cut[s]};
}

/* Words along the sum of all shards. */
static size_t words_of(const gt__panel_kernel *kernel,
                       const gt__panel_shards *shards)
{
    size_t words = 0;
    for (int s = 0; s < shards->n; s++)
        words += gt__panel_words(kernel, terms_of(shards, s).size);
    return words;
}

/* Rows or columns of a block whose terms are all that there are. */
static int block_across(size_t words, int side, int most, int unit)
{
    int fit = (int)((size_t)WORDS * (size_t)most / words) / unit * unit;
    return block_size(side, fit < most ? fit : most, unit);
}

static int whole(int side, int unit)
{
    return (side + unit - 1) / unit * unit;
}

/* All shards, one after the other. */
static void pack_shards(const gt__panel_kernel *kernel,
                        const gt__panel_shards *shards,
                        const gt__panel_matrix *from, span across, int width,
                        uint32_t *panels)
{
    for (int s = 0; s < shards->n; s++) {
        span k = terms_of(shards, s);
        pack(kernel, from, false, k, across, width, panels);
        panels +=
            gt__panel_words(kernel, k.size) * (size_t)whole(across.size, width);
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

/* A tile of C: the products of shards are added like a binary number counts, as
 * reducer.c adds vectors. */
static void multiply_shards(const gt__panel_kernel *kernel,
                            const gt__panel_shards *shards, span m, span n,
                            span i, span j, float *c, size_t ldc)
{
    static float stack[LEVELS][GT__PANEL_TILE]
        __attribute__((aligned(PADDING)));
    size_t before = 0;
    for (int s = 0, height = 0; s < shards->n; s++, height++) {
        bool last = s + 1 == shards->n;
        size_t words = gt__panel_words(kernel, terms_of(shards, s).size);
        size_t at_a = before * (size_t)whole(m.size, GT__PANEL_ROWS);
        size_t at_b = before * (size_t)whole(n.size, GT__PANEL_COLUMNS);
        int sums = last ? height : ended_by(s);
        gt__panel_tile tile = {.words = (int)words,
                               .rows = i.size,
                               .columns = j.size,
                               .a = block_a + at_a + (size_t)i.from * words,
                               .b = block_b + at_b + (size_t)j.from * words,
                               .n_sums = sums,
                               .sums = sums > 0 ? stack[height - 1] : NULL,
                               .c = stack[height - sums],
                               .ldc = GT__PANEL_COLUMNS};
        if (last) {
            tile.c = c + (size_t)(m.from + i.from) * ldc + n.from + j.from;
            tile.ldc = ldc;
        }
        kernel->multiply(&tile);
        before += words;
        height -= sums;
    }
}

void gt__panel_multiply_shards(const gt__panel_kernel *kernel, int m, int n,
                               const gt__panel_shards *shards,
                               gt__panel_matrix a, gt__panel_matrix b, float *c,
                               int ldc)
{
    size_t words = words_of(kernel, shards);
    assert(shards->n <= GT__PANEL_SHARDS && words <= GT__PANEL_TERMS);
    int columns = block_across(words, n, COLUMNS, GT__PANEL_COLUMNS);
    int rows = block_across(words, m, ROWS, GT__PANEL_ROWS);
    pthread_mutex_lock(&in_use);
    for (span j = {0}; next(&j, n, columns);) {
        gt_progress_hook();
        pack_shards(kernel, shards, &b, j, GT__PANEL_COLUMNS, block_b);
        for (span i = {0}; next(&i, m, rows);) {
            pack_shards(kernel, shards, &a, i, GT__PANEL_ROWS, block_a);
            for (span q = {0}; next(&q, j.size, GT__PANEL_COLUMNS);)
                for (span p = {0}; next(&p, i.size, GT__PANEL_ROWS);)
                    multiply_shards(kernel, shards, i, j, p, q, c, (size_t)ldc);
        }
    }
    pthread_mutex_unlock(&in_use);
}
