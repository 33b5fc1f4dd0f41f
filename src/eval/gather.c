/* gather.c: making one sample takes its whole block, so samples of one block
 * are found together. */
#include "eval/gather.h"

#include "core/arena.h"
#include "eval/blocks.h"

#include <stdlib.h>

/* The bytes lie where the first of the numbers go, and are taken from the last
 * one on, so none is overwritten before it is read. */
void gt_sample_units(const gt_reader *reader, const gt_real *x,
                     const gt_real *conditions, size_t n, gt_real *out)
{
    size_t size = gt_shape_size(reader->source->shape);
    int columns = reader->n_conditions;
    uint8_t *bytes = (uint8_t *)out;
    if (reader->source->element == GT_ELEMENT_REALS) {
        gt_transform_inverse(&reader->transform, x, conditions, columns, n,
                             out);
        return;
    }
    gt_transform_to_bytes(&reader->transform, x, conditions, columns, n, bytes);
    for (size_t i = n * size; i-- > 0;)
        out[i] = bytes[i];
}

typedef struct gathering {
    gt_sample_stream *stream;
    const uint64_t *numbers; /* [n] */
    size_t n, size;
    int64_t *block;      /* [n]: in which block of this work each is found, */
    size_t *place;       /* [n] and at which place there */
    size_t blocks, most; /* of these blocks; samples in one of them */
    gt_real *units;      /* [size]; NULL: as the model has them */
} gathering;

/* What samples share a block of the work: the stream's, where it makes them. */
static uint64_t key_of(const gathering *g, size_t i)
{
    return g->stream->task ? g->numbers[i] / (uint64_t)g->stream->block
                           : g->numbers[i];
}

static void arrange(gathering *g)
{
    for (size_t i = 0; i < g->n; i++) {
        size_t same = 0;
        g->block[i] = -1;
        for (size_t j = 0; j < i; j++)
            if (key_of(g, j) == key_of(g, i)) {
                g->block[i] = g->block[j];
                same++;
            }
        if (g->block[i] < 0)
            g->block[i] = (int64_t)g->blocks++;
        g->place[i] = same;
        g->most = same + 1 > g->most ? same + 1 : g->most;
    }
}

/* Sample `at` of those that were found last. */
static const gt_real *values_of(const gathering *g, const gt_samples *samples,
                                size_t at)
{
    const gt_reader *reader = g->stream->reader;
    const gt_real *x = samples->x + at * g->size, *conditions = NULL;
    if (!g->units)
        return x;
    if (samples->conditions)
        conditions = samples->conditions + at * (size_t)reader->n_conditions;
    gt_sample_units(reader, x, conditions, 1, g->units);
    return g->units;
}

static gt_status find(void *context, int64_t block, double *result)
{
    gathering *g = context;
    gt_sample_stream *s = g->stream;
    gt_samples samples;
    int first = -1, at = 0;
    for (size_t i = 0; i < g->n; i++) {
        if (g->block[i] != block)
            continue;
        if (first < 0) {
            gt_status status =
                gt_sample_stream_one(s, g->numbers[i], &samples, &first);
            if (status != GT_OK)
                return status;
        }
        at = s->task ? (int)(g->numbers[i] % (uint64_t)s->block) : first;
        const gt_real *x = values_of(g, &samples, (size_t)at);
        for (size_t k = 0; k < g->size; k++)
            result[g->place[i] * g->size + k] = x[k];
    }
    return GT_OK;
}

static void take(const gathering *g, const double *results, gt_real *out)
{
    for (size_t i = 0; i < g->n; i++) {
        const double *from =
            results + ((size_t)g->block[i] * g->most + g->place[i]) * g->size;
        for (size_t k = 0; k < g->size; k++)
            out[i * g->size + k] = (gt_real)from[k];
    }
}

gt_status gt_samples_gather(gt_comm *comm, gt_sample_stream *stream,
                            const uint64_t *numbers, size_t n, bool units,
                            gt_real *out)
{
    gathering g = {.stream = stream,
                   .numbers = numbers,
                   .n = n,
                   .size = gt_shape_size(stream->reader->source->shape),
                   .block = malloc(n * sizeof *g.block + 1),
                   .place = malloc(n * sizeof *g.place + 1)};
    double *results = NULL;
    g.units = units ? gt_real_alloc(g.size) : NULL;
    gt_status status = GT_OK;
    if (!g.block || !g.place || (units && !g.units))
        status = gt_fail(GT_ERR_MEMORY, "no memory for samples of a picture");
    if (status == GT_OK) {
        arrange(&g);
        status = gt_blocks_alloc(&results, g.blocks * g.most * g.size,
                                 "samples of a picture");
    }
    status = gt_comm_agree(comm, status);
    if (status == GT_OK)
        status = gt_blocks_map(comm, (int64_t)g.blocks, g.most * g.size, find,
                               &g, results);
    if (status == GT_OK)
        take(&g, results, out);
    free(results);
    free(g.block);
    free(g.place);
    free(g.units);
    return status;
}
