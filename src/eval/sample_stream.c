/* sample_stream.c: samples are read or made in blocks of one size, whatever the
 * number of ranks, as the bits of products follow from their shapes. */
#include "eval/sample_stream.h"

#include "core/arena.h"
#include "data/config.h"
#include "eval/sample_blocks.h"
#include "tasks/config.h"

#include <stdlib.h>
#include <string.h>

typedef gt_sample_stream stream;

gt_status gt_sample_stream_new(stream *s, gt_reader *reader, gt_task *task,
                               uint64_t seed, uint64_t n, int block)
{
    size_t rows = (size_t)block;
    size_t latent = task ? gt_latent_size(task->setup.config) : 0;
    *s = (stream){.reader = reader,
                  .task = task,
                  .seed = seed,
                  .n = n,
                  .block = block,
                  .blocks =
                      (int64_t)((n + (uint64_t)block - 1) / (uint64_t)block)};
    gt_status status = gt_sample_buffer_new(&s->buffer, reader, rows);
    s->numbers = malloc(rows * sizeof *s->numbers);
    s->latents = gt_real_alloc(rows * latent);
    if (status == GT_OK && (!s->numbers || !s->latents))
        status = gt_fail(GT_ERR_MEMORY, "no memory for a block of samples");
    return status;
}

void gt_sample_stream_free(stream *s)
{
    gt_sample_buffer_free(&s->buffer);
    free(s->numbers);
    free(s->latents);
    *s = (stream){0};
}

static void make(stream *s, uint64_t first, const gt_samples *given, gt_real *x)
{
    int n = given->n;
    int64_t number = (int64_t)(first / (uint64_t)s->block);
    size_t count = (size_t)n * gt_shape_size(s->reader->source->shape);
    const gt_real *kept =
        s->made ? gt_sample_cache_find(s->made, number) : NULL;
    if (kept) {
        memcpy(x, kept, count * sizeof *x);
        return;
    }
    gt_rng at = {.seed = s->seed, .sample = first, .stream = GT_STREAM_SAMPLE};
    gt_task_latents(s->task->setup.config, at, n, s->latents);
    s->task->type->generate(s->task, s->latents, given, x);
    if (s->made)
        gt_sample_cache_keep(s->made, number, s->blocks, x, count);
}

/* Made samples are asked for as data are; of these, x is then overwritten. */
static gt_status fill(stream *s, uint64_t first, int n)
{
    gt_sample_rows rows = s->buffer.rows,
                   given = {rows.x, rows.labels, rows.conditions};
    uint64_t count = s->reader->source->count;
    given.x = s->task ? NULL : rows.x;
    for (int i = 0; i < n; i++) {
        uint64_t number = first + (uint64_t)i;
        s->numbers[i] = s->task ? number % count
                                : gt_sample_blocks_choose(count, s->n, number);
    }
    gt_status status = GT_OK;
    if (given.x || given.labels || given.conditions)
        status = gt_reader_read(s->reader, s->numbers, n, &given);
    if (status != GT_OK || !s->task)
        return status;
    gt_samples samples = gt_sample_buffer_view(&s->buffer, 0, n);
    make(s, first, &samples, rows.x);
    return GT_OK;
}

gt_status gt_sample_stream_block(stream *s, int64_t number, gt_samples *samples)
{
    uint64_t first = (uint64_t)number * (uint64_t)s->block;
    uint64_t left = s->n - first;
    int n = left < (uint64_t)s->block ? (int)left : s->block;
    *samples = gt_sample_buffer_view(&s->buffer, 0, n);
    return fill(s, first, n);
}

/* One that is made needs its block, as the bits of products do. */
gt_status gt_sample_stream_one(stream *s, uint64_t number, gt_samples *samples,
                               int *at)
{
    uint64_t block = (uint64_t)s->block;
    *at = s->task ? (int)(number % block) : 0;
    if (s->task)
        return gt_sample_stream_block(s, (int64_t)(number / block), samples);
    *samples = gt_sample_buffer_view(&s->buffer, 0, 1);
    return fill(s, number, 1);
}
