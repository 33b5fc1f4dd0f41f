/* side.c: in fp32 a matrix is taken where it lies, as most products of a
 * network are small: to copy it costs more than that its numbers lie apart. B
 * is packed if it is stored with a row for each column, and either side if its
 * rows drive each other out of a cache. In bf16 numbers are rounded while they
 * are packed, so tensors need no second copy; of what is rounded already, A is
 * taken where it lies if its terms do as words have them. */
#include "core/panels/side.h"

#include <assert.h>
#include <pthread.h>

_Static_assert(GT__BLOCK_ROWS % GT__PANEL_ROWS == 0 &&
                   GT__BLOCK_COLUMNS % GT__PANEL_COLUMNS == 0,
               "blocks are whole panels");

/* Of the process: where ranks train, one thread multiplies. */
static uint32_t block_a[GT__BLOCK_WORDS * GT__BLOCK_ROWS]
    __attribute__((aligned(GT__BLOCK_ALIGN)));
static uint32_t block_b[GT__BLOCK_WORDS * GT__BLOCK_COLUMNS]
    __attribute__((aligned(GT__BLOCK_ALIGN)));
static pthread_mutex_t in_use = PTHREAD_MUTEX_INITIALIZER;

int gt__extent_size(int all, int most, int unit)
{
    int extents = (all + most - 1) / most;
    int units = (all + unit - 1) / unit;
    return (units + extents - 1) / extents * unit;
}

/* Terms whose rows lie a large power of two apart meet in few sets of the first
 * cache, which hold fewer of them than a sum has. `again`: how many panels of
 * the other side read them. */
static bool meet_in_cache(gt__panel_matrix matrix, bool by_row, int again)
{
    enum { BUSY = 256, OFTEN = 3 };
    return !by_row && matrix.ld % BUSY == 0 && again >= OFTEN;
}

/* Whether words along the sum are what lies there. */
static bool has_words(const gt__panel_kernel *kernel, gt__panel_matrix matrix,
                      bool by_row)
{
    return kernel->terms == 1 || (matrix.rounded && by_row);
}

gt__side gt__side_a(const gt__panel_kernel *kernel, gt__panel_matrix a, int n)
{
    assert(!a.rounded || kernel->terms > 1);
    int again = (n + GT__PANEL_COLUMNS - 1) / GT__PANEL_COLUMNS;
    return (gt__side){.kernel = kernel,
                      .matrix = a,
                      .by_row = !a.turned,
                      .packed = !has_words(kernel, a, !a.turned) ||
                                meet_in_cache(a, !a.turned, again),
                      .width = GT__PANEL_ROWS,
                      .block = block_a};
}

gt__side gt__side_b(const gt__panel_kernel *kernel, gt__panel_matrix b, int m)
{
    assert(!b.rounded || kernel->terms > 1);
    int again = (m + GT__PANEL_ROWS - 1) / GT__PANEL_ROWS;
    return (gt__side){.kernel = kernel,
                      .matrix = b,
                      .by_row = b.turned,
                      .packed = kernel->terms > 1 || b.turned ||
                                meet_in_cache(b, b.turned, again),
                      .width = GT__PANEL_COLUMNS,
                      .block = block_b};
}

void gt__side_lock(void)
{
    pthread_mutex_lock(&in_use);
}

void gt__side_unlock(void)
{
    pthread_mutex_unlock(&in_use);
}

const void *gt__side_stored(const gt__side *s, int term, int at)
{
    size_t ld = (size_t)s->matrix.ld, i = (size_t)at, k = (size_t)term;
    size_t number = s->matrix.rounded ? sizeof(uint16_t) : sizeof(float);
    return (const char *)s->matrix.at +
           number * (s->by_row ? i * ld + k : k * ld + i);
}

void gt__side_pack(const gt__side *s, gt__extent terms, gt__extent across,
                   uint32_t *panels)
{
    if (!s->packed)
        return;
    assert(!s->by_row || !s->matrix.rounded);
    gt__panel_span from = {.from = gt__side_stored(s, terms.from, across.from),
                           .ld = (size_t)s->matrix.ld,
                           .terms = terms.size,
                           .count = across.size,
                           .width = s->width,
                           .rounded = s->matrix.rounded};
    if (s->by_row)
        s->kernel->pack_rows(&from, panels);
    else
        s->kernel->pack_terms(&from, panels);
}

gt__side_block gt__side_take(const gt__side *s, gt__extent terms,
                             gt__extent across, const uint32_t *panels)
{
    size_t ld = (size_t)s->matrix.ld / (size_t)s->kernel->terms;
    size_t width = (size_t)s->width;
    if (s->packed)
        return (gt__side_block){{panels, 1, width},
                                gt__panel_length(s->kernel, terms.size)};
    gt__panel_words words = {gt__side_stored(s, terms.from, across.from),
                             s->by_row ? ld : 1, s->by_row ? 1 : ld};
    return (gt__side_block){words, words.across};
}
