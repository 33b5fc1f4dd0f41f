/* vae.c: the variational autoencoder (Kingma, Welling 2014).
 *
 * The encoder gives mu and log sigma^2 of q(z|x), the decoder p(x|z). A step
 * takes m images x, draws z = mu + sigma eps with eps ~ N(0, 1), and updates
 * both by the gradient of the negative ELBO (eq. 10), in nats per image:
 *
 *     1/m sum -log p(x|z) + beta KL(q(z|x) || N(0, 1)) */
#include "data/config.h"
#include "nn/loss.h"
#include "tasks/config.h"
#include "tasks/latents.h"
#include "tasks/stage.h"
#include "tasks/task.h"
#include "tasks/tasks.h"
#include "tasks/vae_config.h"

#include <stdlib.h>

enum { ENCODER, DECODER };
enum { STREAM_ENCODE = 0x1000, STREAM_DECODE = 0x2000 };
enum { RECON = GT_SCALAR_FIRST, KL, OBJECTIVE };

typedef struct vae_state {
    gt_stage_plan plan;
    gt_stage_network net[2]; /* each has a tape for each shard of a range */
    gt_arena arena;
    gt_real *eps, *z, *dz; /* for each shard of a range [max_n x latent] */
    size_t each;           /* max_n x latent */
    double *recon;         /* for each shard of a range: -log p(x|z) */
    int latent;            /* dimensions of z */
    size_t pixels;
} vae_state;

static void release(gt_task *task)
{
    vae_state *vae = task->data;
    if (!vae)
        return;
    gt_stage_network_free(&vae->net[ENCODER]);
    gt_stage_network_free(&vae->net[DECODER]);
    gt_stage_plan_free(&vae->plan);
    gt_arena_free(&vae->arena);
    free(vae->recon);
    free(vae);
}

static gt_status build_networks(gt_task *task)
{
    const gt_task_setup *setup = &task->setup;
    const gt_config *config = setup->config;
    gt_shape image = gt_data_config_of(config)->image;
    gt_shape latent = gt_latent_config_of(config)->shape;
    char made[GT_SHAPE_TEXT], wanted[GT_SHAPE_TEXT];
    gt_network_input x = {"x", image}, z = {"z", latent};
    gt_status status = gt_learner_new(
        &task->learner[ENCODER], setup, "encoder", ENCODER, &x, 1,
        &gt_vae_config_of(config)->encoder, gt_optimizer_config_of(config));
    if (status != GT_OK)
        return status;
    task->n_learners = 1;
    gt_shape code = task->learner[ENCODER]->net->out;
    if (gt_shape_size(code) != 2 * gt_shape_size(latent))
        return gt_fail(GT_ERR_CONFIG,
                       "the encoder ends with %s values per image but "
                       "model.latent is %s; it must end with twice as many, "
                       "read as (mu, log sigma^2)",
                       gt_shape_text(code, made),
                       gt_shape_text(latent, wanted));
    status = gt_learner_new(&task->learner[DECODER], setup, "decoder", DECODER,
                            &z, 1, &gt_vae_config_of(config)->decoder,
                            gt_optimizer_config_of(config));
    if (status != GT_OK)
        return status;
    task->n_learners = 2;
    if (!gt_shape_equal(task->learner[DECODER]->net->out, image))
        return gt_fail(GT_ERR_CONFIG,
                       "the decoder makes %s but data.image is %s; change its "
                       "layers or data.image",
                       gt_shape_text(task->learner[DECODER]->net->out, made),
                       gt_shape_text(image, wanted));
    return GT_OK;
}

/* Tapes and buffers, for networks that are there. */
static gt_status build_passes(gt_task *task, vae_state *vae)
{
    const gt_network *decoder = task->learner[DECODER]->net;
    vae->latent = (int)gt_shape_size(decoder->in);
    vae->pixels = gt_shape_size(decoder->out);
    vae->each = (size_t)task->setup.max_n * (size_t)vae->latent;
    gt_status status = gt_stage_plan_new(&vae->plan, task);
    if (status != GT_OK)
        return status;
    int width = vae->plan.width;
    size_t eps = gt_arena_reserve(&vae->arena, (size_t)width * vae->each);
    size_t z = gt_arena_reserve(&vae->arena, (size_t)width * vae->each);
    size_t dz = gt_arena_reserve(&vae->arena, (size_t)width * vae->each);
    status = gt_arena_commit(&vae->arena, "latents");
    if (status != GT_OK)
        return status;
    vae->eps = gt_arena_at(&vae->arena, eps);
    vae->z = gt_arena_at(&vae->arena, z);
    vae->dz = gt_arena_at(&vae->arena, dz);
    vae->recon = calloc((size_t)width, sizeof *vae->recon);
    if (!vae->recon)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate a VAE");
    for (int i = 0; i < 2 && status == GT_OK; i++)
        status = gt_stage_network_new(&vae->net[i], &vae->plan,
                                      task->learner[i], width);
    return status;
}

static gt_status build(gt_task *task)
{
    vae_state *vae = calloc(1, sizeof *vae);
    if (!vae)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate a VAE");
    task->data = vae;
    gt_status status = build_networks(task);
    return status == GT_OK ? build_passes(task, vae) : status;
}

/* -log p(x|z) of n images under the decoder's output, in nats. */
static double reconstruction_loss(const gt_task *task, const gt_real *out,
                                  const gt_real *x, int n, gt_real scale,
                                  gt_real *gradient)
{
    const vae_state *vae = task->data;
    const gt_vae_config *config = gt_vae_config_of(task->setup.config);
    size_t count = (size_t)n * vae->pixels;
    if (config->likelihood == GT_BERNOULLI)
        return gt_loss_bernoulli(out, x, count, scale, gradient);
    return gt_loss_gaussian(out, x, count, config->sigma, scale, gradient);
}

/* Draw z for the n images of shard k of a range, with noise from address `at`.
 */
static void draw(const vae_state *vae, int k, gt_rng at, const gt_real *code,
                 int n)
{
    gt_real *eps = vae->eps + (size_t)k * vae->each;
    for (int i = 0; i < n; i++, at.sample++)
        gt_rng_normal(at, eps + (size_t)i * (size_t)vae->latent,
                      (size_t)vae->latent);
    gt_reparameterise(code, eps, n, vae->latent,
                      vae->z + (size_t)k * vae->each);
}

/* Weight of the KL term in step `number`, warmed up linearly from 0 (Bowman et
 * al. 2016, Sonderby et al. 2016). */
static double beta_at(const gt_vae_config *config, uint64_t number)
{
    int64_t warmup = config->beta_warmup_steps;
    if (warmup <= 0 || number >= (uint64_t)warmup)
        return config->beta;
    return config->beta * (double)number / (double)warmup;
}

/* Encoder, z, decoder. */
static void forward(gt_task *task, const gt_batch *batch, gt_shard_range range)
{
    vae_state *vae = task->data;
    gt_stage_network *encoder = &vae->net[ENCODER],
                     *decoder = &vae->net[DECODER];
    for (int k = 0; k < range.n; k++) {
        gt_shard_pass *encode =
            gt_stage_enter(encoder, task, batch, range, k, STREAM_ENCODE);
        gt_shard_pass *decode =
            gt_stage_enter(decoder, task, batch, range, k, STREAM_DECODE);
        encode->x[0] = batch->shards[range.first + k].samples.x;
        decode->x[0] = vae->z + (size_t)k * vae->each;
        decode->dx[0] = vae->dz + (size_t)k * vae->each;
        gt_stage_open(encoder, k)[GT_SCALAR_STOP] = task->stop;
        gt_stage_open(decoder, k);
    }
    gt_stage_forward(encoder, range);
    for (int k = 0; k < range.n; k++) {
        const gt_shard_pass *shard = &encoder->shard[k];
        gt_rng at = {.seed = shard->pass.seed,
                     .step = shard->pass.step,
                     .sample = shard->pass.first_sample,
                     .stream = GT_STREAM_REPARAM};
        draw(vae, k, at, shard->y, shard->pass.n);
    }
    gt_stage_forward(decoder, range);
}

/* Losses and gradients, through the decoder and then the encoder. */
static void backward(gt_task *task, const gt_batch *batch, gt_shard_range range,
                     double beta)
{
    vae_state *vae = task->data;
    gt_stage_network *encoder = &vae->net[ENCODER],
                     *decoder = &vae->net[DECODER];
    gt_real scale = (gt_real)1 / (gt_real)batch->n;
    for (int k = 0; k < range.n; k++) {
        const gt_shard_pass *shard = &decoder->shard[k];
        vae->recon[k] = reconstruction_loss(
            task, shard->y, encoder->shard[k].x[0], shard->pass.n, scale,
            gt_tape_loss_gradient(shard->tape));
    }
    gt_stage_backward_last(decoder, range,
                           (gt_wanted){.params = true, .inputs = 1});
    for (int k = 0; k < range.n; k++) {
        const gt_shard_pass *shard = &encoder->shard[k];
        gt_real *scalars = gt_stage_scalars(encoder, k);
        double kl = gt_kl_normal(shard->y, vae->eps + (size_t)k * vae->each,
                                 vae->dz + (size_t)k * vae->each, shard->pass.n,
                                 vae->latent, beta, scale,
                                 gt_tape_loss_gradient(shard->tape));
        scalars[RECON] = (gt_real)vae->recon[k] * scale;
        scalars[KL] = (gt_real)kl * scale;
        scalars[OBJECTIVE] = (gt_real)(vae->recon[k] + beta * kl) * scale;
    }
    gt_stage_add(decoder, range);
    gt_stage_backward_last(encoder, range, (gt_wanted){.params = true});
    gt_stage_add(encoder, range);
}

static gt_status step(gt_task *task, uint64_t number, gt_loader *loader,
                      gt_metrics *metrics)
{
    const gt_batch *batch = gt_loader_next(loader);
    double beta = beta_at(gt_vae_config_of(task->setup.config), number);
    const gt_real *unused, *scalars;
    gt_learner_begin(task->learner[DECODER], batch, false);
    gt_learner_begin(task->learner[ENCODER], batch, true);
    const gt_stage_plan *plan = &((const vae_state *)task->data)->plan;
    for (int i = 0; i < gt_stage_ranges(plan, batch); i++) {
        gt_shard_range range = gt_stage_range(plan, batch, i);
        forward(task, batch, range);
        backward(task, batch, range, beta);
    }
    if (batch->shards[0].samples.n == 0)
        gt_learner_abstain(task->learner[ENCODER], task->stop);
    gt_status status =
        gt_learner_update(task->learner[DECODER], number, &unused);
    if (status == GT_OK)
        status = gt_learner_update(task->learner[ENCODER], number, &scalars);
    if (status != GT_OK)
        return status;
    task->stop = scalars[GT_SCALAR_STOP] > 0;
    gt_metrics_set(metrics, "loss", scalars[OBJECTIVE]);
    gt_metrics_set(metrics, "recon", scalars[RECON]);
    gt_metrics_set(metrics, "kl", scalars[KL]);
    if (beta != 1)
        gt_metrics_set(metrics, "beta", beta);
    return GT_OK;
}

static int64_t batches(const gt_config *config)
{
    (void)config;
    return 1;
}

static int64_t updates(const gt_task *task, int i)
{
    (void)task;
    (void)i;
    return 1;
}

/* The decoder's gradient towards z is the encoder's. */
static gt_task_passes passes(const gt_task *task, int i)
{
    (void)task;
    if (i == DECODER)
        return (gt_task_passes){.forward = 1, .weights = 1, .inputs = 1};
    return (gt_task_passes){.forward = 1, .weights = 1, .partial = 1};
}

static gt_task_end end(const gt_task *task, int i)
{
    if (i == ENCODER)
        return GT_END_ANY;
    return gt_vae_config_of(task->setup.config)->likelihood == GT_BERNOULLI
               ? GT_END_LOGITS
               : GT_END_DATA;
}

static void draw_prior(const gt_config *config, gt_rng first, int n,
                       gt_real *latents)
{
    gt_latents_normal(
        first, n, gt_shape_size(gt_latent_config_of(config)->shape), latents);
}

/* The mean of p(x|z): a Bernoulli decoder gives logits. */
static void decode_mean(gt_task *task, const gt_real *z,
                        const gt_samples *given, gt_real *out)
{
    int n = given->n;
    vae_state *vae = task->data;
    gt_pass pass = gt_learner_eval_pass(task->learner[DECODER], n);
    const gt_real *y = gt_tape_forward(
        gt_stage_network_tape(&vae->net[DECODER], 0), &pass, &z);
    size_t count = (size_t)n * vae->pixels;
    if (gt_vae_config_of(task->setup.config)->likelihood == GT_BERNOULLI)
        gt_sigmoid(y, count, out);
    else
        for (size_t i = 0; i < count; i++)
            out[i] = y[i];
}

/* From the mean of q(z|x), without noise. */
static void reconstruct(gt_task *task, const gt_samples *samples, gt_real *out)
{
    int n = samples->n;
    vae_state *vae = task->data;
    gt_pass pass = gt_learner_eval_pass(task->learner[ENCODER], n);
    const gt_real *code = gt_tape_forward(
        gt_stage_network_tape(&vae->net[ENCODER], 0), &pass, &samples->x);
    gt_reparameterise(code, NULL, n, vae->latent, vae->z);
    decode_mean(task, vae->z, samples, out);
}

/* One draw of z per image, addressed by the image's number. */
static void evaluate(gt_task *task, uint64_t first, const gt_samples *samples,
                     double *sums)
{
    int n = samples->n;
    const gt_real *x = samples->x;
    vae_state *vae = task->data;
    gt_pass pass = gt_learner_eval_pass(task->learner[ENCODER], n);
    const gt_real *code = gt_tape_forward(
        gt_stage_network_tape(&vae->net[ENCODER], 0), &pass, &x);
    gt_rng at = {.seed = (uint64_t)gt_train_config_of(task->setup.config)->seed,
                 .sample = first,
                 .stream = GT_STREAM_EVAL};
    draw(vae, 0, at, code, n);
    pass = gt_learner_eval_pass(task->learner[DECODER], n);
    const gt_real *out =
        gt_tape_forward(gt_stage_network_tape(&vae->net[DECODER], 0), &pass,
                        &(const gt_real *){vae->z});
    double recon = reconstruction_loss(task, out, x, n, 1, NULL);
    double kl = gt_kl_normal(code, vae->eps, NULL, n, vae->latent, 1, 1, NULL);
    sums[0] += recon + kl;
    sums[1] += recon;
    sums[2] += kl;
}

static const char *const test_keys[] = {"test_loss", "test_recon", "test_kl",
                                        NULL};
static const char *const train_keys[] = {"train_loss", "train_recon",
                                         "train_kl", NULL};
static const char *const shown[] = {"loss", "recon", "kl", NULL};

const gt_task_type gt__task_vae = {
    .name = "vae",
    .sections = gt_vae_sections,
    .build = build,
    .release = release,
    .step = step,
    .batches = batches,
    .updates = updates,
    .passes = passes,
    .end = end,
    .prior = draw_prior,
    .generate = decode_mean,
    .reconstruct = reconstruct,
    .evaluate = evaluate,
    .test_keys = test_keys,
    .train_keys = train_keys,
    .best = "test_loss",
    .shown = shown,
};
