/* sample_set.c: samples are read or made in blocks of one size, whatever the
 * number of ranks, as the bits of products follow from their shapes. */
#include "eval/sample_set.h"

#include "base/heartbeat.h"
#include "core/arena.h"
#include "data/config.h"
#include "eval/blocks.h"
#include "eval/sample_blocks.h"
#include "tasks/config.h"
#include "tasks/sampler.h"

#include <stdlib.h>

/* What stands behind the features of a sample in the results of its block. */
enum { ASKED, FOUND, CONFIDENCE, BESIDE };

typedef struct filling {
    const gt_features *features;
    gt_reader *reader;
    gt_task *task; /* makes them; NULL: they are read */
    uint64_t seed, n, count;
    int block;
    gt_sample_buffer buffer; /* [block] */
    uint64_t *numbers;       /* [block] */
    gt_real *latents;        /* [block x latent] */
    gt_real *points;         /* [block x dim] */
    gt_features_class *found;
} filling;

static void release(filling *f)
{
    gt_sample_buffer_free(&f->buffer);
    free(f->numbers);
    free(f->latents);
    free(f->points);
    free(f->found);
}

static gt_status prepare(filling *f)
{
    size_t block = (size_t)f->block;
    size_t latent =
        f->task
            ? gt_shape_size(gt_latent_config_of(f->task->setup.config)->shape)
            : 0;
    gt_status status = gt_sample_buffer_new(&f->buffer, f->reader, block);
    f->numbers = malloc(block * sizeof *f->numbers);
    f->latents = gt_real_alloc(block * latent);
    f->points = gt_real_alloc(block * (size_t)f->features->dim);
    f->found = malloc(block * sizeof *f->found);
    if (status == GT_OK &&
        (!f->numbers || !f->latents || !f->points || !f->found))
        status = gt_fail(GT_ERR_MEMORY, "no memory for a block of samples");
    return status;
}

/* Made samples are asked for as data are; of these, x is then overwritten. */
static gt_status make_block(filling *f, uint64_t first, int n)
{
    gt_sample_rows rows = f->buffer.rows,
                   given = {rows.x, rows.labels, rows.conditions};
    given.x = f->task ? NULL : rows.x;
    for (int i = 0; i < n; i++) {
        uint64_t number = first + (uint64_t)i;
        f->numbers[i] = f->task
                            ? number % f->count
                            : gt_sample_blocks_choose(f->count, f->n, number);
    }
    gt_status status = GT_OK;
    if (given.x || given.labels || given.conditions)
        status = gt_reader_read(f->reader, f->numbers, n, &given);
    if (status != GT_OK || !f->task)
        return status;
    gt_rng at = {.seed = f->seed, .sample = first, .stream = GT_STREAM_SAMPLE};
    gt_samples samples = gt_sample_buffer_view(&f->buffer, 0, n);
    gt_task_latents(f->task->setup.config, at, n, f->latents);
    f->task->type->generate(f->task, f->latents, &samples, rows.x);
    return GT_OK;
}

static gt_status fill_block(void *context, int64_t block, double *result)
{
    filling *f = context;
    uint64_t first = (uint64_t)block * (uint64_t)f->block;
    int n = f->n - first < (uint64_t)f->block ? (int)(f->n - first) : f->block;
    size_t dim = (size_t)f->features->dim;
    gt_status status = make_block(f, first, n);
    if (status != GT_OK)
        return status;
    gt_samples samples = gt_sample_buffer_view(&f->buffer, 0, n);
    gt_features_find(f->features, &samples, f->points, f->found);
    for (int i = 0; i < n; i++, result += dim + BESIDE) {
        for (size_t k = 0; k < dim; k++)
            result[k] = f->points[(size_t)i * dim + k];
        result[dim + ASKED] = samples.labels ? samples.labels[i] : -1;
        result[dim + FOUND] = f->found[i].number;
        result[dim + CONFIDENCE] = f->found[i].confidence;
    }
    gt_heartbeat();
    return GT_OK;
}

static gt_status take(gt_sample_set *set, const filling *f,
                      const double *results)
{
    size_t n = (size_t)f->n, dim = (size_t)f->features->dim;
    gt_real *x = gt_real_alloc(n * dim);
    *set = (gt_sample_set){.points = {.n = n, .dim = (int)dim, .x = x},
                           .asked = malloc(n * sizeof *set->asked),
                           .found = malloc(n * sizeof *set->found)};
    if (!x || !set->asked || !set->found) {
        gt_sample_set_free(set);
        return gt_fail(GT_ERR_MEMORY, "no memory for features of %zu samples",
                       n);
    }
    for (size_t i = 0; i < n; i++, results += dim + BESIDE) {
        for (size_t k = 0; k < dim; k++)
            x[i * dim + k] = (gt_real)results[k];
        set->asked[i] = (int)results[dim + ASKED];
        set->found[i] =
            (gt_features_class){.number = (int)results[dim + FOUND],
                                .confidence = results[dim + CONFIDENCE]};
    }
    return GT_OK;
}

static gt_status fill(gt_sample_set *set, gt_comm *comm, filling *f)
{
    f->block = f->features->max_n;
    f->count = f->reader->source->count;
    int64_t blocks =
        (int64_t)((f->n + (uint64_t)f->block - 1) / (uint64_t)f->block);
    size_t size = (size_t)f->block * ((size_t)f->features->dim + BESIDE);
    double *results = malloc((size_t)blocks * size * sizeof *results);
    gt_status status = prepare(f);
    if (status == GT_OK && !results)
        status =
            gt_fail(GT_ERR_MEMORY, "no memory for features of %llu samples",
                    (unsigned long long)f->n);
    status = gt_comm_agree(comm, status);
    if (status == GT_OK)
        status = gt_blocks_map(comm, blocks, size, fill_block, f, results);
    if (status == GT_OK)
        status = gt_comm_agree(comm, take(set, f, results));
    if (status != GT_OK)
        gt_sample_set_free(set);
    free(results);
    release(f);
    return status;
}

gt_status gt_sample_set_read(gt_sample_set *set, gt_comm *comm,
                             const gt_features *features, gt_reader *reader,
                             uint64_t n)
{
    filling f = {.features = features, .reader = reader, .n = n};
    return fill(set, comm, &f);
}

gt_status gt_sample_set_make(gt_sample_set *set, gt_comm *comm,
                             const gt_features *features, gt_task *task,
                             gt_reader *like, uint64_t seed, uint64_t n)
{
    filling f = {.features = features,
                 .reader = like,
                 .task = task,
                 .seed = seed,
                 .n = n};
    return fill(set, comm, &f);
}

void gt_sample_set_free(gt_sample_set *set)
{
    free((void *)set->points.x);
    free(set->asked);
    free(set->found);
    *set = (gt_sample_set){0};
}
