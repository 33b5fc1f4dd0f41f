/* multiply.c: a product in blocks, so that what is read again is in a cache: a
 * panel of B in the first level, a block of A in the second, where one of B
 * fits beside it (Goto and van de Geijn 2008). Numbers are rounded while they
 * are packed, so tensors need no second copy in bf16.
 *
 * A block of B is packed once, one of A again for each block of B's columns:
 * few products have several. */
#include "core/bf16/multiply.h"

#include "base/progress_hook.h"

#include <pthread.h>

enum {
    TERMS = 512,   /* of a block; even */
    ROWS = 144,    /* of a block of A; whole panels */
    COLUMNS = 768, /* of a block of B; whole panels */
    PADDING = 64   /* bytes */
};

_Static_assert(TERMS % 2 == 0 && ROWS % GT__BF16_ROWS == 0 &&
                   COLUMNS % GT__BF16_COLUMNS == 0,
               "blocks are whole words and panels");

/* Of the process: where ranks train, one thread multiplies. */
static uint32_t block_a[TERMS / 2 * ROWS] __attribute__((aligned(PADDING)));
static uint32_t block_b[TERMS / 2 * COLUMNS] __attribute__((aligned(PADDING)));
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
static void pack(const gt__bf16_kernel *kernel, const gt__bf16_matrix *from,
                 bool rows, span k, span across, int width, uint32_t *panels)
{
    size_t ld = (size_t)from->ld, i = (size_t)across.from, j = (size_t)k.from;
    gt__bf16_span s = {.from = from->at + (rows ? i * ld + j : j * ld + i),
                       .ld = ld,
                       .terms = k.size,
                       .count = across.size,
                       .width = width};
    if (rows)
        kernel->pack_rows(&s, panels);
    else
        kernel->pack_terms(&s, panels);
}

static void multiply_blocks(const gt__bf16_kernel *kernel, span k, span m,
                            span n, bool add, float *c, size_t ldc)
{
    size_t words = gt__bf16_words(k.size);
    for (span j = {0}; next(&j, n.size, GT__BF16_COLUMNS);)
        for (span i = {0}; next(&i, m.size, GT__BF16_ROWS);) {
            gt__bf16_tile tile = {.words = (int)words,
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

void gt__bf16_multiply(const gt__bf16_kernel *kernel, int m, int n, int k,
                       gt__bf16_matrix a, gt__bf16_matrix b, bool add, float *c,
                       int ldc)
{
    int terms = block_size(k, TERMS, 2);
    int columns = block_size(n, COLUMNS, GT__BF16_COLUMNS);
    int rows = block_size(m, ROWS, GT__BF16_ROWS);
    pthread_mutex_lock(&in_use);
    for (span p = {0}; next(&p, k, terms); add = true)
        for (span j = {0}; next(&j, n, columns);) {
            gt_progress_hook();
            pack(kernel, &b, b.turned, p, j, GT__BF16_COLUMNS, block_b);
            for (span i = {0}; next(&i, m, rows);) {
                pack(kernel, &a, !a.turned, p, i, GT__BF16_ROWS, block_a);
                multiply_blocks(kernel, p, i, j, add, c, (size_t)ldc);
            }
        }
    pthread_mutex_unlock(&in_use);
}
