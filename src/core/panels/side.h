/* side.h: the two sides of a product, rows of A and columns of B, in blocks and
 * panels. For src/core/panels. Local. */
#ifndef GT_CORE_PANELS_SIDE_H
#define GT_CORE_PANELS_SIDE_H

#include "core/panels/kernel.h"

enum {
    GT__BLOCK_WORDS = 256,   /* along the sum, of a packed block */
    GT__BLOCK_ROWS = 144,    /* of a packed block of A; whole panels */
    GT__BLOCK_COLUMNS = 768, /* of a packed block of B; whole panels */
    GT__BLOCK_ALIGN = 64,    /* bytes */
    GT__LINE = GT__BLOCK_ALIGN / sizeof(float), /* reals of a cache's line */
    GT__SHORT_SUM = 128, /* terms; with more, tiles come slowly */
    GT__FEW_ROWS = 2 * GT__PANEL_ROWS,
    GT__FAR = 1 << 18 /* reals of a matrix that comes from memory */
};

/* Some neighbouring terms, rows or columns. */
typedef struct gt__extent {
    int from, size;
} gt__extent;

/* The extent after *s, of at most so many; the first one if *s is all zeros.
 * False: *s was the last. */
static inline bool gt__extent_next(gt__extent *s, int all, int most)
{
    s->from += s->size;
    s->size = all - s->from < most ? all - s->from : most;
    return s->size > 0;
}

/* All of them in as few extents as there must be, of whole units and much the
 * same size: a small one at the end would cost as much as a large one. */
int gt__extent_size(int all, int most, int unit);

/* n in whole units. */
static inline int gt__extent_whole(int n, int unit)
{
    return (n + unit - 1) / unit * unit;
}

/* The rows of A, or the columns of B. */
typedef struct gt__side {
    const gt__panel_kernel *kernel;
    gt__panel_matrix matrix;
    bool by_row;     /* stored with a row for each of them, not for each term */
    bool packed;     /* into `block`, else taken where it lies */
    int width;       /* of a panel */
    uint32_t *block; /* of the process: gt__side_lock */
} gt__side;

/* `n`, `m`: how many columns or rows the other side has. */
gt__side gt__side_a(const gt__panel_kernel *kernel, gt__panel_matrix a, int n);
gt__side gt__side_b(const gt__panel_kernel *kernel, gt__panel_matrix b, int m);

/* The blocks are one thread's at a time. */
void gt__side_lock(void);
void gt__side_unlock(void);

/* Where a term of a row or column is stored. */
const void *gt__side_stored(const gt__side *side, int term, int at);

/* Put those terms of `across` into panels, if the side is packed. */
void gt__side_pack(const gt__side *side, gt__extent terms, gt__extent across,
                   uint32_t *panels);

/* Those terms of `across` as a kernel takes them: of `panels`, if the side is
 * packed. Number i, the first one of a panel then, is at words.at + i * step.
 */
typedef struct gt__side_block {
    gt__panel_words words;
    size_t step;
} gt__side_block;

gt__side_block gt__side_take(const gt__side *side, gt__extent terms,
                             gt__extent across, const uint32_t *panels);

static inline gt__panel_words gt__side_words(const gt__side_block *block, int i)
{
    gt__panel_words words = block->words;
    words.at += (size_t)i * block->step;
    return words;
}

#endif
