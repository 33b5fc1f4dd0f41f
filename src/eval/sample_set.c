/* sample_set.c: features of a block are its result, which all ranks get. */
#include "eval/sample_set.h"

#include "base/heartbeat.h"
#include "core/arena.h"
#include "eval/blocks.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What stands behind the features of a sample in the results of its block. */
enum { ASKED, FOUND, CONFIDENCE, BESIDE };

typedef struct filling {
    const gt_features *features;
    gt_sample_stream *stream; /* borrowed */
    gt_real *points;          /* [block x dim] */
    gt_features_class *found;
} filling;

static void release(filling *f)
{
    free(f->points);
    free(f->found);
}

static gt_status prepare(filling *f)
{
    size_t block = (size_t)f->stream->block;
    f->points = gt_real_alloc(block * (size_t)f->features->dim);
    f->found = malloc(block * sizeof *f->found);
    return f->points && f->found
               ? GT_OK
               : gt_fail(GT_ERR_MEMORY, "no memory for a block of samples");
}

static gt_status fill_block(void *context, int64_t block, double *result)
{
    filling *f = context;
    size_t dim = (size_t)f->features->dim;
    gt_samples samples;
    gt_status status = gt_sample_stream_block(f->stream, block, &samples);
    if (status != GT_OK)
        return status;
    gt_features_find(f->features, &samples, f->points, f->found);
    for (int i = 0; i < samples.n; i++, result += dim + BESIDE) {
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
    size_t n = (size_t)f->stream->n, dim = (size_t)f->features->dim;
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

gt_status gt_sample_set_collect(gt_sample_set *set, gt_comm *comm,
                                const gt_features *features,
                                gt_sample_stream *stream)
{
    filling f = {.features = features, .stream = stream};
    size_t blocks = (size_t)stream->blocks;
    size_t size = (size_t)stream->block * ((size_t)features->dim + BESIDE);
    double *results = NULL;
    gt_status status = prepare(&f);
    if (status == GT_OK)
        status = gt_blocks_alloc(&results, blocks * size, "features");
    status = gt_comm_agree(comm, status);
    if (status == GT_OK)
        status =
            gt_blocks_map(comm, stream->blocks, size, fill_block, &f, results);
    if (status == GT_OK)
        status = gt_comm_agree(comm, take(set, &f, results));
    if (status != GT_OK)
        gt_sample_set_free(set);
    free(results);
    release(&f);
    return status;
}

gt_status gt_sample_set_read(gt_sample_set *set, gt_comm *comm,
                             const gt_features *features, gt_reader *reader,
                             uint64_t n)
{
    gt_sample_stream stream;
    gt_status status =
        gt_comm_agree(comm, gt_sample_stream_new(&stream, reader, NULL, 0, n,
                                                 features->max_n));
    if (status == GT_OK)
        status = gt_sample_set_collect(set, comm, features, &stream);
    gt_sample_stream_free(&stream);
    return status;
}

void gt_sample_set_free(gt_sample_set *set)
{
    free((void *)set->points.x);
    free(set->asked);
    free(set->found);
    *set = (gt_sample_set){0};
}

void gt_sample_set_count(const gt_sample_set *set, int classes, double *counts)
{
    memset(counts, 0, (size_t)classes * sizeof *counts);
    for (size_t i = 0; i < set->points.n; i++)
        counts[set->found[i].number]++;
}

gt_estimate gt_sample_set_agreement(const gt_sample_set *set)
{
    double n = (double)set->points.n, right = 0;
    for (size_t i = 0; i < set->points.n; i++)
        right += set->asked[i] == set->found[i].number;
    double part = right / n;
    return (gt_estimate){part, sqrt(part * (1 - part) / n)};
}
