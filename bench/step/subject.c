/* subject.c: a preset ready to step, put together as the trainer does it, but
 * without files: no checkpoints, pictures, metrics or held-out passes. */
#include "bench/step/bench.h"

#include "core/blas.h"
#include "core/product.h"
#include "data/config.h"
#include "model/config.h"
#include "tasks/config.h"
#include "tasks/shards.h"
#include "train/schema.h"
#include "train/trainer.h"

#include <string.h>

/* The preset's own source with an epoch so long that no batch is a short one,
 * or the files that data.uri was set to. A configuration must be read once to
 * know the source. */
static gt_status parse(bench_subject *s, const bench_options *options)
{
    const gt_preset *preset = s->preset;
    const char *sets[BENCH_MAX_SETS + 1];
    memcpy(sets, options->sets, (size_t)options->n_sets * sizeof *sets);
    gt_status status =
        gt_config_parse(&s->config, &gt_train_schema, preset->name,
                        preset->text, preset->size, sets, options->n_sets);
    if (status != GT_OK || strpbrk(gt_data_config_of(s->config)->uri, "?/"))
        return status;
    char endless[256];
    snprintf(endless, sizeof endless,
             "data.uri='%.200s?count=1048576&test_count=0'",
             gt_data_config_of(s->config)->uri);
    gt_config_free(s->config);
    s->config = NULL;
    sets[options->n_sets] = endless;
    return gt_config_parse(&s->config, &gt_train_schema, preset->name,
                           preset->text, preset->size, sets,
                           options->n_sets + 1);
}

static gt_status build(bench_subject *s)
{
    const gt_train_config *train = gt_train_config_of(s->config);
    int batch = (int)train->batch;
    gt_precision precision = (gt_precision)train->precision;
    gt_status status = gt_shards_choose(
        (int)train->shards, (int)train->accumulate, batch, 1, &s->shards);
    if (status != GT_OK)
        return status;
    gt_task_setup setup = {.config = s->config,
                           .comm = s->comm,
                           .n_shards = s->shards,
                           .stable = gt_product_is_own(precision),
                           .max_n = gt_shard_max(batch, s->shards),
                           .training = true};
    status = gt_task_new(&s->task, &setup);
    if (status != GT_OK)
        return status;
    gt_loader_config loader = {.source = s->source,
                               .data = gt_data_config_of(s->config),
                               .seed = (uint64_t)train->seed,
                               .batch = batch,
                               .shards = s->shards,
                               .n_shards = s->shards,
                               .unit = s->task->setup.unit};
    return gt_loader_open(&s->loader, &loader);
}

gt_status bench_subject_open(bench_subject *s, gt_comm *comm,
                             const gt_preset *preset,
                             const bench_options *options)
{
    *s = (bench_subject){.preset = preset, .comm = comm};
    gt_blas_set_threads(options->threads);
    gt_status status = parse(s, options);
    if (status == GT_OK)
        status = gt_source_open(&s->source, gt_data_config_of(s->config),
                                GT_SPLIT_TRAIN);
    if (status == GT_OK)
        status = build(s);
    if (status != GT_OK)
        bench_subject_close(s);
    return status;
}

gt_status bench_subject_run(bench_subject *s, int steps, double *seconds)
{
    double start = bench_seconds();
    gt_status status = GT_OK;
    for (int i = 0; i < steps && status == GT_OK; i++) {
        gt_metrics figures = {0};
        status = gt_task_step(s->task, s->step++, s->loader, &figures);
    }
    *seconds = bench_seconds() - start;
    return status;
}

void bench_subject_close(bench_subject *s)
{
    gt_loader_close(s->loader);
    gt_task_free(s->task);
    gt_source_close(s->source);
    gt_config_free(s->config);
    *s = (bench_subject){0};
}
