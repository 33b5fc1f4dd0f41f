/* evaluate_sheets.c: sheets of samples. They are made in the same blocks as
 * those that figures look at, so the pictures show the very samples. */
#include "train/evaluate_pictures.h"

#include "core/arena.h"
#include "eval/blocks.h"
#include "eval/gather.h"
#include "run/picture/picture.h"
#include "tasks/config.h"
#include "tasks/sampler.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    SAMPLES = 64, /* of a sheet, */
    VOLUMES = 16, /* where these are volumes, */
    ROWS = 8,     /* or for each class, */
    CLASSES = 32, /* where there are no more than these */
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

/* Write the first n results of blocks, on rank 0. */
static gt_status show(const gt_evaluator *e, const char *folder,
                      const char *file, const double *results, size_t n,
                      int columns, bool *drawn)
{
    char path[GT_PATH + 32];
    size_t size = gt_shape_size(e->data->image);
    gt_status status = GT_OK;
    if (e->comm->rank == 0) {
        gt_real *units = gt_real_alloc(n * size);
        snprintf(path, sizeof path, "%s/%s", folder, file);
        if (!units)
            status = gt_fail(GT_ERR_MEMORY, "%s: no memory for it", path);
        for (size_t i = 0; status == GT_OK && i < n * size; i++)
            units[i] = (gt_real)results[i];
        if (status == GT_OK)
            *drawn =
                gt__drawn(gt__draw_units(e, path, units, n, columns), path);
        free(units);
    }
    gt_comm_broadcast(e->comm, drawn, sizeof *drawn);
    return gt_comm_agree(e->comm, status);
}

gt_status gt__draw_samples(gt_evaluator *e, const char *folder, bool *drawn)
{
    making m = {.each = 1};
    int64_t classes = e->data->classes;
    bool by_class = classes > 1 && classes <= CLASSES;
    bool reals = e->train->element == GT_ELEMENT_REALS;
    size_t n = by_class                             ? (size_t)classes * ROWS
               : gt_shape_is_volume(e->data->image) ? VOLUMES
                                                    : SAMPLES;
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
        status = show(e, folder, "samples.png", results, n, columns, drawn);
    free(results);
    release(&m);
    return status;
}
