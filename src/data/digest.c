/* digest.c: data that stream may be larger than memory, and a picture costs as
 * much to read as a step of a small network takes. So of much data, and of
 * samples that are unpacked one by one, only some are looked at; names, sizes
 * and types of the files are in the digest already. */
#include "data/digest.h"

#include "base/collective_tick.h"
#include "core/arena.h"
#include "core/hash.h"
#include "data/cache.h"

#include <stdlib.h>

enum { SOME = 256, PIECE = 32 };
static const double quick = 64 << 20; /* bytes */

typedef struct rows {
    uint8_t *x; /* [PIECE x bytes of a sample] */
    int *labels;
    gt_real *conditions;
    size_t bytes, columns;
} rows;

static gt_status allocate(rows *r, const gt_source *source)
{
    size_t element = source->element == GT_ELEMENT_BYTES ? 1 : sizeof(gt_real);
    r->bytes = gt_shape_size(source->shape) * element;
    r->columns = (size_t)source->n_conditions;
    r->x = (uint8_t *)gt_real_alloc(PIECE * r->bytes / sizeof(gt_real) + 1);
    r->labels = calloc(PIECE, sizeof *r->labels);
    r->conditions = gt_real_alloc(PIECE * r->columns);
    if (r->x && r->labels && r->conditions)
        return GT_OK;
    return gt_fail(GT_ERR_MEMORY, "data '%s': no memory to look at %d samples",
                   source->uri, (int)PIECE);
}

static void free_rows(rows *r)
{
    free(r->x);
    free(r->labels);
    free(r->conditions);
}

static void add(gt_hash *hash, const gt_source *source, const rows *r,
                const uint64_t *numbers, int n)
{
    bool bytes = source->element == GT_ELEMENT_BYTES;
    gt_source_rows to = {.bytes = bytes ? r->x : NULL,
                         .reals = bytes ? NULL : (gt_real *)r->x,
                         .labels = source->classes ? r->labels : NULL,
                         .conditions = r->columns ? r->conditions : NULL};
    gt_status status =
        source->cache ? gt__cache_read(source->cache, source, numbers, n, &to)
                      : source->type->read(source, numbers, n, &to);
    if (status == GT_OK) {
        size_t count = (size_t)n;
        gt_hash_add(hash, r->x, count * r->bytes);
        if (to.labels)
            gt_hash_add(hash, r->labels, count * sizeof *r->labels);
        if (to.conditions)
            gt_hash_add(hash, r->conditions,
                        count * r->columns * sizeof *r->conditions);
    } else if (n == 1) {
        gt_hash_add(hash, numbers, sizeof *numbers);
    } else {
        for (int i = 0; i < n; i++)
            add(hash, source, r, numbers + i, 1);
    }
}

/* Number i of `wanted` that are spaced over `count`. */
static uint64_t spaced(uint64_t i, uint64_t wanted, uint64_t count)
{
    if (wanted == count)
        return i;
    return (uint64_t)((double)i * (double)(count - 1) / (double)(wanted - 1));
}

gt_status gt__digest_add_contents(gt_source *source)
{
    rows r = {0};
    gt_hash *hash = gt_hash_new();
    gt_status status = allocate(&r, source);
    if (status == GT_OK && !hash)
        status = gt_fail(GT_ERR_MEMORY, "data '%s': no memory for a digest",
                         source->uri);
    bool all =
        !source->costly && (double)source->count * (double)r.bytes <= quick;
    uint64_t wanted = all || source->count < SOME ? source->count : SOME;
    if (status == GT_OK)
        gt_hash_add(hash, &source->digest, sizeof source->digest);
    for (uint64_t i = 0; i < wanted && status == GT_OK; i += PIECE) {
        uint64_t numbers[PIECE];
        int n = wanted - i < PIECE ? (int)(wanted - i) : PIECE;
        for (int j = 0; j < n; j++)
            numbers[j] = spaced(i + (uint64_t)j, wanted, source->count);
        add(hash, source, &r, numbers, n);
        gt_collective_tick();
    }
    if (status == GT_OK)
        source->digest = gt_hash_value(hash);
    gt_hash_free(hash);
    free_rows(&r);
    return status;
}
