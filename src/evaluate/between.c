/* between.c: what a model makes between two points of its latent
 * space. Of a model that encodes samples, these are the codes mu of two samples
 * of the data, and the points lie on the line between them. Of others they are
 * the latents of two samples of the seed: on a line where the prior is a box,
 * and else on the arc between them, as the line between two normal latents
 * leads through lengths that no latents have (White 2016, "Sampling generative
 * networks", section 2.1). */
#include "evaluate/between.h"

#include "core/arena.h"
#include "eval/blocks.h"
#include "eval/gather.h"
#include "evaluate/drawing.h"
#include "tasks/config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 10, ROWS = 8, VOLUME_ROWS = 16 /* a quarter of these */ };

typedef struct between {
    gt_evaluator *e;
    gt_sample_stream stream; /* of the data */
    gt_sample_buffer given;  /* [COLUMNS] */
    size_t size, latent;
    gt_real *code;  /* [a block x 2 latent] */
    gt_real *z;     /* [COLUMNS x latent] */
    gt_real *x;     /* [COLUMNS x size] */
    gt_real *units; /* [COLUMNS x size] */
} between;

static bool encodes(const gt_evaluator *e)
{
    return e->task->type->codes != NULL;
}

static gt_status prepare(between *b, gt_evaluator *e)
{
    gt_subject_set set = gt_subject_reference(&e->subject);
    b->e = e;
    b->size = gt_shape_size(e->data->image);
    b->latent = gt_latent_size(e->task->setup.config);
    gt_status status = gt_subject_stream(&e->subject, set, &b->stream);
    if (status == GT_OK)
        status = gt_sample_buffer_new(&b->given, b->stream.reader, COLUMNS);
    b->code = gt_real_alloc((size_t)e->task->setup.max_n * 2 * b->latent);
    b->z = gt_real_alloc(COLUMNS * b->latent);
    b->x = gt_real_alloc(COLUMNS * b->size);
    b->units = gt_real_alloc(COLUMNS * b->size);
    if (status == GT_OK && (!b->code || !b->z || !b->x || !b->units))
        status = gt_fail(GT_ERR_MEMORY, "no memory for samples of a picture");
    return status;
}

static void release(between *b)
{
    gt_sample_stream_free(&b->stream);
    gt_sample_buffer_free(&b->given);
    free(b->code);
    free(b->z);
    free(b->x);
    free(b->units);
}

/* All samples of a row have the label and the conditions of one. */
static void give(between *b, int label, const gt_real *conditions)
{
    size_t columns = (size_t)b->given.n_conditions;
    for (size_t i = 0; i < COLUMNS; i++) {
        if (b->given.rows.labels)
            b->given.rows.labels[i] = label;
        if (conditions)
            memcpy(b->given.rows.conditions + i * columns, conditions,
                   columns * sizeof *conditions);
    }
}

/* The point `part` of the way from a to c. */
static void mix(const gt_real *a, const gt_real *c, size_t n, double part,
                bool arc, gt_real *out)
{
    double aa = 0, cc = 0, ac = 0, from = 1 - part, to = part;
    for (size_t k = 0; k < n; k++) {
        aa += (double)a[k] * a[k];
        cc += (double)c[k] * c[k];
        ac += (double)a[k] * c[k];
    }
    double cosine = aa > 0 && cc > 0 ? ac / sqrt(aa * cc) : 1;
    double angle = acos(fmin(fmax(cosine, -1), 1));
    if (arc && sin(angle) > 1e-3) {
        from = sin((1 - part) * angle) / sin(angle);
        to = sin(part * angle) / sin(angle);
    }
    for (size_t k = 0; k < n; k++)
        out[k] = (gt_real)(from * a[k] + to * c[k]);
}

/* The model's samples for z, as n samples of a row from column `at` on. */
static void make(between *b, int at, int n, double *result)
{
    gt_samples given = gt_sample_buffer_view(&b->given, 0, n);
    b->e->task->type->generate(b->e->task, b->z, &given, b->x);
    gt_sample_units(b->stream.reader, b->x, given.conditions, (size_t)n,
                    b->units);
    for (size_t i = 0; i < (size_t)n * b->size; i++)
        result[(size_t)at * b->size + i] = b->units[i];
}

/* Samples 2 row and 2 row + 1 of the data stand at both ends. */
static gt_status between_data(between *b, int64_t row, double *result)
{
    size_t ends[2] = {(size_t)(2 * row), (size_t)(2 * row + 1)};
    size_t columns = (size_t)b->given.n_conditions;
    gt_samples data;
    gt_status status = gt_sample_stream_block(&b->stream, 0, &data);
    if (status != GT_OK)
        return status;
    for (int i = 0; i < 2; i++) {
        size_t at = ends[i];
        double *to = result + (i == 0 ? 0 : COLUMNS - 1) * b->size;
        gt_sample_units(b->stream.reader, data.x + at * b->size,
                        columns ? data.conditions + at * columns : NULL, 1,
                        b->units);
        for (size_t k = 0; k < b->size; k++)
            to[k] = b->units[k];
    }
    b->e->task->type->codes->encode(b->e->task, &data, b->code);
    give(b, data.labels ? data.labels[ends[0]] : -1,
         columns ? data.conditions + ends[0] * columns : NULL);
    for (int i = 0; i < COLUMNS - 2; i++)
        mix(b->code + 2 * b->latent * ends[0],
            b->code + 2 * b->latent * ends[1], b->latent,
            (double)i / (COLUMNS - 3), false, b->z + (size_t)i * b->latent);
    make(b, 1, COLUMNS - 2, result);
    return GT_OK;
}

static gt_status between_latents(between *b, int64_t row, double *result)
{
    const gt_task *task = b->e->task;
    const gt_config *config = task->setup.config;
    gt_rng at = {.seed = b->e->options->seed,
                 .sample = (uint64_t)(2 * row),
                 .stream = GT_STREAM_SAMPLE};
    int64_t classes = b->e->data->classes;
    gt_samples data;
    int place;
    gt_status status =
        gt_sample_stream_one(&b->stream, (uint64_t)row, &data, &place);
    if (status != GT_OK)
        return status;
    give(b, classes > 0 ? (int)(row % classes) : -1, data.conditions);
    gt_task_latents(config, at, 2, b->code);
    for (int i = 0; i < COLUMNS; i++)
        mix(b->code, b->code + b->latent, b->latent, (double)i / (COLUMNS - 1),
            !task->type->box || !task->type->box(config),
            b->z + (size_t)i * b->latent);
    make(b, 0, COLUMNS, result);
    return GT_OK;
}

static gt_status draw_row(void *context, int64_t row, double *result)
{
    between *b = context;
    return encodes(b->e) ? between_data(b, row, result)
                         : between_latents(b, row, result);
}

gt_status gt__draw_between(gt_evaluator *e, const char *folder, bool *drawn)
{
    static const bool ends[COLUMNS] = {[0] = true, [COLUMNS - 2] = true};
    between b = {.e = NULL};
    double *results = NULL;
    gt_status status = prepare(&b, e);
    uint64_t most = b.stream.n / 2 < (uint64_t)b.stream.block / 2
                        ? b.stream.n / 2
                        : (uint64_t)b.stream.block / 2;
    int64_t rows = (int64_t)gt__sheet_most(e, VOLUME_ROWS);
    rows = rows < ROWS ? rows : ROWS;
    rows = (uint64_t)rows < most ? rows : (int64_t)most;
    if (status == GT_OK)
        status = gt_blocks_alloc(&results, (size_t)rows * COLUMNS * b.size,
                                 "a picture");
    status = gt_comm_agree(e->comm, status);
    if (status == GT_OK)
        status = gt_blocks_map(e->comm, rows, COLUMNS * b.size, draw_row, &b,
                               results);
    if (status == GT_OK)
        status = gt__sheet_write_results(
            e, folder, "interpolation.png", results,
            &(gt__sheet){(size_t)rows * COLUMNS, COLUMNS,
                         encodes(e) ? ends : NULL},
            drawn);
    free(results);
    release(&b);
    return status;
}
