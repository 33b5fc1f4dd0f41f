/* closest.c: here the set is large and the queries are few, so a block is of
 * samples, and its result what is nearest in it. Blocks are merged in the order
 * of samples, in which the first of equally near ones stays in front. */
#include "eval/closest.h"

#include "base/plural.h"
#include "eval/blocks.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

typedef struct streaming {
    const gt_points *queries;
    gt_reader *reader;
    uint64_t count, per_block; /* samples */
    int k;
    gt_sample_buffer buffer; /* [GT__REFERENCES] */
    gt__distances distances;
} streaming;

/* The results of all blocks take up to about this many doubles. */
enum { RESULTS = 1 << 23 };

/* Samples of a block: few enough that ranks have equal work, and so many that
 * all results have room. Depends on sizes alone. */
static uint64_t choose_block(uint64_t count, size_t size)
{
    uint64_t blocks = RESULTS / (size ? size : 1);
    uint64_t most = (count + GT__REFERENCES - 1) / GT__REFERENCES;
    blocks = blocks < 1 ? 1 : blocks < most ? blocks : most;
    uint64_t tiles = (most + blocks - 1) / blocks;
    return tiles * GT__REFERENCES;
}

/* The samples first .. first + n - 1, in the buffer, meet all queries. */
static void meet(streaming *s, uint64_t first, int n, gt_neighbour *nearest)
{
    size_t dim = (size_t)s->queries->dim, all = s->queries->n;
    for (size_t at = 0; at < all; at += GT__QUERIES) {
        gt__distances_begin(
            &s->distances, s->queries->x + at * dim,
            (int)(all - at < GT__QUERIES ? all - at : GT__QUERIES));
        gt__distances_find(&s->distances, s->buffer.rows.x, n);
        gt__neighbours_join(&s->distances, (int64_t)first, -1, s->k,
                            nearest + at * (size_t)s->k);
    }
}

static gt_status search_block(void *context, int64_t block, double *result)
{
    streaming *s = context;
    gt_neighbour *nearest = (gt_neighbour *)result;
    uint64_t at = (uint64_t)block * s->per_block, end = at + s->per_block;
    gt_status status = GT_OK;
    gt__neighbours_begin(nearest, s->queries->n * (size_t)s->k);
    if (end > s->count)
        end = s->count;
    for (; at < end && status == GT_OK; at += GT__REFERENCES) {
        int n = (int)(end - at < GT__REFERENCES ? end - at : GT__REFERENCES);
        status = gt_sample_buffer_fill(&s->buffer, s->reader, at, n);
        if (status == GT_OK)
            meet(s, at, n, nearest);
    }
    return status;
}

/* Two sorted lists of k become one; of equals, those in `nearest` first. */
static void merge(gt_neighbour *nearest, const gt_neighbour *next, int k)
{
    for (int i = 0; i < k; i++) {
        int at = k;
        while (at > 0 && next[i].square < nearest[at - 1].square)
            at--;
        for (int j = k - 1; j > at; j--)
            nearest[j] = nearest[j - 1];
        if (at < k)
            nearest[at] = next[i];
    }
}

static gt_status prepare(streaming *s)
{
    const gt_points *queries = s->queries;
    size_t size = gt_shape_size(s->reader->source->shape);
    assert(!s->reader->augments);
    if (s->count < (uint64_t)s->k)
        return gt_fail(GT_ERR_CONFIG,
                       "the %d nearest samples were asked for, and the data "
                       "have %llu",
                       s->k, (unsigned long long)s->count);
    if (size != (size_t)queries->dim)
        return gt_fail(GT_ERR_MISMATCH,
                       "samples of the data have %zu number%s, and what they "
                       "are compared with has %d",
                       size, gt_plural(size), queries->dim);
    gt_status status = gt_points_check(queries, 1, "a search for neighbours");
    if (status == GT_OK)
        status = gt__distances_new(&s->distances, queries, NULL);
    if (status == GT_OK)
        status = gt_sample_buffer_new(&s->buffer, s->reader, GT__REFERENCES);
    return status;
}

gt_status gt_closest_find(gt_comm *comm, const gt_points *queries,
                          gt_reader *reader, uint64_t count, int k,
                          gt_neighbour *out)
{
    streaming s = {
        .queries = queries, .reader = reader, .count = count, .k = k};
    size_t size = queries->n * (size_t)k;
    s.per_block = choose_block(count, 2 * size);
    int64_t blocks = (int64_t)((count + s.per_block - 1) / s.per_block);
    double *found = NULL;
    gt_status status = prepare(&s);
    if (status == GT_OK)
        status = gt_blocks_alloc(&found, (size_t)blocks * 2 * size,
                                 "nearest samples");
    status = gt_comm_agree(comm, status);
    if (status == GT_OK)
        status = gt_blocks_map(comm, blocks, 2 * size, search_block, &s, found);
    if (status == GT_OK)
        gt__neighbours_begin(out, size);
    for (int64_t b = 0; status == GT_OK && b < blocks; b++)
        for (size_t i = 0; i < queries->n; i++)
            merge(out + i * (size_t)k,
                  (gt_neighbour *)found + (size_t)b * size + i * (size_t)k, k);
    free(found);
    gt_sample_buffer_free(&s.buffer);
    gt__distances_free(&s.distances);
    return status;
}
