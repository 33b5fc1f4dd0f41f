/* h5image.c: a table of small blocks of our own, and a list of extents, in
 * order of their addresses, in which borrowed bytes lie over them. Extents
 * never overlap each other. */
#include "store/h5image.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK = 4096, LEAST_EXTENT = BLOCK };

typedef struct extent {
    uint64_t at;
    size_t size;
    const uint8_t *data; /* borrowed */
} extent;

struct gt__image {
    uint8_t **block; /* NULL: zeros */
    size_t n_blocks, held_blocks;
    extent *extents;
    size_t n_extents, capacity; /* of extents */
    const uint8_t *expected;
    size_t expected_size;
    uint64_t size;
    bool failed;
};

static const uint8_t zeros[BLOCK];

void gt__image_free(gt__image *m)
{
    if (!m)
        return;
    for (size_t i = 0; i < m->n_blocks; i++)
        free(m->block[i]);
    free(m->block);
    free(m->extents);
    free(m);
}

void gt__image_expect(gt__image *m, const void *data, size_t size)
{
    m->expected = data;
    m->expected_size = size;
}

void gt__image_resize(gt__image *m, uint64_t size)
{
    m->size = size;
}

uint64_t gt__image_size(const gt__image *m)
{
    return m->size;
}

bool gt__image_failed(const gt__image *m)
{
    return m->failed;
}

size_t gt__image_held(const gt__image *m)
{
    return sizeof *m + m->n_blocks * sizeof *m->block + m->held_blocks * BLOCK +
           m->capacity * sizeof *m->extents;
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

/* The first extent that ends behind `at`. */
static size_t extent_behind(const gt__image *m, uint64_t at)
{
    size_t low = 0, high = m->n_extents;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (m->extents[middle].at + m->extents[middle].size > at)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* Give up the extents that a write to these bytes touches: what they show is
 * copied. Seldom: a data set is written once. */
static void copy_touched(gt__image *m, uint64_t at, size_t size)
{
    size_t first = extent_behind(m, at), end = first;
    for (; end < m->n_extents && m->extents[end].at < at + size; end++)
        copy_in(m, m->extents[end].at, m->extents[end].data,
                m->extents[end].size);
    if (end == first)
        return;
    memmove(m->extents + first, m->extents + end,
            (m->n_extents - end) * sizeof *m->extents);
    m->n_extents -= end - first;
}

static bool add_extent(gt__image *m, uint64_t at, const uint8_t *data,
                       size_t size)
{
    if (m->n_extents == m->capacity) {
        size_t capacity = m->capacity ? 2 * m->capacity : 16;
        extent *larger = realloc(m->extents, capacity * sizeof *larger);
        if (!larger)
            return false;
        m->extents = larger;
        m->capacity = capacity;
    }
    size_t i = extent_behind(m, at);
    memmove(m->extents + i + 1, m->extents + i,
            (m->n_extents - i) * sizeof *m->extents);
    m->extents[i] = (extent){at, size, data};
    m->n_extents++;
    return true;
}

/* HDF5 copies numbers on their way, and may change them; so bytes are compared,
 * not addresses. */
static bool is_expected(const gt__image *m, const void *data, size_t size)
{
    return m->expected_size >= LEAST_EXTENT && size >= m->expected_size &&
           !memcmp(data, m->expected, m->expected_size);
}

void gt__image_write(gt__image *m, uint64_t at, const void *data, size_t size)
{
    const uint8_t *bytes = data;
    copy_touched(m, at, size);
    if (is_expected(m, data, size) &&
        add_extent(m, at, m->expected, m->expected_size)) {
        at += m->expected_size;
        bytes += m->expected_size;
        size -= m->expected_size;
    }
    copy_in(m, at, bytes, size);
}

/* The longest piece from `at` on, of at most `size` bytes. */
static gt_piece piece_at(const gt__image *m, uint64_t at, uint64_t size)
{
    size_t i = extent_behind(m, at);
    const extent *e = i < m->n_extents ? &m->extents[i] : NULL;
    if (e && e->at <= at) {
        uint64_t left = e->at + e->size - at;
        return (gt_piece){e->data + (at - e->at),
                          (size_t)(size < left ? size : left)};
    }
    if (e && e->at - at < size)
        size = e->at - at;
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

gt_status gt__image_pieces(const gt__image *m, uint64_t at, gt_piece **pieces,
                           size_t *count)
{
    size_t n = 0;
    for (uint64_t next = at; next < m->size; n++)
        next += piece_at(m, next, m->size - next).size;
    gt_piece *list = malloc((n + 1) * sizeof *list);
    if (!list)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate a list of %zu pieces",
                       n);
    *count = n;
    for (size_t i = 0; i < n; at += list[i++].size)
        list[i] = piece_at(m, at, m->size - at);
    *pieces = list;
    return GT_OK;
}

gt__image *gt__image_new(const void *bytes, size_t size)
{
    gt__image *m = calloc(1, sizeof *m);
    if (m && size > 0 && !add_extent(m, 0, bytes, size)) {
        gt__image_free(m);
        return NULL;
    }
    if (m)
        m->size = size;
    return m;
}
