/* likelihood.c: a block of samples is encoded once and then decoded once for
 * each draw, all of its samples in one pass. Weights are added up as they come,
 * relative to the largest so far, so that of K draws nothing is kept. */
#include "eval/likelihood.h"

#include "base/collective_tick.h"
#include "base/progress.h"
#include "core/arena.h"
#include "data/config.h"
#include "eval/blocks.h"
#include "eval/moments.h"
#include "eval/sample_blocks.h"
#include "tasks/config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { RECON, KL, ELBO, NLL, BITS, ERROR, FIGURES };

/* A block's result has moments of the figures and of each latent's mu, then
 * whether it has samples that p(x|z) cannot be the distribution of, and, if
 * asked for, the NLL of each sample. */
typedef struct evaluation {
    gt_task *task;
    const gt_config *config;
    const gt_transform *transform;
    const gt_likelihood_options *options;
    gt_sample_blocks samples;
    int latents, columns;
    size_t size;                /* values of a sample */
    size_t refused, each;       /* where they are in a result */
    gt_real *code;              /* [block x 2 latents] */
    gt_real *rebuilt;           /* [block x size] */
    gt_real *seen, *made;       /* [size]: of a sample, in the data's units */
    double *kl, *recon, *ratio; /* [block]: of a draw, */
    double *recons;             /* and over the draws: */
    double *most, *sum;         /* log of the largest weight, and the sum of the
                                   weights in parts of it */
    gt_progress progress;
} evaluation;

/* Where moments are in a result: of a figure, and behind them of a latent. */
static size_t place_of(int figure)
{
    return (size_t)figure * GT_MOMENTS;
}

/* --- Draws. */

/* Weights of exp(w) are added to sum * exp(most). */
static void add_weight(double *most, double *sum, double w)
{
    if (w == -INFINITY)
        return;
    if (w > *most) {
        *sum = *sum * exp(*most - w) + 1;
        *most = w;
    } else {
        *sum += exp(w - *most); /* NaN stays */
    }
}

static void show(evaluation *e, uint64_t done)
{
    if (gt_progress_due(&e->progress, done))
        gt_progress_show(&e->progress,
                         &(gt_progress_place){.done = done, .units = done});
}

/* A draw of a block is done, and so many on the other ranks, which are ahead or
 * behind a little. */
static void show_draw(evaluation *e, int64_t number, int draw)
{
    uint64_t draws = (uint64_t)e->options->draws, most = e->progress.last - 1;
    uint64_t n = (uint64_t)gt_sample_blocks_n(&e->samples, number);
    uint64_t done = gt_sample_blocks_first(&e->samples, number) * draws +
                    n * ((uint64_t)draw + 1);
    done *= (uint64_t)e->task->setup.comm->size;
    gt_collective_tick();
    show(e, done < most ? done : most);
}

static void draw_all(evaluation *e, int64_t number, const gt_samples *samples)
{
    const gt_task_codes *codes = e->task->type->codes;
    gt_rng at = {.seed = e->options->seed,
                 .sample = gt_sample_blocks_first(&e->samples, number),
                 .stream = GT_STREAM_EVAL};
    for (int i = 0; i < samples->n; i++) {
        e->recons[i] = e->sum[i] = 0;
        e->most[i] = -INFINITY;
    }
    for (int k = 0; k < e->options->draws; k++) {
        at.step = (uint32_t)k;
        codes->draw(e->task, samples, e->code, at, e->recon, e->ratio);
        for (int i = 0; i < samples->n; i++) {
            e->recons[i] += e->recon[i];
            add_weight(&e->most[i], &e->sum[i], e->ratio[i] - e->recon[i]);
        }
        show_draw(e, number, k);
    }
}

/* --- A block. */

static const gt_real *row_of(const gt_real *rows, int i, size_t size)
{
    return rows ? rows + (size_t)i * size : NULL;
}

/* Mean squared error of a sample's reconstruction. */
static double error_of(evaluation *e, const gt_samples *samples, int i)
{
    const gt_real *given = row_of(samples->conditions, i, (size_t)e->columns);
    gt_transform_to_data(e->transform, row_of(samples->x, i, e->size), given,
                         e->columns, 1, e->seen);
    gt_transform_to_data(e->transform, row_of(e->rebuilt, i, e->size), given,
                         e->columns, 1, e->made);
    double sum = 0;
    for (size_t j = 0; j < e->size; j++) {
        double off = (double)e->made[j] - (double)e->seen[j];
        sum += off * off;
    }
    return sum / (double)e->size;
}

static double bits_of(const evaluation *e, const gt_samples *samples, int i,
                      double nll)
{
    double slope = 0;
    if (e->task->type->codes->is_density(e->config))
        slope = gt_transform_log_slope(
            e->transform, row_of(samples->x, i, e->size),
            row_of(samples->conditions, i, (size_t)e->columns));
    return (nll - slope) / ((double)e->size * log(2));
}

static void add_sample(evaluation *e, const gt_samples *samples, int i,
                       double *result)
{
    double draws = e->options->draws;
    double recon = e->recons[i] / draws;
    double nll = log(draws) - log(e->sum[i]) - e->most[i];
    const gt_real *mu = row_of(e->code, i, 2 * (size_t)e->latents);
    double of[FIGURES] = {[RECON] = recon,
                          [KL] = e->kl[i],
                          [ELBO] = -(recon + e->kl[i]),
                          [NLL] = nll,
                          [BITS] = bits_of(e, samples, i, nll),
                          [ERROR] = error_of(e, samples, i)};
    for (int f = 0; f < FIGURES; f++)
        gt_moments_add(result + place_of(f), of[f]);
    for (int j = 0; j < e->latents; j++)
        gt_moments_add(result + place_of(FIGURES + j), (double)mu[j]);
    if (e->options->each)
        result[e->each + (size_t)i] = nll;
}

static gt_status evaluate_block(void *context, int64_t number, double *result)
{
    evaluation *e = context;
    const gt_task_codes *codes = e->task->type->codes;
    gt_samples samples;
    gt_status status = gt_sample_blocks_read(&e->samples, number, &samples);
    if (status != GT_OK)
        return status;
    codes->encode(e->task, &samples, e->code);
    codes->kl(e->task, e->code, samples.n, e->kl);
    e->task->type->reconstruct(e->task, &samples, e->rebuilt);
    draw_all(e, number, &samples);
    for (int i = 0; i < gt_sample_blocks_n(&e->samples, number); i++)
        add_sample(e, &samples, i, result);
    result[e->refused] = !codes->holds(e->config, &samples);
    return GT_OK;
}

/* --- All of them. */

static gt_status allocate(evaluation *e, gt_reader *reader, uint64_t count)
{
    size_t block = (size_t)e->task->setup.max_n;
    gt_status status =
        gt_sample_blocks_new(&e->samples, reader, count, (int)block);
    if (status == GT_OK)
        status = gt_blocks_alloc(&e->kl, 6 * block, "draws of samples");
    if (status != GT_OK)
        return status;
    e->recon = e->kl + block;
    e->ratio = e->recon + block;
    e->recons = e->ratio + block;
    e->most = e->recons + block;
    e->sum = e->most + block;
    e->code = gt_real_alloc(block * 2 * (size_t)e->latents);
    e->rebuilt = gt_real_alloc(block * e->size);
    e->seen = gt_real_alloc(e->size);
    e->made = gt_real_alloc(e->size);
    return e->code && e->rebuilt && e->seen && e->made
               ? GT_OK
               : gt_fail(GT_ERR_MEMORY, "cannot allocate a block of codes");
}

static void release(evaluation *e)
{
    gt_sample_blocks_free(&e->samples);
    free(e->kl);
    free(e->code);
    free(e->rebuilt);
    free(e->seen);
    free(e->made);
}

/* Results of blocks in their order. */
static gt_status merge(const evaluation *e, const double *results, size_t size,
                       gt_likelihood_figures *out)
{
    size_t n = place_of(FIGURES + e->latents);
    double *all = calloc(n, sizeof *all);
    if (!all)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate figures");
    *out = (gt_likelihood_figures){.latents = e->latents, .likelihood = true};
    for (int64_t b = 0; b < e->samples.blocks; b++, results += size) {
        for (size_t i = 0; i < n; i += GT_MOMENTS)
            gt_moments_merge(all + i, results + i);
        if (results[e->refused] != 0)
            out->likelihood = false;
        for (int i = 0;
             e->options->each && i < gt_sample_blocks_n(&e->samples, b); i++)
            e->options
                ->each[gt_sample_blocks_first(&e->samples, b) + (uint64_t)i] =
                results[e->each + (size_t)i];
    }
    gt_estimate *const figure[FIGURES] = {&out->recon, &out->kl,   &out->elbo,
                                          &out->nll,   &out->bits, &out->error};
    for (int f = 0; f < FIGURES; f++)
        *figure[f] = gt_moments_estimate(all + place_of(f));
    for (int j = 0; j < e->latents; j++)
        out->active += gt_moments_variance(all + place_of(FIGURES + j)) > 0.01;
    if (!out->likelihood)
        out->bits = (gt_estimate){NAN, NAN};
    free(all);
    return GT_OK;
}

static gt_status check(const gt_task *task,
                       const gt_likelihood_options *options)
{
    if (!task->type->codes)
        return gt_fail(GT_ERR_MISMATCH,
                       "task %s has no likelihood, as it does not encode "
                       "samples; a vae does",
                       task->type->name);
    if (options->draws < 1 || options->draws > GT_LIKELIHOOD_MOST_DRAWS)
        return gt_fail(GT_ERR_CONFIG,
                       "%d draws of each sample's latents: it takes 1 to %d",
                       options->draws, GT_LIKELIHOOD_MOST_DRAWS);
    return GT_OK;
}

static gt_status check_finite(const gt_likelihood_figures *figures)
{
    if (isfinite(figures->nll.value) && isfinite(figures->elbo.value))
        return GT_OK;
    return gt_fail(GT_ERR_NUMERIC,
                   "the ELBO is %g and the NLL %g; the model makes no finite "
                   "numbers of these samples",
                   figures->elbo.value, figures->nll.value);
}

gt_status gt_likelihood_evaluate(gt_task *task, gt_reader *reader,
                                 uint64_t count,
                                 const gt_likelihood_options *options,
                                 gt_likelihood_figures *out)
{
    const gt_config *config = task->setup.config;
    gt_comm *comm = task->setup.comm;
    gt_status status = check(task, options);
    if (status != GT_OK)
        return status;
    evaluation e = {.task = task,
                    .config = config,
                    .transform = gt_reader_transform(reader),
                    .options = options,
                    .latents = (int)gt_latent_size(config),
                    .columns = gt_data_config_of(config)->conditions.count,
                    .size = gt_shape_size(gt_data_config_of(config)->image)};
    e.refused = place_of(FIGURES + e.latents);
    e.each = e.refused + 1;
    size_t size = e.each + (options->each ? (size_t)task->setup.max_n : 0);
    double *results = NULL;
    status = allocate(&e, reader, count);
    if (status == GT_OK)
        status = gt_blocks_alloc(&results, (size_t)e.samples.blocks * size,
                                 "likelihoods of samples");
    status = gt_comm_agree(comm, status);
    if (status == GT_OK) {
        gt_progress_start(&e.progress, options->progress && comm->rank == 0,
                          "draw", 0, count * (uint64_t)options->draws, "draws",
                          0);
        status = gt_blocks_map(comm, e.samples.blocks, size, evaluate_block, &e,
                               results);
        if (status == GT_OK)
            show(&e, e.progress.last);
        gt_progress_stop(&e.progress);
    }
    if (status == GT_OK)
        status = gt_comm_agree(comm, merge(&e, results, size, out));
    free(results);
    release(&e);
    return status == GT_OK ? check_finite(out) : status;
}
