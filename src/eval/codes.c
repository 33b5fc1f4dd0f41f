/* codes.c: what a model is told of its samples is in its own reader; all that
 * is known of them is in a second one, which reads no values. */
#include "eval/codes.h"

#include "core/arena.h"
#include "eval/blocks.h"
#include "eval/sample_blocks.h"
#include "tasks/config.h"

#include <stdlib.h>
#include <string.h>

typedef struct collection {
    gt_task *task;
    gt_codes *out;
    gt_sample_blocks samples;
    gt_reader factors;
    gt_sample_rows rows; /* [block]: the factors */
    gt_real *code;       /* [block x 2 latents] */
    double *results;     /* of blocks: [block x (latents + factors)] */
} collection;

static size_t width_of(const gt_codes *c)
{
    return (size_t)c->latents + (size_t)c->factors;
}

/* The factors of sample i of a block, behind its mu. */
static void take_factors(const collection *c, int i, double *to)
{
    int columns = c->out->factors - (c->rows.labels != NULL);
    for (int k = 0; k < columns; k++)
        to[k] = (double)c->rows.conditions[i * columns + k];
    if (c->rows.labels)
        to[columns] = c->rows.labels[i];
}

static gt_status encode_block(void *context, int64_t number, double *result)
{
    collection *c = context;
    int latents = c->out->latents, n = gt_sample_blocks_n(&c->samples, number);
    gt_samples samples;
    gt_status status = gt_sample_blocks_read(&c->samples, number, &samples);
    if (status == GT_OK && c->out->factors > 0)
        status = gt_reader_read(&c->factors, c->samples.numbers, n, &c->rows);
    if (status != GT_OK)
        return status;
    c->task->type->codes->encode(c->task, &samples, c->code);
    for (int i = 0; i < n; i++, result += width_of(c->out)) {
        for (int j = 0; j < latents; j++)
            result[j] = (double)c->code[2 * i * latents + j];
        take_factors(c, i, result + latents);
    }
    return GT_OK;
}

static gt_status allocate(collection *c, gt_reader *reader, size_t n)
{
    gt_codes *out = c->out;
    size_t block = (size_t)c->task->setup.max_n, factors = (size_t)out->factors;
    gt_status status = gt_sample_blocks_new(&c->samples, reader, n, (int)block);
    if (status == GT_OK)
        status = gt_blocks_alloc(
            &c->results, (size_t)c->samples.blocks * block * width_of(out),
            "codes");
    if (status != GT_OK)
        return status;
    c->code = gt_real_alloc(block * 2 * (size_t)out->latents);
    c->rows.conditions = gt_real_alloc(block * (factors + 1));
    out->mu = gt_real_alloc(n * (size_t)out->latents);
    out->factor = gt_real_alloc(n * factors);
    out->is_class = calloc(factors + 1, sizeof *out->is_class);
    out->name = calloc(factors + 1, sizeof *out->name);
    return c->code && c->rows.conditions && out->mu && out->factor &&
                   out->is_class && out->name
               ? GT_OK
               : gt_fail(GT_ERR_MEMORY, "cannot allocate %zu codes", n);
}

static gt_status begin(collection *c, gt_reader *reader,
                       const gt_source *source, size_t n)
{
    gt_codes *out = c->out;
    gt_status status = gt_reader_open(&c->factors, source, NULL);
    out->factors = source->n_conditions + (source->classes > 0);
    if (status == GT_OK)
        status = allocate(c, reader, n);
    if (status != GT_OK)
        return status;
    for (int k = 0; k < source->n_conditions; k++)
        out->name[k] = source->conditions[k].name;
    if (source->classes > 0) {
        out->name[source->n_conditions] = "label";
        out->is_class[source->n_conditions] = true;
        c->rows.labels =
            calloc((size_t)c->samples.block, sizeof *c->rows.labels);
        if (!c->rows.labels)
            return gt_fail(GT_ERR_MEMORY, "no memory for labels");
    }
    return GT_OK;
}

/* Results of all blocks, as what they are. */
static void lay_out(const collection *c)
{
    gt_codes *out = c->out;
    size_t latents = (size_t)out->latents, factors = (size_t)out->factors;
    const double *row = c->results;
    for (size_t i = 0; i < out->n; i++, row += latents + factors) {
        for (size_t j = 0; j < latents; j++)
            out->mu[i * latents + j] = (gt_real)row[j];
        for (size_t k = 0; k < factors; k++)
            out->factor[i * factors + k] = (gt_real)row[latents + k];
    }
}

gt_status gt_codes_collect(gt_codes *out, gt_task *task, gt_reader *reader,
                           const gt_source *source, uint64_t n)
{
    gt_comm *comm = task->setup.comm;
    *out = (gt_codes){.n = (size_t)n};
    if (!task->type->codes)
        return gt_fail(GT_ERR_MISMATCH,
                       "task %s does not encode samples; a vae does",
                       task->type->name);
    out->latents = (int)gt_latent_size(task->setup.config);
    collection c = {.task = task, .out = out};
    gt_status status = gt_comm_agree(comm, begin(&c, reader, source, n));
    if (status == GT_OK)
        status = gt_blocks_map(comm, c.samples.blocks,
                               (size_t)c.samples.block * width_of(out),
                               encode_block, &c, c.results);
    if (status == GT_OK)
        lay_out(&c);
    gt_reader_close(&c.factors);
    gt_sample_blocks_free(&c.samples);
    free(c.rows.conditions);
    free(c.rows.labels);
    free(c.code);
    free(c.results);
    return status;
}

void gt_codes_free(gt_codes *codes)
{
    free(codes->mu);
    free(codes->factor);
    free(codes->is_class);
    free(codes->name);
    *codes = (gt_codes){0};
}
