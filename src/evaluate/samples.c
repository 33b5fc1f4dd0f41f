/* samples.c: samples of the seed in the order in which `gentrain
 * sample` makes them, with labels that take turns. */
#include "evaluate/samples.h"

#include "core/arena.h"
#include "eval/blocks.h"
#include "eval/gather.h"
#include "evaluate/drawing.h"
#include "run/picture/picture.h"
#include "tasks/config.h"
#include "tasks/sampler.h"

#include <stdlib.h>

enum {
    SAMPLES = 64, /* of a sheet, */
    ROWS = 8,     /* or for each class, */
    CLASSES = 32, /* where there are no more than these */
    PAIRS = 32,
    PAIR_COLUMNS = 8,
};

/* --- Samples. */

typedef struct making {
    gt_evaluator *e;
    gt_reader *reader;
    size_t size;
    gt_sample_buffer buffer; /* [a block] */
    gt_real *latents, *units;
    size_t each; /* samples that have the conditions of one sample */
} making;

static gt_status prepare(making *m, gt_evaluator *e)
{
    m->e = e;
    m->reader = gt_subject_reference_reader(&e->subject);
    m->size = gt_shape_size(e->data->image);
    gt_status status =
        gt_sample_buffer_new(&m->buffer, m->reader, GT_SAMPLE_BLOCK);
    m->latents =
        gt_real_alloc(GT_SAMPLE_BLOCK * gt_latent_size(e->task->setup.config));
    m->units = gt_real_alloc(GT_SAMPLE_BLOCK * m->size);
    if (status == GT_OK && (!m->latents || !m->units))
        status = gt_fail(GT_ERR_MEMORY, "no memory for samples of a picture");
    return status;
}

static void release(making *m)
{
    gt_sample_buffer_free(&m->buffer);
    free(m->latents);
    free(m->units);
}

/* Labels take turns, so each column has one, and each row the conditions of one
 * sample of the data. */
static gt_status fill_given(making *m, uint64_t first)
{
    gt_sample_rows rows = m->buffer.rows;
    uint64_t numbers[GT_SAMPLE_BLOCK];
    if (rows.labels)
        gt_sampler_labels(NULL, (int)m->e->data->classes, first,
                          GT_SAMPLE_BLOCK, rows.labels);
    if (!rows.conditions)
        return GT_OK;
    for (size_t i = 0; i < GT_SAMPLE_BLOCK; i++)
        numbers[i] = (first + i) / m->each % m->reader->source->count;
    return gt_reader_read(m->reader, numbers, GT_SAMPLE_BLOCK,
                          &(gt_sample_rows){.conditions = rows.conditions});
}

static gt_status make(void *context, int64_t block, double *result)
{
    making *m = context;
    gt_status status = fill_given(m, (uint64_t)block * GT_SAMPLE_BLOCK);
    if (status != GT_OK)
        return status;
    gt_samples given = gt_sample_buffer_view(&m->buffer, 0, GT_SAMPLE_BLOCK);
    gt_sampler_block(m->e->task, m->e->options->seed, (uint64_t)block, &given,
                     m->latents, m->buffer.rows.x);
    gt_sample_units(m->reader, m->buffer.rows.x, given.conditions,
                    GT_SAMPLE_BLOCK, m->units);
    for (size_t i = 0; i < GT_SAMPLE_BLOCK * m->size; i++)
        result[i] = m->units[i];
    return GT_OK;
}

gt_status gt__draw_samples(gt_evaluator *e, const char *folder, bool *drawn)
{
    making m = {.each = 1};
    int64_t classes = e->data->classes;
    bool by_class = classes > 1 && classes <= CLASSES;
    bool reals = e->train->element == GT_ELEMENT_REALS;
    size_t n = by_class ? (size_t)classes * ROWS : gt__sheet_most(e, SAMPLES);
    int columns = by_class ? (int)classes
                           : gt_picture_columns(n, 1, e->data->image, reals);
    m.each = by_class ? (size_t)classes : 1;
    int64_t blocks = (int64_t)((n + GT_SAMPLE_BLOCK - 1) / GT_SAMPLE_BLOCK);
    double *results = NULL;
    gt_status status = prepare(&m, e);
    if (status == GT_OK)
        status = gt_blocks_alloc(
            &results, (size_t)blocks * GT_SAMPLE_BLOCK * m.size, "a picture");
    status = gt_comm_agree(e->comm, status);
    if (status == GT_OK)
        status = gt_blocks_map(e->comm, blocks, GT_SAMPLE_BLOCK * m.size, make,
                               &m, results);
    if (status == GT_OK)
        status = gt__sheet_write_results(e, folder, "samples.png", results,
                                         &(gt__sheet){n, columns, NULL}, drawn);
    free(results);
    release(&m);
    return status;
}

/* --- Reconstructions. */

typedef struct pairing {
    gt_evaluator *e;
    gt_sample_stream stream;
    size_t size, pairs;
    gt_real *rebuilt; /* [a block x size] */
    gt_real *units;   /* [size] */
} pairing;

/* Sample i of a sheet's originals, or what became of it, in its units. */
static void put(const pairing *p, const gt_real *x, const gt_samples *samples,
                size_t i, size_t at, double *result)
{
    size_t columns = (size_t)p->stream.reader->n_conditions;
    gt_sample_units(p->stream.reader, x + i * p->size,
                    columns ? samples->conditions + i * columns : NULL, 1,
                    p->units);
    for (size_t k = 0; k < p->size; k++)
        result[at * p->size + k] = p->units[k];
}

/* Rows of originals, each above its row of reconstructions. */
static gt_status rebuild(void *context, int64_t block, double *result)
{
    pairing *p = context;
    gt_samples samples;
    gt_status status = gt_sample_stream_block(&p->stream, block, &samples);
    if (status != GT_OK)
        return status;
    p->e->task->type->reconstruct(p->e->task, &samples, p->rebuilt);
    for (size_t i = 0; i < p->pairs; i++) {
        size_t row = i / PAIR_COLUMNS, column = i % PAIR_COLUMNS;
        size_t left = p->pairs - row * PAIR_COLUMNS;
        size_t across = left < PAIR_COLUMNS ? left : PAIR_COLUMNS;
        size_t at = 2 * row * PAIR_COLUMNS + column;
        put(p, samples.x, &samples, i, at, result);
        put(p, p->rebuilt, &samples, i, at + across, result);
    }
    return GT_OK;
}

static gt_status draw_pairs(pairing *p, const char *folder, bool *drawn)
{
    const gt_evaluator *e = p->e;
    size_t columns = p->pairs < PAIR_COLUMNS ? p->pairs : PAIR_COLUMNS;
    double *results = NULL;
    gt_status status =
        gt_comm_agree(e->comm, gt_blocks_alloc(&results, 2 * p->pairs * p->size,
                                               "a picture"));
    if (status == GT_OK)
        status = gt_blocks_map(e->comm, 1, 2 * p->pairs * p->size, rebuild, p,
                               results);
    if (status == GT_OK)
        status = gt__sheet_write_results(
            e, folder, "reconstructions.png", results,
            &(gt__sheet){2 * p->pairs, (int)columns, NULL}, drawn);
    free(results);
    return status;
}

gt_status gt__draw_pairs(gt_evaluator *e, const char *folder, bool *drawn)
{
    pairing p = {.e = e, .size = gt_shape_size(e->data->image)};
    gt_status status = gt_subject_stream(
        &e->subject, gt_subject_reference(&e->subject), &p.stream);
    size_t most = gt__sheet_most(e, PAIRS);
    p.pairs = p.stream.n < most ? (size_t)p.stream.n : most;
    if (p.pairs > PAIR_COLUMNS) /* whole rows, or a part of one */
        p.pairs -= p.pairs % PAIR_COLUMNS;
    p.rebuilt = gt_real_alloc((size_t)p.stream.block * p.size);
    p.units = gt_real_alloc(p.size);
    if (status == GT_OK && (!p.rebuilt || !p.units))
        status = gt_fail(GT_ERR_MEMORY, "no memory for reconstructions");
    status = gt_comm_agree(e->comm, status);
    if (status == GT_OK)
        status = draw_pairs(&p, folder, drawn);
    gt_sample_stream_free(&p.stream);
    free(p.rebuilt);
    free(p.units);
    return status;
}
