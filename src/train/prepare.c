/* prepare.c: what may be refused is refused here, before a run's directory is
 * touched. Everything that may fail on one rank is agreed on before the next
 * collective call, so that all ranks leave together. */
#include "train/prepare.h"

#include "base/heartbeat.h"
#include "base/log.h"
#include "core/blas.h"
#include "core/product.h"
#include "data/columns.h"
#include "tasks/advice.h"
#include "tasks/shards.h"
#include "train/data_agree.h"
#include "train/data_figures.h"
#include "train/memory_need.h"
#include "train/node_data.h"
#include "train/resume.h"
#include "train/sizes.h"

#include <string.h>

typedef gt__training trainer;

/* Threads that a rank starts after its task is built: loader and writer. */
enum { THREADS_HERE = 2 };

uint64_t gt__training_batch(const trainer *t, uint64_t step)
{
    return t->position.number + (step - t->start) * t->batches_per_step;
}

uint64_t gt__training_samples(const trainer *t, uint64_t step)
{
    return gt_position_samples(&t->position, gt__training_batch(t, step));
}

double gt__training_epochs(const trainer *t)
{
    return (double)gt__training_samples(t, t->step) / (double)t->source->count;
}

/* Whether the model finds in them what it is to be told. */
static gt_status check_columns(trainer *t)
{
    gt_status status = gt_columns_check(t->source, t->data);
    if (status == GT_OK && t->test_source)
        status = gt_columns_check(t->test_source, t->data);
    return gt_comm_agree(t->comm, status);
}

static gt_status open_data(trainer *t)
{
    const char *before = gt_phase_enter("opening the data");
    gt_status status =
        gt_node_data_open(t->comm, t->data, &t->source, &t->test_source);
    gt_phase_leave(before);
    if (status == GT_OK)
        status = gt_data_agree(t->comm, t->source, t->test_source);
    return status == GT_OK ? check_columns(t) : status;
}

/* A model goes on seeing values as it did: figures of a checkpoint are not
 * found anew. */
static gt_status find_figures(trainer *t)
{
    const gt_checkpoint *from = &t->run->resumed;
    const gt_checkpoint_data *stored = &from->info.data;
    char digest[GT_HASH_TEXT];
    size_t n;
    if (!from->path[0] || !gt_checkpoint_data_fits(stored, t->data)) {
        gt_status status =
            gt_data_figures_find(t->comm, t->source, t->data, &t->figures, &n);
        gt_data_figures_use(t->source, t->test_source, t->figures, n);
        return status;
    }
    gt_data_figures_use(t->source, t->test_source, stored->values.figures,
                        stored->values.n_figures);
    gt_hash_text(t->source->digest, digest);
    if (strcmp(stored->digest, digest) != 0)
        gt_warn("data.transform keeps the mean and the deviation of the data "
                "that %s was trained on, which are not those of %s",
                from->path, t->source->uri);
    return GT_OK;
}

/* Before anything is trained: what samples cannot be. */
static gt_status check_layout(const trainer *t)
{
    gt_checkpoint_data data = gt_checkpoint_data_of(t->source, t->data);
    bool as_input;
    return gt_checkpoint_data_layout(&data, (gt_output_layout)t->output->layout,
                                     &as_input);
}

static gt_status fits(void *context, const gt_task *task, size_t bytes)
{
    trainer *t = context;
    bool copies =
        t->output->checkpoint_every > 0 || t->run->branch || t->evaluate->best;
    double beside = gt_bytes_beside(task, t->source, t->shards, copies);
    /* A run that goes on looks into best.h5. */
    if (t->comm->rank == 0 && t->evaluate->best && t->run->resumed.path[0])
        beside += gt_bytes_of_checkpoint(task);
    return gt_memory_check(t->comm, GT_MEMORY_WORK, (double)bytes + beside,
                           beside + gt_memory_later(THREADS_HERE));
}

/* BLAS may have fewer threads than it is asked for. */
static int running_threads(const trainer *t)
{
    int threads = gt_blas_threads();
    return threads > 0 ? threads : t->options->threads;
}

/* On all ranks, as their vectors must be of as many shards. Collective. */
static bool has_stable_products(const trainer *t)
{
    double without = !gt_product_is_own((gt_precision)t->train->precision);
    gt_comm_sum(t->comm, &without, 1);
    return without == 0;
}

static gt_status build_task(trainer *t)
{
    int batch = (int)t->train->batch;
    gt_status status =
        gt_shards_choose((int)t->train->shards, (int)t->train->accumulate,
                         batch, t->comm->size, &t->shards);
    if (status != GT_OK)
        return status;
    gt_task_setup setup = {.config = t->config,
                           .comm = t->comm,
                           .n_shards = t->shards / t->comm->size,
                           .max_n = gt_largest_pass(t->config, t->source,
                                                    t->test_source, t->shards),
                           .blas_threads = running_threads(t),
                           .training = true,
                           .stable = has_stable_products(t),
                           .fits = fits,
                           .context = t};
    return gt_task_new(&t->task, &setup);
}

static uint64_t last_step(const trainer *t)
{
    uint64_t per_step = t->batches_per_step;
    if (t->train->steps > 0)
        return (uint64_t)t->train->steps;
    uint64_t end = gt_position_after(&t->position, (uint64_t)t->train->epochs);
    return t->start + (end - t->position.number + per_step - 1) / per_step;
}

/* Fill the task from a checkpoint, and see whether the training can go on. */
static gt_status resume(trainer *t)
{
    gt_checkpoint *from = &t->run->resumed;
    bool goes_on = gt_run_goes_on(t->run);
    gt_status status = gt_snapshot_read(
        t->task, from, goes_on ? GT_CHECKPOINT_ALL : GT_CHECKPOINT_LAST);
    gt_checkpoint_release(from);
    if (status != GT_OK || !goes_on)
        return status;
    gt_provenance_compare(t->task, from->info.provenance);
    gt_resume_check_data(&from->info, t->source);
    return gt_resume_check_end(from, &t->position, t->train,
                               t->batches_per_step);
}

/* What can be refused of the figures that are asked for; and what a run that
 * goes on knows of them. */
static gt_status prepare_figures(trainer *t)
{
    const char *best = t->evaluate->best;
    gt_status status = GT_OK;
    gt_best_init(&t->best, t->config);
    if (t->evaluate->every > 0)
        status =
            gt_periodic_eval_open(&t->eval, t->task, t->source, t->test_source);
    if (status != GT_OK)
        return status;
    if (best && !strncmp(best, "test_", 5) && !t->test_source)
        return gt_fail(GT_ERR_MISMATCH,
                       "output.best is %s, but %s holds out no %s: set "
                       "data.holdout or data.test, or choose another figure",
                       best, t->data->uri, gt_shape_noun(t->source->shape));
    if (gt_run_goes_on(t->run) && !t->run->branch)
        gt_best_recall(&t->best, t->comm, t->run->path, t->step);
    t->run->best = (gt_best_file){.kept = t->best.kept, .step = t->best.step};
    return GT_OK;
}

gt_status gt__training_prepare_outputs(trainer *t)
{
    gt_status status = GT_OK;
    const char *before = gt_phase_enter("opening the run directory");
    gt_comm_work_begin(t->comm);
    if (t->test_source)
        status = gt_validation_new(&t->validation, t->task, t->test_source,
                                   t->source, t->validate->test_samples);
    if (status == GT_OK)
        status = gt_outputs_new(&t->outputs, t->task, t->run,
                                t->test_source ? t->test_source : t->source);
    gt_loader_config loader = {.source = t->source,
                               .data = t->data,
                               .seed = (uint64_t)t->train->seed,
                               .batch = (int)t->train->batch,
                               .shards = t->shards,
                               .first_shard =
                                   t->comm->rank * (t->shards / t->comm->size),
                               .n_shards = t->shards / t->comm->size,
                               .unit = t->task->setup.unit,
                               .start = t->position.number,
                               .end = gt__training_batch(t, t->last),
                               .per_step = (int)t->batches_per_step,
                               .from = t->position.number,
                               .from_samples = t->position.samples};
    if (status == GT_OK)
        status = gt_loader_open(&t->loader, &loader);
    if (status == GT_OK)
        status = gt_loader_expect(t->loader, t->batches_per_step);
    if (status == GT_OK)
        status = gt_memory_check_rest(t->comm->rank == 0);
    if (status == GT_OK)
        status = gt_outputs_rehearse(&t->outputs);
    gt_outputs_set_data(&t->outputs, t->source);
    /* The directory comes last: nothing is left behind, nor taken from another
     * job, by a run that could not have started. */
    status = gt_comm_work_end(t->comm, status);
    gt_outputs_set_place(&t->outputs, gt__training_samples(t, t->step),
                         gt__training_batch(t, t->step));
    if (status == GT_OK)
        status = gt_outputs_open(&t->outputs, t->config->text, t->step,
                                 gt__training_epochs(t));
    gt_phase_leave(before);
    gt_comm_broadcast(t->comm, t->run->path, sizeof t->run->path);
    gt_comm_broadcast(t->comm, &t->run->best, sizeof t->run->best);
    if (t->run->best.lost)
        gt_best_forget(&t->best);
    return status;
}

/* What is asked for and cannot be had from this data, though training can. */
static void warn_of_data(const trainer *t)
{
    const char *uri = t->data->uri, *noun = gt_shape_noun(t->source->shape);
    if (t->validate->test_every > 0 && !t->test_source)
        gt_warn("output.test_every is %lld, but %s holds out no %s",
                (long long)t->validate->test_every, uri, noun);
    if ((uint64_t)t->train->batch > t->source->count)
        gt_warn("train.batch is %lld, but %s has %llu %.*s; every batch is "
                "all of them",
                (long long)t->train->batch, uri,
                (unsigned long long)t->source->count,
                (int)strlen(noun) - (t->source->count == 1), noun);
}

gt_status gt__training_prepare(trainer *t)
{
    gt_status status = open_data(t);
    if (status == GT_OK)
        warn_of_data(t);
    if (status == GT_OK)
        status = check_layout(t);
    if (status == GT_OK)
        status = find_figures(t);
    if (status == GT_OK)
        status = build_task(t);
    if (status != GT_OK)
        return status;
    const gt_checkpoint *from = &t->run->resumed;
    t->position = (gt_position){.count = t->source->count,
                                .batch = (uint64_t)t->train->batch};
    bool goes_on = gt_run_goes_on(t->run);
    if (goes_on)
        gt_resume_position(&from->info, t->options->settings, t->config,
                           &t->position);
    t->step = t->start = goes_on ? from->info.step : 0;
    t->batches_per_step = gt_task_batches(t->config);
    t->last = last_step(t);
    /* Batch numbers are 32 bits of the address of random numbers. */
    if (t->last > t->start &&
        (t->last - t->start > UINT32_MAX / t->batches_per_step ||
         gt__training_batch(t, t->last) > UINT32_MAX))
        return gt_fail(GT_ERR_CONFIG,
                       "%llu steps take more than 2^32 batches; lower "
                       "train.steps or train.epochs",
                       (unsigned long long)t->last);
    if (!goes_on)
        gt_task_advise(t->task);
    if (from->path[0])
        status = resume(t);
    return status == GT_OK ? prepare_figures(t) : status;
}
