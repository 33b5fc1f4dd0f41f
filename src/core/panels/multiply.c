/* multiply.c: a product in blocks, so that what is read again is in a cache: a
 * panel of A in the first level, a block of B in the second (Goto and van de
 * Geijn 2008). A block of B is packed once, one of A again for each block of
 * B's columns: few products have several. */
#include "core/panels/multiply.h"

#include "core/panels/side.h"
#include "core/panels/turned.h"

#include "base/progress_hook.h"

enum {
    WORDS_IN_PLACE = 512,   /* along the sum of a block, if B is not packed */
    COLUMNS_IN_PLACE = 256, /* of a block of B, if A is not packed */
    PAST_TERMS = 32,        /* with more of them, writing C takes no time */
    PAST_REALS = 1 << 20    /* of C that no cache holds until it is read */
};

typedef struct product {
    const gt__panel_kernel *kernel;
    gt__side a, b;
    const uint32_t *packed; /* all blocks of B; NULL: they are packed here */
    int m, n, k;
    int rows, columns, terms; /* of a block */
    int strip;                /* rows of a tile */
    bool add;
    bool far;         /* B is read once, and from memory */
    bool below;       /* as a kernel's hint */
    bool past_caches; /* C goes there */
    float *c;
    size_t ldc;
} product;

static bool reads_far(const product *p)
{
    return p->m <= GT__FEW_ROWS && !p->b.packed &&
           (size_t)p->n * (size_t)p->k >= GT__FAR;
}

static bool writes_far(const product *p)
{
    return !p->add && p->k <= PAST_TERMS &&
           (size_t)p->m * (size_t)p->n >= PAST_REALS &&
           (uintptr_t)p->c % GT__BLOCK_ALIGN == 0 && p->ldc % GT__LINE == 0;
}

/* If B is packed, the same whatever A is. */
static void choose_blocks_of_b(product *p)
{
    int unit = p->kernel->terms;
    bool packs = p->a.packed || p->b.packed;
    p->terms = gt__extent_size(
        p->k, (packs ? GT__BLOCK_WORDS : WORDS_IN_PLACE) * unit, unit);
    p->columns =
        gt__extent_size(p->n, unit > 1 ? GT__BLOCK_COLUMNS : COLUMNS_IN_PLACE,
                        GT__PANEL_COLUMNS);
}

static void choose_blocks(product *p)
{
    bool packs = p->a.packed;
    choose_blocks_of_b(p);
    p->rows =
        packs ? gt__extent_size(p->m, GT__BLOCK_ROWS, GT__PANEL_ROWS) : p->m;
    p->strip =
        packs ? GT__PANEL_ROWS : gt__extent_size(p->m, GT__PANEL_ROWS, 1);
    p->past_caches = writes_far(p);
    p->below = p->k <= GT__SHORT_SUM && !packs;
    p->far = reads_far(p);
    if (p->far) /* so that there is a tile for each line of a row of B */
        p->strip = (p->m + 1) / 2;
}

/* What comes from memory takes longer to come than to be multiplied, so the
 * tiles of a block ask for all lines of the next one. */
static void look_ahead(const product *p, gt__extent k, gt__extent n, int number,
                       gt__panel_tile *tile)
{
    bool last = n.from + n.size == p->n;
    int term = last ? k.from + k.size : k.from;
    int column = last ? 0 : n.from + n.size;
    tile->ahead = NULL;
    if (term >= p->k)
        return;
    bool touching = p->b.matrix.ld == n.size; /* rows of B */
    tile->ahead = (const float *)gt__side_stored(&p->b, term, column) +
                  (size_t)(touching ? number * tile->words : number) * GT__LINE;
    tile->ahead_step = touching ? GT__LINE : (size_t)p->b.matrix.ld;
}

/* Words before the block of all columns from `n` on. */
static size_t words_before(const product *p, gt__extent k, int n)
{
    size_t whole = (size_t)gt__extent_whole(p->n, GT__PANEL_COLUMNS);
    return gt__panel_length(p->kernel, k.from) * whole +
           gt__panel_length(p->kernel, k.size) * (size_t)n;
}

static const uint32_t *block_of_b(const product *p, gt__extent k, gt__extent n)
{
    return p->packed ? p->packed + words_before(p, k, n.from) : p->b.block;
}

/* What was packed before comes from memory, too, if it is large: the tiles
 * of a block ask for the one behind it, in turns, so that these lines come all
 * the time. Behind the last one is what the caller multiplies by next, or
 * nothing, which may be asked for. */
static void look_behind(const product *p, gt__extent k, gt__extent m,
                        gt__extent n, int number, gt__panel_tile *tile)
{
    size_t size =
        words_before(p, k, n.from + n.size) - words_before(p, k, n.from);
    int needed = (int)(size / ((size_t)tile->words * GT__LINE));
    int tiles = (m.size + p->strip - 1) / p->strip *
                ((n.size + GT__PANEL_COLUMNS - 1) / GT__PANEL_COLUMNS);
    int every = needed > 0 && tiles > needed ? tiles / needed : 1;
    tile->ahead = NULL;
    if (number % every != 0 || number / every >= needed)
        return;
    tile->ahead = (const float *)(const void *)(block_of_b(p, k, n) + size) +
                  (size_t)(number / every) * (size_t)tile->words * GT__LINE;
    tile->ahead_step = GT__LINE;
}

static void multiply_blocks(const product *p, gt__extent k, gt__extent m,
                            gt__extent n)
{
    const gt__side_block a = gt__side_take(&p->a, k, m, p->a.block);
    const gt__side_block b = gt__side_take(&p->b, k, n, block_of_b(p, k, n));
    float *c = p->c + (size_t)m.from * p->ldc + n.from;
    gt__panel_tile tile = {.runs = 1,
                           .words = (int)gt__panel_length(p->kernel, k.size),
                           .add = p->add || k.from > 0,
                           .ldc = p->ldc,
                           .below = p->below,
                           .past_caches = p->past_caches};
    int number = 0;
    for (gt__extent i = {0}; gt__extent_next(&i, m.size, p->strip);) {
        tile.rows = i.size;
        tile.a = gt__side_words(&a, i.from);
        for (gt__extent j = {0};
             gt__extent_next(&j, n.size, GT__PANEL_COLUMNS);) {
            tile.columns = j.size;
            tile.b = gt__side_words(&b, j.from);
            tile.c = c + (size_t)i.from * p->ldc + j.from;
            if (p->far)
                look_ahead(p, k, n, number++, &tile);
            else if (p->packed && m.from == 0)
                look_behind(p, k, m, n, number++, &tile);
            p->kernel->multiply(&tile);
        }
    }
}

static void multiply(const product *p)
{
    for (gt__extent k = {0}; gt__extent_next(&k, p->k, p->terms);)
        for (gt__extent n = {0}; gt__extent_next(&n, p->n, p->columns);) {
            gt_progress_hook();
            if (!p->packed)
                gt__side_pack(&p->b, k, n, p->b.block);
            for (gt__extent m = {0}; gt__extent_next(&m, p->m, p->rows);) {
                gt__side_pack(&p->a, k, m, p->a.block);
                multiply_blocks(p, k, m, n);
            }
        }
}

/* `packed`: all blocks of B, whose side knows only that; or NULL. */
static void run(const gt__panel_kernel *kernel, int m, int n, int k,
                gt__panel_matrix a, gt__side b, const uint32_t *packed,
                bool add, float *c, int ldc)
{
    product p = {.kernel = kernel,
                 .a = gt__side_a(kernel, a, n),
                 .b = b,
                 .packed = packed,
                 .m = m,
                 .n = n,
                 .k = k,
                 .add = add,
                 .c = c,
                 .ldc = (size_t)ldc};
    bool packs = p.a.packed || (p.b.packed && !packed);
    choose_blocks(&p);
    if (packs)
        gt__side_lock();
    multiply(&p);
    if (packs)
        gt__side_unlock();
    if (p.past_caches) /* who is told next that C is there finds it */
        __sync_synchronize();
}

void gt__panel_multiply(const gt__panel_kernel *kernel, int m, int n, int k,
                        gt__panel_matrix a, gt__panel_matrix b, bool add,
                        float *c, int ldc)
{
    if (gt__turned_suits(kernel, m, n, k, b, add))
        gt__turned_multiply(kernel, m, n, k, a, b, c, ldc);
    else
        run(kernel, m, n, k, a, gt__side_b(kernel, b, m), NULL, add, c, ldc);
}

/* --- B, packed before. */

static gt__side packed_side(const gt__panel_kernel *kernel, gt__panel_matrix b)
{
    gt__side side = gt__side_b(kernel, b, 0);
    side.packed = true;
    return side;
}

size_t gt__panel_packed(const gt__panel_kernel *kernel, int n, int k)
{
    return gt__panel_length(kernel, k) *
           (size_t)gt__extent_whole(n, GT__PANEL_COLUMNS);
}

void gt__panel_pack(const gt__panel_kernel *kernel, int n, int k,
                    gt__panel_matrix b, uint32_t *packed)
{
    product p = {.kernel = kernel, .b = packed_side(kernel, b), .n = n, .k = k};
    choose_blocks_of_b(&p);
    for (gt__extent t = {0}; gt__extent_next(&t, k, p.terms);)
        for (gt__extent j = {0}; gt__extent_next(&j, n, p.columns);)
            gt__side_pack(&p.b, t, j, packed + words_before(&p, t, j.from));
}

void gt__panel_multiply_packed(const gt__panel_kernel *kernel, int m, int n,
                               int k, gt__panel_matrix a,
                               const uint32_t *packed, bool add, float *c,
                               int ldc)
{
    gt__side b = packed_side(kernel, (gt__panel_matrix){0});
    run(kernel, m, n, k, a, b, packed, add, c, ldc);
}
