/* h5image.c: a table of small blocks, and a list of places where lent
 * bytes lie over them, ordered by address. Places never overlap each other. */
#include "store/h5image.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK = 4096, LEAST_LOAN = BLOCK };

typedef struct place {
    uint64_t at;
    size_t size;
    const uint8_t *data;
} place;

struct gt__image {
    uint8_t **block; /* NULL: zeros */
    size_t n_blocks, held_blocks;
    place *places;
    size_t n_places, room; /* of places */
    const uint8_t *loan;
    size_t loan_size;
    bool failed;
};

static const uint8_t zeros[BLOCK];

gt__image *gt__image_new(void)
{
    return calloc(1, sizeof(gt__image));
}

void gt__image_free(gt__image *m)
{
    if (!m)
        return;
    for (size_t i = 0; i < m->n_blocks; i++)
        free(m->block[i]);
    free(m->block);
    free(m->places);
    free(m);
}

void gt__image_lend(gt__image *m, const void *data, size_t size)
{
    m->loan = data;
    m->loan_size = size;
}

bool gt__image_failed(const gt__image *m)
{
    return m->failed;
}

size_t gt__image_held(const gt__image *m)
{
    return sizeof *m + m->n_blocks * sizeof *m->block + m->held_blocks * BLOCK +
           m->room * sizeof *m->places;
}

/* The block of that number, made if there is none. NULL: out of memory. */
static uint8_t *need_block(gt__image *m, uint64_t number)
{
    if (number >= m->n_blocks) {
        size_t n = m->n_blocks ? m->n_blocks : 16;
        while (n <= number)
            n *= 2;
        uint8_t **larger = realloc(m->block, n * sizeof *larger);
        if (!larger)
            return NULL;
        memset(larger + m->n_blocks, 0, (n - m->n_blocks) * sizeof *larger);
        m->block = larger;
        m->n_blocks = n;
    }
    uint8_t **block = &m->block[number];
    if (!*block && (*block = calloc(1, BLOCK)))
        m->held_blocks++;
    return *block;
}

static const uint8_t *block_at(const gt__image *m, uint64_t number)
{
    return number < m->n_blocks ? m->block[number] : NULL;
}

/* How many of `size` bytes from `at` on lie in the block of `at`. */
static size_t within_block(uint64_t at, uint64_t size)
{
    uint64_t left = BLOCK - at % BLOCK;
    return (size_t)(size < left ? size : left);
}

static void copy_in(gt__image *m, uint64_t at, const uint8_t *data, size_t size)
{
    for (size_t n; size > 0; at += n, data += n, size -= n) {
        n = within_block(at, size);
        if (!block_at(m, at / BLOCK) && !memcmp(data, zeros, n))
            continue;
        uint8_t *block = need_block(m, at / BLOCK);
        if (block)
            memcpy(block + at % BLOCK, data, n);
        else
            m->failed = true;
    }
}

/* The first place that ends behind `at`. */
static size_t place_behind(const gt__image *m, uint64_t at)
{
    size_t low = 0, high = m->n_places;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (m->places[middle].at + m->places[middle].size > at)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* Give up the places that a write to these bytes touches: what they show is
 * copied. Seldom: a data set is written once. */
static void settle(gt__image *m, uint64_t at, size_t size)
{
    size_t first = place_behind(m, at), end = first;
    for (; end < m->n_places && m->places[end].at < at + size; end++)
        copy_in(m, m->places[end].at, m->places[end].data, m->places[end].size);
    if (end == first)
        return;
    memmove(m->places + first, m->places + end,
            (m->n_places - end) * sizeof *m->places);
    m->n_places -= end - first;
}

static bool add_place(gt__image *m, uint64_t at, const uint8_t *data,
                      size_t size)
{
    if (m->n_places == m->room) {
        size_t room = m->room ? 2 * m->room : 16;
        place *larger = realloc(m->places, room * sizeof *larger);
        if (!larger)
            return false;
        m->places = larger;
        m->room = room;
    }
    size_t i = place_behind(m, at);
    memmove(m->places + i + 1, m->places + i,
            (m->n_places - i) * sizeof *m->places);
    m->places[i] = (place){at, size, data};
    m->n_places++;
    return true;
}

/* Is a write's beginning what was lent? It is compared, as HDF5 copies numbers
 * on their way, and may have changed them. */
static bool is_lent(const gt__image *m, const void *data, size_t size)
{
    return m->loan_size >= LEAST_LOAN && size >= m->loan_size &&
           !memcmp(data, m->loan, m->loan_size);
}

void gt__image_write(gt__image *m, uint64_t at, const void *data, size_t size)
{
    const uint8_t *bytes = data;
    settle(m, at, size);
    if (is_lent(m, data, size) && add_place(m, at, m->loan, m->loan_size)) {
        at += m->loan_size;
        bytes += m->loan_size;
        size -= m->loan_size;
    }
    copy_in(m, at, bytes, size);
}

/* The longest piece from `at` on, of at most `size` bytes. */
static gt_piece piece_at(const gt__image *m, uint64_t at, uint64_t size)
{
    size_t i = place_behind(m, at);
    const place *p = i < m->n_places ? &m->places[i] : NULL;
    if (p && p->at <= at) {
        uint64_t left = p->at + p->size - at;
        return (gt_piece){p->data + (at - p->at),
                          (size_t)(size < left ? size : left)};
    }
    if (p && p->at - at < size)
        size = p->at - at;
    const uint8_t *block = block_at(m, at / BLOCK);
    return (gt_piece){block ? block + at % BLOCK : zeros,
                      within_block(at, size)};
}

void gt__image_read(const gt__image *m, uint64_t at, void *data, size_t size)
{
    for (uint8_t *to = data; size > 0;) {
        gt_piece piece = piece_at(m, at, size);
        memcpy(to, piece.data, piece.size);
        at += piece.size;
        to += piece.size;
        size -= piece.size;
    }
}

gt_status gt__image_pieces(const gt__image *m, uint64_t size, gt_piece **pieces,
                           size_t *count)
{
    size_t n = 0;
    for (uint64_t at = 0; at < size; n++)
        at += piece_at(m, at, size - at).size;
    gt_piece *list = malloc((n + 1) * sizeof *list);
    if (!list)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate a list of %zu pieces",
                       n);
    n = 0;
    for (uint64_t at = 0; at < size; at += list[n++].size)
        list[n] = piece_at(m, at, size - at);
    *pieces = list;
    *count = n;
    return GT_OK;
}
